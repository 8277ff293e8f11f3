"""Collaborations: list, one, events, cancel."""

import json
from datetime import datetime, timedelta

import httpx
import pytest

from domain.checks import Verdict
from tests.api.conftest import Bench


async def test_collaborations_are_listed_best_first_page_by_page(bench: Bench, brand: httpx.AsyncClient) -> None:
    ids = [await bench.opened(f"creator-{n}", n) for n in (2, 1, 3)]
    page = (await brand.get("/v1/campaigns/tea/collaborations?limit=2")).json()
    rest = (await brand.get("/v1/campaigns/tea/collaborations", params={"cursor": page["next"]})).json()

    assert [each["id"] for each in page["items"] + rest["items"]] == [ids[1], ids[0], ids[2]]
    assert rest["next"] is None


async def test_collaborations_are_filtered_by_stage_and_by_whose_turn_it_is(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    doubtful, offered = await bench.opened(), await bench.offered("creator-2", 2)

    async def ids(**filters: str) -> list[str]:
        found = (await brand.get("/v1/campaigns/tea/collaborations", params=filters)).json()["items"]
        return [each["id"] for each in found]

    assert await ids(stage="verification") == await ids(waiting_on="brand") == [doubtful]
    assert await ids(stage="negotiation") == await ids(waiting_on="creator") == [offered]
    assert await ids(stage="monitoring") == []


@pytest.mark.parametrize("filters", ["stage=later", "waiting_on=nobody", "stage="])
async def test_a_filter_that_does_not_exist_is_refused(bench: Bench, brand: httpx.AsyncClient, filters: str) -> None:
    await bench.started()

    assert (await brand.get(f"/v1/campaigns/tea/collaborations?{filters}")).status_code == 422


async def test_the_brand_sees_the_evidence_and_its_limits(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    view = (await brand.get(f"/v1/collaborations/{id_}")).json()

    assert (view["stage"], view["rank"], view["offer"]["version"]) == ("negotiation", 1, 1)
    assert view["assessment"]["verdict"] == "pass"
    assert view["assignment"]["fee_cap"] == 400_00
    assert [task["name"] for task in view["tasks"]] == ["answer_offer"]


async def test_the_creator_sees_what_concerns_both_sides_only(bench: Bench) -> None:
    """Neither the evidence against them nor how far the brand would go."""
    id_ = await bench.published()
    async with bench.as_creator(id_) as creator:
        view = (await creator.get(f"/v1/collaborations/{id_}")).json()
        events = (await creator.get(f"/v1/collaborations/{id_}/events")).json()["items"]

    assert view["assignment"]["briefing"]["product_description"] == "Tea bags that brew in cold water."
    assert [work["status"] for work in view["works"]] == ["published", "awaiting_draft"]
    assert [event["type"] for event in events][:3] == ["OfferMade", "OfferAccepted", "ContractDrafted"]
    shown = json.dumps([view, events])
    for hidden in ("assessment", "fee_cap", "opening", "accept_up_to", "rank", "reserved", "on_expiry", "brand-1"):
        assert f'"{hidden}' not in shown
    assert {event["actor"] for event in events if event["by"] != "creator"} == {None}


async def test_the_brand_sees_every_event(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.opened(verdict=Verdict.PASS)
    page = (await brand.get(f"/v1/collaborations/{id_}/events?limit=2")).json()
    rest = (await brand.get(f"/v1/collaborations/{id_}/events", params={"cursor": page["next"]})).json()

    types = [event["type"] for event in page["items"] + rest["items"]]
    assert types == ["CollaborationOpened", "CreatorAssessed", "CreatorApproved"]


async def test_a_collaboration_that_has_not_changed_is_304(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    first = await brand.get(f"/v1/collaborations/{id_}")
    again = await brand.get(f"/v1/collaborations/{id_}", headers={"If-None-Match": first.headers["ETag"]})
    async with bench.as_creator(id_) as creator:
        creators = await creator.get(f"/v1/collaborations/{id_}", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert creators.status_code == 200  # another representation has another tag


async def test_the_brand_stops_a_collaboration(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    answer = await brand.post(f"/v1/collaborations/{id_}/cancel", json={"reason": "Out of stock."})

    assert answer.json()["events"] == ["CollaborationCancelled", "CollaborationEnded"]
    view = (await brand.get(f"/v1/collaborations/{id_}")).json()
    assert (view["outcome"], view["reason"]) == ("cancelled", "Out of stock.")


@pytest.mark.parametrize("id_", ["unknown", "a" * 65, "%00"])
async def test_a_collaboration_that_does_not_exist_is_404(brand: httpx.AsyncClient, id_: str) -> None:
    for path in ("", "/events", "/contract.pdf"):
        assert (await brand.get(f"/v1/collaborations/{id_}{path}")).status_code == 404
    assert (await brand.post(f"/v1/collaborations/{id_}/cancel", json={"reason": "no"})).status_code == 404


async def test_a_step_is_given_more_time_once(bench: Bench, brand: httpx.AsyncClient) -> None:
    """By its name, from its deadline; a second time is refused, and so is what is not open."""
    id_ = await bench.offered()
    before = (await brand.get(f"/v1/collaborations/{id_}")).json()["tasks"][0]
    path = f"/v1/collaborations/{id_}/extend"
    assert (await brand.post(path, json={"task": "answer_offer"})).json()["events"] == ["TaskExtended"]
    [after] = (await brand.get(f"/v1/collaborations/{id_}")).json()["tasks"]
    assert after["extended"]
    more = datetime.fromisoformat(after["due_at"]) - datetime.fromisoformat(before["due_at"])
    assert more == timedelta(hours=24)
    again = await brand.post(path, json={"task": "answer_offer"})
    assert (again.status_code, again.json()["code"]) == (409, "already_extended")
    nothing = await brand.post(path, json={"task": "publish/1"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_decide")
