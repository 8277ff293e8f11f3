"""What outlives collaborations over HTTP."""

from datetime import timedelta

import httpx

from activities.starting import rights_stream
from domain.deadlines import PassTime
from tests.api.conftest import Bench
from tests.domain.given import T0
from tests.domain.outliving import DAY, UNTIL, opening, usage


async def outlived(bench: Bench, creator_id: str = "creator-1", days: int = 90) -> str:
    """A collaboration with rights: to use one post for so many days, and exclusivity for sixty."""
    id_ = await bench.offered(creator_id)
    of = {"collaboration_id": id_, "campaign_id": "tea", "creator_id": creator_id}
    await bench.give(rights_stream(id_), opening(usage(1, days)).model_copy(update=of))
    return id_


async def test_both_sides_read_what_goes_on_and_until_when(bench: Bench, brand: httpx.AsyncClient) -> None:
    """The creator as well: it is their content and their time."""
    id_ = await outlived(bench)
    found = (await brand.get(f"/v1/collaborations/{id_}/rights")).json()
    assert found["usages"] == [
        {
            "deliverable": 1,
            "published_at": "2026-03-02T09:00:00Z",
            "expires_at": "2026-05-31T09:00:00Z",
            "expired": False,
            "announced": False,
        }
    ]
    assert found["exclusivity"] == {
        "kept_from": [{"scope": "category", "name": "tea"}],
        "until": "2026-05-01T09:00:00Z",
        "in_force": True,
    }
    assert [step["type"] for step in found["history"]] == ["RightsOpened"]
    assert "until 2026-05-31 09:00 UTC" in found["history"][0]["what"]
    async with bench.as_creator(id_) as creator:
        assert (await creator.get(f"/v1/collaborations/{id_}/rights")).json() == found


async def test_there_are_no_rights_of_a_collaboration_under_way(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Its own contract says what holds; there is nothing to release either."""
    id_ = await bench.offered()
    for answer in (
        await brand.get(f"/v1/collaborations/{id_}/rights"),
        await brand.post(f"/v1/collaborations/{id_}/rights/release-exclusivity"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_brand_lets_the_creator_go_once(bench: Bench, brand: httpx.AsyncClient) -> None:
    """The creator cannot do so themselves."""
    id_ = await outlived(bench)
    path = f"/v1/collaborations/{id_}/rights/release-exclusivity"
    async with bench.as_creator(id_) as creator:
        assert (await creator.post(path)).status_code == 403
    answer = await brand.post(path, headers={"Idempotency-Key": "free"})
    assert answer.json() == {"stream": f"rights/{id_}", "version": 2, "events": ["ExclusivityEnded"]}
    assert (await brand.post(path, headers={"Idempotency-Key": "free"})).json() == answer.json()
    again = await brand.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_decide")
    exclusivity = (await brand.get(f"/v1/collaborations/{id_}/rights")).json()["exclusivity"]
    assert not exclusivity["in_force"]


async def test_what_ends_soon_is_listed(bench: Bench, brand: httpx.AsyncClient) -> None:
    """What ends first comes first, by pages; narrowed by date, kind and campaign."""
    first, second = await outlived(bench, days=70), await outlived(bench, "creator-2", days=80)
    page = (await brand.get("/v1/rights?kind=usage&limit=1")).json()
    rest = (await brand.get(f"/v1/rights?kind=usage&limit=1&cursor={page['next']}")).json()
    assert [item["collaboration_id"] for item in page["items"] + rest["items"]] == [first, second]
    before = (UNTIL + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    soon = (await brand.get(f"/v1/rights?expires_before={before}&campaign_id=tea")).json()["items"]
    assert [item["name"] for item in soon] == ["exclusivity", "exclusivity"]
    assert (await brand.get("/v1/rights?campaign_id=other")).json()["items"] == []
    async with bench.as_creator(first) as creator:
        assert (await creator.get("/v1/rights")).status_code == 403


async def test_the_campaigns_timeline_goes_on_with_its_rights(bench: Bench, brand: httpx.AsyncClient) -> None:
    """In plain words, and its events and report are as they were."""
    id_ = await outlived(bench)
    bench.engine.now = T0 + 90 * DAY
    await bench.give(rights_stream(id_), PassTime())
    entries = (await brand.get("/v1/campaigns/tea/timeline")).json()["items"]
    told = [entry["what"] for entry in entries if entry["stream"] == rights_stream(id_)]
    assert told == [
        "After the collaboration, the brand may use 1 post until 2026-05-31 09:00 UTC and the creator's exclusivity "
        "goes on until 2026-05-01 09:00 UTC.",
        "The right to use deliverable 1 has ended.",
        "The creator is free to work for others again: exclusivity has ended as it was agreed.",
    ]
    assert (await brand.get("/v1/campaigns/tea/report")).status_code == 200
    assert (await brand.get("/v1/campaigns/tea?as_of=2026-06-30T00:00:00Z")).status_code == 200
