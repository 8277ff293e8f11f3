"""Subscriptions: what a read model has taken in and how far it has come are one fact."""

import asyncio
from collections.abc import Sequence

import pytest

from activities.store.feed import FeedPosition
from activities.store.pool import Connection, Pool
from activities.store.subscriptions import Subscription, decoded, subscriptions, try_again_after
from domain.decider import Event
from domain.errors import UnknownEvent
from domain.events import Envelope, Registry
from tests.activities.store.appending import append, open_append, whats


class Log:
    """A read model that only notes what it was given; it fails when it is told to."""

    def __init__(self) -> None:
        self.fails_after: int | None = None

    async def __call__(self, connection: Connection, events: Sequence[Envelope]) -> None:
        for nth, event in enumerate(events):
            if nth == self.fails_after:
                raise RuntimeError("the read model failed")
            await connection.execute("insert into noted (what) values ($1)", str(event.data["what"]))


@pytest.fixture
async def noted(pool: Pool) -> Log:
    await pool.execute("create table noted (nth bigint generated always as identity, what text)")
    return Log()


async def notes(pool: Pool) -> list[str]:
    return [row["what"] for row in await pool.fetch("select what from noted order by nth")]


async def test_it_takes_in_everything_once_and_goes_on_from_there(pool: Pool, noted: Log) -> None:
    await append(pool, "a", "b", "c")
    assert await Subscription("noted", noted).catch_up(pool, limit=2) == 3
    await append(pool, "d")
    assert await Subscription("noted", noted).catch_up(pool) == 1
    assert await notes(pool) == ["a", "b", "c", "d"]


async def test_what_it_took_in_is_undone_with_its_place_when_it_fails(pool: Pool, noted: Log) -> None:
    await append(pool, "a", "b", "c", "d")
    noted.fails_after = 1
    subscription = Subscription("noted", noted)
    with pytest.raises(RuntimeError):
        await subscription.catch_up(pool)
    assert await notes(pool) == []
    noted.fails_after = None
    await subscription.catch_up(pool)
    assert await notes(pool) == ["a", "b", "c", "d"]


async def test_processes_that_run_the_same_one_take_turns(pool: Pool, noted: Log) -> None:
    for n in range(30):
        await append(pool, n)
    counts = await asyncio.gather(*(Subscription("noted", noted).catch_up(pool, limit=3) for _ in range(4)))
    assert sum(counts) == 30
    assert await notes(pool) == [str(n) for n in range(30)]


async def test_it_passes_over_nothing_while_a_slow_append_is_open(pool: Pool, noted: Log) -> None:
    subscription = Subscription("noted", noted)
    slow = await open_append(pool, "slow")
    await append(pool, "fast")
    assert await subscription.catch_up(pool) == 0
    await slow.commit()
    await subscription.catch_up(pool)
    assert await notes(pool) == ["slow", "fast"]


async def test_of_some_types_it_moves_on_past_the_others(pool: Pool, noted: Log) -> None:
    await append(pool, "a", type_="Wanted")
    [last] = await append(pool, "b")
    await Subscription("noted", noted, types=["Wanted"]).catch_up(pool)
    assert await notes(pool) == ["a"]
    [progress] = await subscriptions(pool)
    assert (progress.name, progress.position) == ("noted", last.position)


async def test_a_new_one_may_start_where_the_past_does_not_matter(pool: Pool, noted: Log) -> None:
    [past] = await append(pool, "past")
    await append(pool, "new")
    await Subscription("noted", noted, start=FeedPosition(past.position)).catch_up(pool)
    assert await notes(pool) == ["new"]


async def test_it_catches_up_and_then_follows(pool: Pool, noted: Log) -> None:
    await append(pool, "before")
    running = asyncio.create_task(Subscription("noted", noted).run(pool, poll=60))
    await until(pool, ["before"])
    await append(pool, "after")
    await until(pool, ["before", "after"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled()


async def test_it_goes_on_after_its_connections_were_cut(pool: Pool, noted: Log) -> None:
    running = asyncio.create_task(Subscription("noted", noted).run(pool, poll=0.05))
    await append(pool, "before")
    await until(pool, ["before"])
    await pool.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    await append(pool, "after")
    await until(pool, ["before", "after"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(pool: Pool, expected: list[str]) -> None:
    async with asyncio.timeout(10):
        while await notes(pool) != expected:  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.02)


class Happened(Event):
    """The one event that this release knows."""

    what: str


REGISTRY = Registry([Happened])


async def test_an_event_of_a_newer_release_stops_a_reader_unless_it_says_that_it_skips(pool: Pool) -> None:
    events = [
        *await append(pool, "known"),
        *await append(pool, "of the future", type_="Foreseen"),
        *await append(pool, "known too"),
    ]
    with pytest.raises(UnknownEvent, match="Foreseen"):
        list(decoded(events, lambda _: REGISTRY))
    skipped = [envelope for envelope, _ in decoded(events, lambda _: REGISTRY, skip_unknown=True)]
    assert whats(skipped) == ["known", "known too"]


async def test_a_failure_does_not_hide_that_a_reader_was_told_to_stop() -> None:
    """As when its connection breaks at that moment: it ends, and does not begin anew."""

    async def breaks_while_it_stops() -> None:
        while True:
            try:
                try:
                    await asyncio.sleep(60)
                finally:
                    raise ConnectionResetError
            except ConnectionResetError as failure:
                await try_again_after(failure, 0)

    running = asyncio.create_task(breaks_while_it_stops())
    await asyncio.sleep(0)
    running.cancel()
    async with asyncio.timeout(30):
        await asyncio.wait([running])
    assert running.cancelled()
