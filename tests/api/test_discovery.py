"""Rosters in, shortlists shown and decided."""

from typing import Any

import httpx
import pytest

from activities.store.pool import Pool
from activities.store.projections.creator_track_records import save
from activities.store.queries import QUERIES
from domain.negotiation import DeclineOffer
from domain.track_record import Ledger, noted
from tests.api.conftest import Bench
from tests.domain.given import CREATOR, HOUR, T0, offered

CSV = """handle,name,email,followers,platform
maya.makes,Maya Ito,maya@creators.example,5200,instagram
no.mail,Noor,,4100,instagram
leo.bakes,Leo Baker,leo@creators.example,many,instagram
"""


async def test_good_rows_are_kept_and_bad_ones_reported_by_line(brand: httpx.AsyncClient) -> None:
    answer = await brand.post("/v1/creators/import", content=CSV, headers={"Content-Type": "text/csv; charset=utf-8"})

    assert answer.status_code == 200
    imported = answer.json()
    assert (imported["accepted"], imported["created"], imported["updated"]) == (1, 1, 0)
    assert [(row["line"], row["field"], row["value"]) for row in imported["rejected"]] == [
        (3, "email", ""),
        (4, "followers", "many"),
    ]
    assert all(row["rule"] for row in imported["rejected"])


async def test_a_roster_that_comes_again_renews_profiles(brand: httpx.AsyncClient) -> None:
    first, again = [
        (await brand.post("/v1/creators/import", content=CSV, headers={"Content-Type": "text/csv"})).json()
        for _ in range(2)
    ]

    assert (first["created"], first["updated"]) == (1, 0)
    assert (again["created"], again["updated"]) == (0, 1)


PERSON = {"posts": 120, "following": 400, "followers": 500, "has_profile_picture": True}
BOUGHT = {"posts": 0, "following": 3_000, "followers": 20}


async def test_an_audit_is_kept_with_the_creator(bench: Bench, brand: httpx.AsyncClient, pool: Pool) -> None:
    """A later import of the profile leaves it, a later audit replaces it, and an erasure takes it away."""
    id_ = await bench.known_creator(handle="maya.makes", name="Maya Ito")
    url = f"/v1/creators/{id_}/audience-audit"
    first = await brand.post(url, json={"accounts": [PERSON] * 60 + [BOUGHT] * 40})
    assert (first.status_code, first.json()["suspects"]) == (200, 40)
    assert first.json()["low"] < first.json()["fake_share"] < first.json()["high"]

    await brand.post("/v1/creators/import", content=CSV, headers={"Content-Type": "text/csv"})
    assert (await brand.get(f"/v1/creators/{id_}")).json()["audience"] == first.json()
    second = await brand.post(url, json={"accounts": [PERSON] * 100})
    assert (await brand.get(f"/v1/creators/{id_}")).json()["audience"] == second.json() != first.json()
    await brand.post(f"/v1/creators/{id_}/erase")
    assert await pool.fetchval("select audience from creators") is None


async def test_an_audit_of_too_few_or_of_nobody_is_refused(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.known_creator(handle="maya.makes", name="Maya Ito")
    few = await brand.post(f"/v1/creators/{id_}/audience-audit", json={"accounts": [PERSON] * 29})
    assert (few.status_code, few.json()["code"]) == (409, "audience_sample_too_small")
    nobody = await brand.post("/v1/creators/nobody/audience-audit", json={"accounts": [PERSON] * 30})
    assert nobody.status_code == 404
    wrong = await brand.post(f"/v1/creators/{id_}/audience-audit", json={"accounts": [{**PERSON, "posts": -1}] * 30})
    assert (wrong.status_code, "accounts" in wrong.text) == (422, True)


async def test_a_creator_is_erased_once_and_stays_out_of_imports(bench: Bench, brand: httpx.AsyncClient) -> None:
    """The note says at whose word; a later roster with them in it says how many were left out, and not whom."""
    id_ = await bench.known_creator(handle="maya.makes", name="Maya Ito")
    first, again = [await brand.post(f"/v1/creators/{id_}/erase") for _ in range(2)]
    assert (first.status_code, first.json()["requested_by"], first.json()["collaborations"]) == (200, "manager", 0)
    assert again.json() == first.json()
    assert (await brand.get(f"/v1/creators/{id_}")).status_code == 404

    imported = await brand.post("/v1/creators/import", content=CSV, headers={"Content-Type": "text/csv"})
    figures = imported.json()
    assert (figures["accepted"], figures["created"], figures["updated"], figures["erased"]) == (0, 0, 0, 1)


async def test_nobody_is_erased_while_a_collaboration_is_under_way(bench: Bench, brand: httpx.AsyncClient) -> None:
    """409, with the collaboration in the way; an unknown id is 404, and a creator cannot do it."""
    collaboration_id = await bench.offered()
    creator_id = (await brand.get(f"/v1/collaborations/{collaboration_id}")).json()["creator_id"]
    await bench.services.pool.execute(
        "insert into creators (id, workspace, platform, handle, followers, profile) "
        "values ($1, 'default', 'instagram', 'x', 1, '{}')",
        creator_id,
    )
    refused = await brand.post(f"/v1/creators/{creator_id}/erase")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:groundswell:problem:still_under_way")
    assert collaboration_id in refused.json()["detail"]
    assert (await brand.post("/v1/creators/nobody/erase")).status_code == 404


JSON_LINES = (
    b'{"handle": "maya.makes", "name": "Maya", "email": "maya@creators.example", "followers": 5200}\n{"handle": 1'
)


async def test_json_lines_are_read_and_the_platform_may_be_said_beside_them(brand: httpx.AsyncClient) -> None:
    answer = await brand.post(
        "/v1/creators/import?platform=tiktok", content=JSON_LINES, headers={"Content-Type": "application/x-ndjson"}
    )

    assert answer.json()["accepted"] == 1
    assert [row["line"] for row in answer.json()["rejected"]] == [2]


@pytest.mark.parametrize(
    ("file", "accepted"),
    [
        (("roster.csv", CSV.encode(), "text/csv"), 1),
        (("Roster.CSV", CSV.encode(), "application/octet-stream"), 1),
        (("roster.jsonl", JSON_LINES, "application/octet-stream"), 1),
        (("roster", CSV.encode(), "text/csv"), 1),
    ],
)
async def test_a_roster_may_be_a_file_of_a_form(
    brand: httpx.AsyncClient, file: tuple[str, bytes, str], accepted: int
) -> None:
    answer = await brand.post("/v1/creators/import?platform=instagram", files={"file": file})

    assert (answer.status_code, answer.json()["accepted"]) == (200, accepted)


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"content": b"", "headers": {"Content-Type": "text/csv"}}, 400, "roster_unreadable"),
        ({"content": b"a,b\n1,2\n", "headers": {"Content-Type": "text/csv"}}, 400, "roster_unreadable"),
        ({"content": b"PK\x03\x04zip", "headers": {"Content-Type": "text/csv"}}, 400, "roster_unreadable"),
        ({"content": CSV, "headers": {"Content-Type": "application/json"}}, 415, "unsupported_media_type"),
        ({"content": CSV}, 415, "unsupported_media_type"),
        ({"files": {"other": ("roster.csv", CSV.encode())}}, 400, "roster_unreadable"),
        ({"files": {"file": ("roster.xlsx", b"PK", "application/zip")}}, 415, "unsupported_media_type"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "bad_request"),
    ],
)
async def test_what_is_no_roster_is_refused_whole(
    brand: httpx.AsyncClient, request_: dict[str, Any], status: int, code: str
) -> None:
    answer = await brand.post("/v1/creators/import", **request_)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("followers", ["3000000000", "99999999999999999999", "-1", "1e3", "NaN"])
async def test_no_figure_in_a_roster_is_more_than_the_database_takes(brand: httpx.AsyncClient, followers: str) -> None:
    roster = f"handle,name,email,followers,platform\nmaya,Maya,maya@creators.example,{followers},instagram\n"
    answer = await brand.post("/v1/creators/import", content=roster, headers={"Content-Type": "text/csv"})

    assert answer.status_code == 200
    assert answer.json()["accepted"] + len(answer.json()["rejected"]) == 1


async def test_a_creator_is_read_by_id(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.known_creator(handle="steep")
    creator = (await brand.get(f"/v1/creators/{id_}")).json()

    assert (creator["id"], creator["profile"]["handle"]) == (id_, "steep")
    assert (await brand.get("/v1/creators/unknown")).json()["kind"] == "creator"


async def test_a_creators_past_performance_is_shown(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Null before there was an offer; then counts, and how long answers take."""
    id_ = await bench.known_creator(handle="steep")
    assert (await brand.get(f"/v1/creators/{id_}")).json()["track_record"] is None
    story = offered().does(DeclineOffer(version=1, reason="too busy"), by=CREATOR, at=T0 + 5 * HOUR)
    ledger = Ledger()
    for event, at in zip(story.past, [T0] * (len(story.past) - 2) + [T0 + 5 * HOUR] * 2, strict=True):
        ledger = noted(ledger, "collab-1", event, at)
    async with bench.services.pool.acquire() as connection:
        await save(connection, QUERIES.save_ledgers, [(id_, "default", ledger)])

    record = (await brand.get(f"/v1/creators/{id_}")).json()["track_record"]
    assert (record["offers"], record["declined"], record["outcomes"]) == (1, 1, {"declined": 1})
    assert (record["median_hours_to_answer"], record["mean_seconds_to_answer"]) == (6, 5 * 3600)
    assert record["answers_within"] == [0, 1, 0, 0, 0, 0, 0]


async def test_the_shortlist_shows_each_creators_score_with_its_reasons(bench: Bench, brand: httpx.AsyncClient) -> None:
    campaign_id = await bench.shortlisted(creators=3)
    page = (await brand.get(f"/v1/campaigns/{campaign_id}/shortlist?limit=2")).json()
    rest = (await brand.get(f"/v1/campaigns/{campaign_id}/shortlist", params={"cursor": page["next"]})).json()

    candidates = page["items"] + rest["items"]
    assert [each["rank"] for each in candidates] == [1, 2, 3]
    assert {each["handle"] for each in candidates} == {"creator.0", "creator.1", "creator.2"}
    assert all(part["because"] for part in candidates[0]["evidence"])
    assert {each["quote"]["base"] for each in candidates} == {250_00}
    assert rest["next"] is None


async def test_a_campaign_without_a_ranking_has_no_shortlist_yet(bench: Bench, brand: httpx.AsyncClient) -> None:
    answer = await brand.get(f"/v1/campaigns/{await bench.started()}/shortlist")

    assert (answer.status_code, answer.json()["kind"]) == (404, "shortlist of campaign")


@pytest.mark.parametrize("body", [None, {}, {"drop": []}])
async def test_the_shortlist_is_approved_whole(
    bench: Bench, brand: httpx.AsyncClient, body: dict[str, Any] | None
) -> None:
    campaign_id = await bench.shortlisted()
    answer = await brand.post(f"/v1/campaigns/{campaign_id}/shortlist/approve", json=body)

    assert answer.json() == {"stream": "campaign/tea", "version": 3, "events": ["ShortlistApproved"]}


async def test_creators_may_be_dropped_from_the_shortlist(bench: Bench, brand: httpx.AsyncClient) -> None:
    campaign_id = await bench.shortlisted()
    best = (await brand.get(f"/v1/campaigns/{campaign_id}/shortlist")).json()["items"][0]["creator_id"]
    await brand.post(f"/v1/campaigns/{campaign_id}/shortlist/approve", json={"drop": [best]})

    shown = (await brand.get(f"/v1/campaigns/{campaign_id}/shortlist")).json()["items"]
    assert [each["dropped"] for each in shown] == [True, False, False]


async def test_the_shortlist_is_rejected_with_a_reason(bench: Bench, brand: httpx.AsyncClient) -> None:
    campaign_id = await bench.shortlisted()
    path = f"/v1/campaigns/{campaign_id}/shortlist/reject"

    assert (await brand.post(path, json={})).status_code == 422
    assert (await brand.post(path, json={"reason": "Too few."})).json()["events"] == ["ShortlistRejected"]
    assert (await brand.get(f"/v1/campaigns/{campaign_id}")).json()["outcome"] == "shortlist_rejected"


async def test_a_shortlist_is_decided_once(bench: Bench, brand: httpx.AsyncClient) -> None:
    campaign_id = await bench.shortlisted()
    await brand.post(f"/v1/campaigns/{campaign_id}/shortlist/approve")
    answer = await brand.post(f"/v1/campaigns/{campaign_id}/shortlist/reject", json={"reason": "Changed my mind."})

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_decide")


@pytest.mark.parametrize("body", [{"drop": "all"}, {"drop": [""]}, {"drop": ["x"] * 1_001}, {"keep": []}, []])
async def test_a_malformed_approval_is_refused(bench: Bench, brand: httpx.AsyncClient, body: Any) -> None:
    campaign_id = await bench.shortlisted()

    assert (await brand.post(f"/v1/campaigns/{campaign_id}/shortlist/approve", json=body)).status_code == 422
