"""Many decisions in one request: each is done or refused on its own."""

from typing import Any

import httpx
import pytest

from activities.starting import collaboration_stream
from api import decisions
from domain.checks import Verdict
from domain.decider import Role
from domain.money import Money
from domain.negotiation import CounterOffer
from tests.api.conftest import Bench
from workflows.client import EngineUnavailable, TooManyInFlight

KEY = {"Idempotency-Key": "monday"}


def one(collaboration: str, verb: str, **arguments: Any) -> dict[str, Any]:
    return {"collaboration_id": collaboration, "verb": verb, "arguments": arguments}


async def countered(bench: Bench, creator: str, place: int) -> str:
    """A collaboration whose creator asks for 300 dollars."""
    id_ = await bench.offered(creator, place)
    counter = CounterOffer(version=1, fee=Money(amount=300_00, currency="USD"))
    await bench.give(collaboration_stream(id_), counter, Role.CREATOR)
    return id_


async def post(brand: httpx.AsyncClient, *asked: dict[str, Any], headers: dict[str, str] = KEY) -> dict[str, Any]:
    answer = await brand.post("/v1/decisions", json={"decisions": asked}, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def came(found: dict[str, Any]) -> list[str]:
    return [answer["came"] for answer in found["answers"]]


async def test_each_decision_is_done_or_refused_on_its_own(bench: Bench, brand: httpx.AsyncClient) -> None:
    """A stale version, somebody unknown and a missing argument keep nobody else from being decided."""
    ada, ben, doubtful = (
        await countered(bench, "ada", 1),
        await countered(bench, "ben", 2),
        await bench.opened("cleo", 3, Verdict.REVIEW),
    )
    found = await post(
        brand,
        one(ada, "accept_offer", version=2),
        one(ben, "accept_offer", version=1),
        one("nobody", "accept_offer", version=1),
        one(doubtful, "approve_creator", note="known from the fair"),
        one(ben, "decline_offer"),
    )

    assert came(found) == ["done", "refused", "refused", "done", "refused"]
    assert (found["done"], found["refused"], found["retry"]) == (2, 3, 0)
    problems = [answer["problem"] for answer in found["answers"]]
    assert [problem and (problem["status"], problem["code"]) for problem in problems] == [
        None,
        (409, "stale_version"),
        (404, "not_found"),
        None,
        (422, "request_not_well_formed"),
    ]
    assert problems[1]["current"] == 2
    assert problems[4]["errors"][0]["field"] == "decisions[4].arguments.version"
    assert found["answers"][0]["decision"]["events"] == ["OfferAccepted"]


async def test_the_same_request_again_does_only_what_is_left(bench: Bench, brand: httpx.AsyncClient) -> None:
    """What the engine could not take is to be sent again, and what was done is answered as before, once."""
    ada, ben = await countered(bench, "ada", 1), await countered(bench, "ben", 2)
    asked = (one(ada, "accept_offer", version=2), one(ben, "decline_offer", version=2, reason="too much"))
    bench.engine.outage = EngineUnavailable(seconds=5, why="nobody is there")
    assert came(await post(brand, *asked)) == ["retry", "retry"]
    bench.engine.outage = None

    first, again = await post(brand, *asked), await post(brand, *asked)

    assert came(first) == ["done", "done"]
    assert again == first
    assert [answer["key"] for answer in first["answers"]] == ["monday/0", "monday/1"]
    assert await bench.services.log.head(collaboration_stream(ada)) == 6


async def test_a_key_stands_for_one_request(bench: Bench, brand: httpx.AsyncClient) -> None:
    """The same key with other decisions is refused as a whole, and nothing is decided."""
    ada, ben = await countered(bench, "ada", 1), await countered(bench, "ben", 2)
    await post(brand, one(ada, "accept_offer", version=2))
    asked = {"decisions": [one(ada, "accept_offer", version=2), one(ben, "accept_offer", version=2)]}
    refused = await brand.post("/v1/decisions", json=asked, headers=KEY)

    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_reused")
    assert await bench.services.log.head(collaboration_stream(ben)) == 5


async def test_nothing_overtakes_a_decision_that_is_to_be_sent_again(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Of the decisions on one collaboration the later ones wait for the first."""
    ada = await countered(bench, "ada", 1)
    fee = {"amount": 250_00, "currency": "USD"}
    bench.engine.outage = TooManyInFlight(stream="collaboration")
    found = await post(brand, one(ada, "counter_offer", version=2, fee=fee), one(ada, "decline_offer", version=2))

    assert [answer["problem"]["code"] for answer in found["answers"]] == ["too_many_in_flight", "not_begun"]
    assert came(found) == ["retry", "retry"]


async def test_decisions_that_come_too_late_are_not_begun(
    bench: Bench, brand: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request is answered while its caller still waits: what it had no time for is to be sent again."""
    ada = await countered(bench, "ada", 1)
    monkeypatch.setattr(decisions, "BEGUN_WITHIN", -1.0)
    found = await post(brand, one(ada, "accept_offer", version=2))

    assert (came(found), found["answers"][0]["problem"]["code"]) == (["retry"], "not_begun")
    assert await bench.services.log.head(collaboration_stream(ada)) == 5


async def test_a_mistake_of_ours_is_nobody_elses(bench: Bench, brand: httpx.AsyncClient) -> None:
    """What fails unexpectedly may have happened, and is to be sent again; its own words stay with us."""
    ada = await countered(bench, "ada", 1)
    bench.engine.outage = RuntimeError("the creator's name")  # type: ignore[assignment]  # what nobody has foreseen
    found = await post(brand, one(ada, "accept_offer", version=2))

    problem = found["answers"][0]["problem"]
    assert (came(found), problem["code"]) == (["retry"], "internal_error")
    assert "name" not in problem["detail"]


async def test_two_hundred_at_most_and_one_at_least(bench: Bench, brand: httpx.AsyncClient) -> None:
    """A full request is answered decision by decision; one more is malformed as a whole."""
    found = await post(brand, *(one(f"nobody-{n}", "accept_offer", version=1) for n in range(200)))
    assert (found["refused"], [answer["index"] for answer in found["answers"]]) == (200, list(range(200)))
    for asked in ([], [one("nobody", "accept_offer", version=1)] * 201, [one("nobody", "sign_contract")]):
        answer = await brand.post("/v1/decisions", json={"decisions": asked})
        assert answer.status_code == 422


async def test_a_key_leaves_room_for_the_places(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Each decision's own key is made of the request's, and must still be a key."""
    asked = {"decisions": [one("nobody", "accept_offer", version=1)]}
    for length, status in ((195, 200), (196, 422)):
        answer = await brand.post("/v1/decisions", json=asked, headers={"Idempotency-Key": "k" * length})
        assert answer.status_code == status


async def test_creators_decide_one_by_one(bench: Bench) -> None:
    """A creator's link leads to one collaboration; this call is for the brand."""
    id_ = await bench.offered()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post("/v1/decisions", json={"decisions": [one(id_, "accept_offer", version=1)]})
    assert answer.status_code == 403
    assert await bench.services.log.head(collaboration_stream(id_)) == 4
