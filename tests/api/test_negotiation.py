"""Offers and answers."""

import asyncio
from typing import Any

import httpx
import pytest

from domain import collaboration
from domain.events import metadata
from domain.exclusivity import claims
from tests.api.conftest import Bench
from tests.domain.given import agreed, an_assignment, context, exclusively, opening

FEE = {"amount": 30_000, "currency": "USD"}


async def test_a_creator_accepts_the_offer(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/offer/accept", json={"version": 1})

    assert answer.json() == {"stream": f"collaboration/{id_}", "version": 5, "events": ["OfferAccepted"]}
    assert (await brand.get("/v1/campaigns/tea")).json()["budget"]["committed"] == 21_250


async def test_offers_go_back_and_forth_with_a_new_version_each_time(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    path = f"/v1/collaborations/{id_}/offer"
    async with bench.as_creator(id_) as creator:
        counter = {"version": 1, "fee": FEE, "message": "Two reels are more work."}
        assert (await creator.post(f"{path}/counter", json=counter)).json()["events"] == ["OfferCountered"]
        ours = {"version": 2, "fee": {"amount": 25_000, "currency": "USD"}}
        assert (await brand.post(f"{path}/counter", json=ours)).json()["events"] == ["OfferMade"]
        assert (await creator.post(f"{path}/decline", json={"version": 3})).json()["events"] == [
            "OfferDeclined",
            "CollaborationEnded",
        ]
    assert (await brand.get("/v1/campaigns/tea")).json()["budget"]["available"] == 10_000_00


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("accept", {"version": 2}, "stale_version"),
        ("counter", {"version": 1, "fee": {"amount": 1, "currency": "EUR"}}, "currency_mismatch"),
        ("decline", {"version": 7}, "stale_version"),
    ],
)
async def test_what_the_rules_do_not_allow_is_409(bench: Bench, verb: str, body: dict[str, Any], code: str) -> None:
    id_ = await bench.offered()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/offer/{verb}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert await bench.services.log.head(f"collaboration/{id_}") == 4


async def test_the_side_that_made_the_offer_does_not_answer_it(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    answer = await brand.post(f"/v1/collaborations/{id_}/offer/accept", json={"version": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_your_turn")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "version"),
        ({"version": 0}, "version"),
        ({"version": "one"}, "version"),
        ({"version": 1, "fee": 300}, "fee"),
        ({"version": 1, "fee": {"amount": 300}}, "fee.currency"),
        ({"version": 1, "fee": FEE, "message": "x" * 5_001}, "message"),
        ({"version": 1, "fee": FEE, "colour": 1}, "colour"),
    ],
)
async def test_a_malformed_counter_offer_is_refused_by_field(bench: Bench, body: dict[str, Any], field: str) -> None:
    id_ = await bench.offered()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/offer/counter", json=body)

    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


async def test_conflicting_answers_at_once_leave_exactly_one(bench: Bench) -> None:
    """Whoever comes second is told, in the same words as always or that the stream has moved on."""
    id_ = await bench.offered()
    path = f"/v1/collaborations/{id_}/offer"
    async with bench.as_creator(id_) as creator:
        answers = await asyncio.gather(
            *(creator.post(f"{path}/accept", json={"version": 1}) for _ in range(3)),
            *(creator.post(f"{path}/decline", json={"version": 1}) for _ in range(3)),
        )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes <= {"wrong_stage", "already_ended", "concurrency_conflict"}


async def test_the_same_answer_sent_twice_counts_once(bench: Bench) -> None:
    id_ = await bench.offered()
    async with bench.as_creator(id_) as creator:
        path, headers = f"/v1/collaborations/{id_}/offer/accept", {"Idempotency-Key": "yes"}
        first, again = [await creator.post(path, json={"version": 1}, headers=headers) for _ in range(2)]
        other = await creator.post(path, json={"version": 2}, headers=headers)

    assert first.json() == again.json()
    assert again.status_code == 200
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def held_elsewhere(bench: Bench) -> str:
    """A collaboration with an offer whose creator an exclusive campaign has taken meanwhile."""
    id_ = await bench.offered()
    past = agreed(an_assignment(brand="Other Leaf", terms=exclusively(30))).past
    await bench.services.log.append(
        "collaboration/elsewhere",
        0,
        [collaboration.EVENTS.encode(event) for event in past],
        metadata(opening(), context(), correlation_id="coffee-2"),
        claims=claims(past, creator_id="creator-1", campaign_id="coffee-2"),
    )
    return id_


async def test_a_creator_whom_another_campaign_holds_is_409_with_where_and_until_when(bench: Bench) -> None:
    """The other campaign is none of the creator's business."""
    id_ = await held_elsewhere(bench)
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/offer/accept", json={"version": 1})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "exclusivity_clash")
    assert problem["detail"].startswith("Another campaign holds this creator in the category tea until 2026-05-31")
    assert (problem["scope"], problem["name"], problem["until"]) == ("category", "tea", "2026-05-31")
    assert "coffee-2" not in answer.text


async def test_a_brand_is_told_which_campaign_holds_the_creator(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await held_elsewhere(bench)
    async with bench.as_creator(id_) as creator:
        await creator.post(f"/v1/collaborations/{id_}/offer/counter", json={"version": 1, "fee": FEE})
    answer = await brand.post(f"/v1/collaborations/{id_}/offer/accept", json={"version": 2})

    assert (answer.status_code, answer.json()["code"]) == (409, "exclusivity_clash")
    assert answer.json()["campaign"] == "coffee-2"
    assert answer.json()["detail"].startswith("Campaign coffee-2 holds this creator")


async def test_a_refused_acceptance_is_among_the_campaigns_events_but_not_the_creators(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    """The campaign's manager sees who could not accept, and why; once, however often they have tried."""
    id_ = await held_elsewhere(bench)
    async with bench.as_creator(id_) as creator:
        for _ in range(3):
            assert (
                await creator.post(f"/v1/collaborations/{id_}/offer/accept", json={"version": 1})
            ).status_code == 409
        theirs = (await creator.get(f"/v1/collaborations/{id_}/events")).text
        told = (await creator.get(f"/v1/collaborations/{id_}/timeline")).text
    events = (await brand.get("/v1/campaigns/tea/events")).json()["items"]
    timeline = (await brand.get("/v1/campaigns/tea/timeline")).json()["items"]

    (blocked,) = [event for event in events if event["type"] == "OfferBlocked"]
    assert (blocked["data"]["by"], blocked["data"]["held"]["campaign"]) == ("creator", "coffee-2")
    (entry,) = [entry for entry in timeline if entry["type"] == "OfferBlocked"]
    assert entry["what"] == "The creator could not accept version 1 of the offer: another campaign holds the creator."
    assert entry["because"] == ["campaign coffee-2 holds the creator in the category tea until 2026-05-31"]
    assert "OfferBlocked" not in theirs + told
    assert "coffee-2" not in theirs + told
