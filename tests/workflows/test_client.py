"""The way in: answers are repeatable, and what Temporal says is translated."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities.starting import Answer
from domain.campaign import CancelCampaign, CloseCampaign
from domain.decider import Role
from domain.discovery import ApproveShortlist
from domain.errors import AlreadyEnded, IdempotencyKeyReused, NotFound, NothingToDecide, Refused
from domain.negotiation import AcceptOffer
from tests.workflows.behind import counter_behind_its_back
from tests.workflows.campaigning import BRAND, a_current_brief, outcome, start, until
from tests.workflows.conftest import Bench
from workflows import client


async def test_a_key_that_returns_with_another_command_is_a_conflict(live: Bench) -> None:
    """Also when the workflow has already ended."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    cancel = CancelCampaign(reason="changed our mind")
    first = await live.engine.decide(stream, cancel, actor=BRAND, command_id="once")
    await outcome(live, stream)
    assert await live.engine.decide(stream, cancel, actor=BRAND, command_id="once") == first
    with pytest.raises(IdempotencyKeyReused):
        await live.engine.decide(stream, CloseCampaign(), actor=BRAND, command_id="once")
    with pytest.raises(AlreadyEnded):
        await live.engine.decide(stream, CloseCampaign(), actor=BRAND, command_id="other")


async def test_a_campaign_that_never_was_is_not_found(live: Bench) -> None:
    """The error names what was looked for."""
    with pytest.raises(NotFound, match="no campaign nowhere"):
        await live.engine.decide("campaign/nowhere", CloseCampaign(), actor=BRAND, command_id="k")


async def test_without_a_worker_the_caller_is_told_to_come_back_and_the_key_stays_valid(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody polls the task queue: the decision is neither lost nor taken twice."""
    monkeypatch.setattr(client, "ANSWER_WITHIN", timedelta(seconds=1))
    nobody = client.Engine(live.client, live.log, task_queue="nobody-polls-this")
    with pytest.raises(client.EngineUnavailable, match="same Idempotency-Key"):
        await nobody.start_campaign(uuid4().hex, a_current_brief(), actor=BRAND, command_id="k")
    assert await live.pool.fetchval("select count(*) from events") == 0


async def test_who_stops_waiting_for_an_answer_is_stopped(live: Bench) -> None:
    """The SDK calls it the same as an answer that does not come, after which people ask again."""
    nobody = client.Engine(live.client, live.log, task_queue="nobody-polls-this")
    asking = asyncio.create_task(nobody.start_campaign(uuid4().hex, a_current_brief(), actor=BRAND, command_id="k"))
    await asyncio.sleep(0.5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_workflow_that_was_terminated_is_unavailable_until_it_is_resumed(live: Bench) -> None:
    """The campaign has not ended, so it is not said to have."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.client.get_workflow_handle(stream).terminate("the test takes it away")
    with pytest.raises(client.EngineUnavailable, match="resume it"):
        await live.engine.decide(stream, CloseCampaign(), actor=BRAND, command_id="k")


async def test_the_eleventh_decision_in_flight_is_told_to_come_back(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server takes ten updates of one workflow at a time; however many there are, one decides."""
    monkeypatch.setattr(client, "ANSWER_WITHIN", timedelta(seconds=60))
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    approve = ApproveShortlist()
    results = await asyncio.gather(
        *(live.engine.decide(stream, approve, actor=BRAND, command_id=f"k{n}") for n in range(40)),
        return_exceptions=True,
    )
    refused = NothingToDecide | client.TooManyInFlight | client.EngineUnavailable
    assert [result for result in results if not isinstance(result, Answer | refused)] == []
    assert sum(isinstance(result, Answer) for result in results) <= 1
    assert [each.type for each in await live.log.read(stream)].count("ShortlistApproved") == 1


async def test_what_the_server_has_no_room_for_is_sent_again_but_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be over in a moment is waited for; how long is said for each kind of refusal."""
    monkeypatch.setattr(client, "PATIENCE", {RPCStatusCode.RESOURCE_EXHAUSTED: timedelta(seconds=0.3)})

    async def send() -> str:
        sent.append(status)
        if len(sent) < times:
            raise RPCError("refused", status, b"")
        return "answered"

    sent: list[RPCStatusCode] = []
    status, times = RPCStatusCode.RESOURCE_EXHAUSTED, 2
    assert await client._patiently(send) == "answered"
    sent, times = [], 1_000
    with pytest.raises(RPCError, match="refused"):
        await client._patiently(send)
    assert 2 <= len(sent) <= 3
    sent, status = [], RPCStatusCode.NOT_FOUND
    with pytest.raises(RPCError, match="refused"):
        await client._patiently(send)
    assert sent == [RPCStatusCode.NOT_FOUND]


def test_what_is_sent_again_is_no_answer_in_the_end() -> None:
    """A caller whose decision was sent in vain is told to come back, whatever the server said."""
    assert set(client.PATIENCE) - {RPCStatusCode.RESOURCE_EXHAUSTED} <= client.NO_ANSWER
    assert max(client.PATIENCE.values()) <= client.ANSWER_WITHIN


@pytest.mark.parametrize("status", client.NO_ANSWER, ids=lambda status: status.name.lower())
async def test_a_server_that_broke_off_or_is_not_ready_is_unavailable(live: Bench, status: RPCStatusCode) -> None:
    """Whatever the broken connection is called, the caller is told to send the same again."""
    with pytest.raises(client.EngineUnavailable, match=status.name.lower()):
        async with live.engine._translated("campaign/any"):
            raise RPCError("transport error", status, b"")


async def test_a_refusal_stands_only_if_the_record_agrees(live: Bench) -> None:
    """The brand accepts what the workflow has not heard of; it is told of it by being asked."""
    one = await counter_behind_its_back(live)
    assert (await one.tell(AcceptOffer(version=2), by=Role.BRAND)).events == ("OfferAccepted",)
    with pytest.raises(Refused):
        await (await counter_behind_its_back(live)).tell(AcceptOffer(version=1), by=Role.BRAND)


async def test_a_workflow_that_is_told_of_its_record_goes_on_from_it(live: Bench) -> None:
    """Nobody decides anything; and to be told once more costs no history."""
    one = await counter_behind_its_back(live)
    version = await live.log.head(one.stream)
    assert await live.engine.catch_up(one.stream, version)
    length = await one.history_length_at_rest()
    assert not await live.engine.catch_up(one.stream, version - 1)
    assert await one.history_length_at_rest() == length


async def test_who_does_not_run_cannot_catch_up(live: Bench) -> None:
    """It never was, or is over."""
    with pytest.raises(NotFound):
        await live.engine.catch_up("campaign/nowhere", 1)
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, CancelCampaign(reason="changed our mind"), actor=BRAND, command_id="once")
    await outcome(live, stream)
    with pytest.raises(AlreadyEnded):
        await live.engine.catch_up(stream, 1_000)
