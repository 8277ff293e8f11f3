"""Workflows that have not heard of their own record are found, and told."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from activities.store.pool import open_pool
from activities.store.subscriptions import subscriptions
from domain.campaign import CancelCampaign
from domain.decider import Role
from domain.errors import Erased, GroundswellError
from domain.negotiation import AcceptOffer
from tests.workflows.behind import counter_behind_its_back
from tests.workflows.campaigning import BRAND, a_current_brief, outcome, start, until
from tests.workflows.conftest import Bench
from workflows.client import Engine, EngineUnavailable, TooManyInFlight
from workflows.feed_followers import kept
from workflows.reconciliation import Reconciliation

AT_ONCE = timedelta(0)


def told(logs: Sequence[Mapping[str, object]]) -> list[object]:
    """The streams whose workflows had not heard of them, in order."""
    return [each["stream"] for each in logs if each["event"] == "a workflow had not heard of its record, and was told"]


async def look(live: Bench, after: timedelta = AT_ONCE) -> list[object]:
    """Look until nothing is left; returns the streams whose workflows were told of them."""
    reconciliation = Reconciliation(live.engine, after=after)
    with capture_logs() as logs:
        async with live.pool.acquire() as connection:
            while await reconciliation.look(connection):
                pass
    return told(logs)


async def test_a_decision_that_nobody_sends_again_reaches_its_workflow(live: Bench) -> None:
    """Once, and only what has not been heard of; the workflow then asks the brand what the counter-offer asks."""
    one = await counter_behind_its_back(live)
    assert await look(live) == [one.stream]
    assert await look(live) == []
    assert (await one.tell(AcceptOffer(version=2), by=Role.BRAND)).events == ("OfferAccepted",)


async def test_what_was_heard_of_costs_no_history(live: Bench) -> None:
    """A person's decision is the last event, and its workflow knows it."""
    one = await live.collaborate()
    await one.engage()
    length = await one.history_length_at_rest()
    assert await look(live) == []
    assert await one.history_length_at_rest() == length


async def test_what_is_fresh_is_left_for_later(live: Bench) -> None:
    """Its sender may still wait for the answer."""
    one = await counter_behind_its_back(live)
    assert await look(live, timedelta(seconds=60)) == []
    assert await look(live) == [one.stream]


async def test_what_is_over_is_passed_by(live: Bench) -> None:
    """The last word of a campaign is a person's, who has cancelled it."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, CancelCampaign(reason="changed our mind"), actor=BRAND, command_id="once")
    await outcome(live, stream)
    assert await look(live) == []


async def test_one_that_does_not_run_is_reported_and_stops_nobody(live: Bench) -> None:
    """An operator terminated it; the next one is told all the same."""
    terminated, other = await counter_behind_its_back(live), await counter_behind_its_back(live)
    await terminated.handle.terminate("the test takes it away")
    with capture_logs() as logs:
        async with live.pool.acquire() as connection:
            assert await Reconciliation(live.engine, after=AT_ONCE).look(connection)
    reports = [each["why"] for each in logs if each.get("stream") == terminated.stream]
    assert reports == ["its workflow is not running; resume it"]
    assert told(logs) == [other.stream]


@pytest.mark.parametrize("error", [TooManyInFlight(stream="any"), Erased(kind="collaboration", id="any")])
async def test_one_that_cannot_be_told_stops_nobody(
    live: Bench, monkeypatch: pytest.MonkeyPatch, error: GroundswellError
) -> None:
    """It is busy, in which case its next decision tells it, or there is nothing left to tell."""

    async def fail(_engine: Engine, _stream: str, _version: int) -> bool:
        raise error

    await counter_behind_its_back(live)
    monkeypatch.setattr(Engine, "catch_up", fail)
    with capture_logs() as logs:
        async with live.pool.acquire() as connection:
            assert await Reconciliation(live.engine, after=AT_ONCE).look(connection)
            assert not await Reconciliation(live.engine, after=AT_ONCE).look(connection)
    assert {each["why"] for each in logs if "why" in each} == {error.code}


async def test_while_the_server_is_away_nothing_is_passed_by(live: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be asked is asked at the next look."""

    async def unavailable(_engine: Engine, _stream: str, _version: int) -> bool:
        raise EngineUnavailable(seconds=10, why="unavailable")

    async def away(_engine: Engine) -> bool:
        return False

    one = await counter_behind_its_back(live)
    with monkeypatch.context() as patched:
        patched.setattr(Engine, "catch_up", unavailable)
        patched.setattr(Engine, "ready", away)
        with pytest.raises(EngineUnavailable):
            await look(live)
    assert await look(live) == [one.stream]


async def test_several_workers_take_turns(live: Bench, database: str) -> None:
    """One looks; when it is gone another does, in another session, from where that one has come to."""
    both = [Reconciliation(live.engine, after=AT_ONCE, look_every=0.05) for _ in range(2)]
    with capture_logs() as logs:
        async with await open_pool(database, application_name="tests") as pool, kept(pool, both[1], again=0.05):
            async with kept(live.pool, both[0], again=0.05):
                first = await counter_behind_its_back(live)
                await until_reached(live, first.stream)
            second = await counter_behind_its_back(live)
            await until_reached(live, second.stream)
    assert told(logs) == [first.stream, second.stream]


async def until_reached(live: Bench, stream: str) -> None:
    """Wait until the last event of a stream has been looked at."""
    last = (await live.log.read(stream))[-1].position
    async with asyncio.timeout(30):
        while await position(live) < last:  # noqa: ASYNC110 - a reader is told nothing
            await asyncio.sleep(0.05)


async def position(live: Bench) -> int:
    """How far the looking has come."""
    return max((each.position for each in await subscriptions(live.pool)), default=0)
