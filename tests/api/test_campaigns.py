"""Campaigns: list, one, events, cancel."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Bench


async def test_campaigns_are_listed_newest_first_page_by_page(bench: Bench, brand: httpx.AsyncClient) -> None:
    for id_ in ("first", "second", "third"):
        await bench.started(id_)
    page = (await brand.get("/v1/campaigns?limit=2")).json()
    rest = (await brand.get("/v1/campaigns", params={"limit": 2, "cursor": page["next"]})).json()

    assert [each["id"] for each in page["items"]] == ["third", "second"]
    assert ([each["id"] for each in rest["items"]], rest["next"]) == (["first"], None)


async def test_a_campaign_shows_its_tasks_its_money_and_its_collaborations(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    campaign_id = await bench.shortlisted()
    await bench.offered()
    await bench.opened("creator-2", 2)
    campaign = (await brand.get(f"/v1/campaigns/{campaign_id}")).json()

    assert [task["name"] for task in campaign["tasks"]] == ["approve_shortlist"]
    assert campaign["shortlist"]["size"] == 3
    assert campaign["stages"] == {"verification": 1, "negotiation": 1}
    assert campaign["budget"]["reserved"] == 21_250
    assert campaign["budget"]["available"] == 10_000_00 - 21_250


async def test_a_campaign_that_has_not_changed_is_304_until_it_does(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Also what its collaborations do changes it, though not its own stream."""
    campaign_id = await bench.started()
    etag = (await brand.get(f"/v1/campaigns/{campaign_id}")).headers["ETag"]
    headers = {"If-None-Match": f'"other", W/{etag}'}
    unchanged = await brand.get(f"/v1/campaigns/{campaign_id}", headers=headers)
    await bench.offered()
    changed = await brand.get(f"/v1/campaigns/{campaign_id}", headers=headers)

    assert etag.startswith('"1-')
    assert (unchanged.status_code, unchanged.content, unchanged.headers["ETag"]) == (304, b"", etag)
    assert (changed.status_code, changed.json()["version"]) == (200, 1)


async def test_all_that_happened_in_a_campaign_is_one_list_in_order(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    seen: list[dict[str, Any]] = []
    cursor = None
    while not seen or cursor:
        page = (
            await brand.get(
                "/v1/campaigns/tea/events", params={"limit": 2, "cursor": cursor or ""} if cursor else {"limit": 2}
            )
        ).json()
        seen, cursor = [*seen, *page["items"]], page["next"]

    types = ["CampaignStarted", "CollaborationOpened", "CreatorAssessed", "CreatorApproved", "OfferMade"]
    assert [event["type"] for event in seen] == types
    assert [event["stream"] for event in seen] == ["campaign/tea", *[f"collaboration/{id_}"] * 4]
    assert (seen[0]["by"], seen[0]["actor"], seen[0]["command"]) == ("brand", "brand-1", "StartCampaign")
    assert seen[-1]["data"]["offer"]["fee"] == {"amount": 21_250, "currency": "USD"}


async def test_a_campaign_is_cancelled_once_and_then_over(bench: Bench, brand: httpx.AsyncClient) -> None:
    await bench.started()
    body = {"reason": "The product is late."}
    first, again = [
        await brand.post("/v1/campaigns/tea/cancel", json=body, headers={"Idempotency-Key": "stop"}) for _ in range(2)
    ]
    another = await brand.post("/v1/campaigns/tea/cancel", json=body)

    assert first.status_code == 200
    assert first.json() == again.json() == {"stream": "campaign/tea", "version": 2, "events": ["CampaignCancelled"]}
    assert (another.status_code, another.json()["code"], another.json()["outcome"]) == (
        409,
        "already_ended",
        "cancelled",
    )


async def test_a_key_that_was_used_for_another_decision_is_refused(bench: Bench, brand: httpx.AsyncClient) -> None:
    await bench.shortlisted()
    headers = {"Idempotency-Key": "mine"}
    await brand.post("/v1/campaigns/tea/shortlist/approve", json={}, headers=headers)
    answer = await brand.post("/v1/campaigns/tea/cancel", json={"reason": "no"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("body", [{}, {"reason": 1}, {"reason": "x" * 5_001}, {"reason": "no", "now": True}, []])
async def test_a_cancellation_needs_a_reason(bench: Bench, brand: httpx.AsyncClient, body: Any) -> None:
    await bench.started()
    answer = await brand.post("/v1/campaigns/tea/cancel", json=body)

    assert answer.status_code == 422
    assert await bench.services.log.head("campaign/tea") == 1


@pytest.mark.parametrize("id_", ["unknown", "0" * 32, "a" * 65, "%00", "a%2Fb", "ü", "'; drop table events; --"])
@pytest.mark.parametrize("path", ["", "/events", "/report", "/collaborations", "/shortlist"])
async def test_a_campaign_that_does_not_exist_is_404(brand: httpx.AsyncClient, id_: str, path: str) -> None:
    answer = await brand.get(f"/v1/campaigns/{id_}{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_nothing_is_decided_for_a_campaign_that_does_not_exist(brand: httpx.AsyncClient) -> None:
    answer = await brand.post("/v1/campaigns/unknown/cancel", json={"reason": "no"})

    assert (answer.status_code, answer.json()["kind"], answer.json()["id"]) == (404, "campaign", "unknown")


async def test_the_shortlist_is_given_more_time_once(bench: Bench, brand: httpx.AsyncClient) -> None:
    """The manager needs another day."""
    await bench.shortlisted()
    path = "/v1/campaigns/tea/extend"
    assert (await brand.post(path, json={"task": "approve_shortlist"})).json()["events"] == ["TaskExtended"]
    assert (await brand.post(path, json={"task": "approve_shortlist"})).json()["code"] == "already_extended"
