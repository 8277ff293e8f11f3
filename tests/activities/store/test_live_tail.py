"""The live tail: however many listen, one reader of the feed; each listener has every event once and in order."""

import asyncio
from collections.abc import AsyncIterator, Collection
from random import Random

import pytest

from activities.store.event_log import PostgresEventLog
from activities.store.feed import Feed, FeedPage, FeedPosition
from activities.store.feed_hints import Bell
from activities.store.live_tail import Listener, LiveTail, TailPace
from activities.store.pool import Pool, open_pool
from domain.events import Envelope
from tests.activities.store.appending import append, given_by, happened, open_append
from tests.keys import a_sealer

ON_HINTS_ONLY = TailPace(poll=600)
"""What comes with this pace within the patience of a test has not waited for a poll."""


class CountingFeed(Feed):
    """Counts the looks of the tail and those of listeners into the past."""

    tails = pasts = 0

    async def read_campaigns(
        self, campaigns: Collection[str], after: FeedPosition, upto: FeedPosition | None = None, limit: int = 1_000
    ) -> FeedPage:
        if upto is None:
            self.tails += 1
        else:
            self.pasts += 1
        return await super().read_campaigns(campaigns, after, upto, limit)


def what(event: Envelope) -> object:
    return event.data["what"]


@pytest.fixture
async def narrow_pool(database: str) -> AsyncIterator[Pool]:
    """Two connections: one to listen on, one for everything else."""
    pool = await open_pool(database, application_name="tail tests", max_size=2)
    yield pool
    await pool.close()


@pytest.fixture
def feed(narrow_pool: Pool) -> CountingFeed:
    return CountingFeed(narrow_pool, a_sealer(narrow_pool))


async def taken(listener: Listener[object], count: int) -> list[object]:
    """The next so many events."""
    found: list[object] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            found += await listener.take(30, limit=count - len(found))
    return found


async def entered(*listeners: Listener[object]) -> None:
    """Returns when everything that comes is kept for these."""
    async with asyncio.timeout(30):
        while not all(listener.listens for listener in listeners):  # noqa: ASYNC110 - a tail has no event for it
            await asyncio.sleep(0.01)


async def test_what_was_before_and_what_comes_is_given_once_and_in_order(feed: Feed, pool: Pool) -> None:
    await append(pool, "a", "b")
    with LiveTail(feed, what, ON_HINTS_ONLY).listen("c1") as listener:
        assert await taken(listener, 2) == ["a", "b"]
        await append(pool, "c")
        await append(pool, "elsewhere", campaign="c2")
        await append(pool, "d")
        assert await taken(listener, 2) == ["c", "d"]


async def test_a_listener_is_taken_up_after_a_position(feed: Feed, pool: Pool) -> None:
    past = await append(pool, 1, 2, 3)
    tail = LiveTail(feed, what, ON_HINTS_ONLY)
    with tail.listen("c1", past[1].position) as listener:
        assert await taken(listener, 1) == [3]
    with tail.listen("c1", past[2].position + 1) as ahead:  # of what comes next
        await entered(ahead)
        await append(pool, 4, 5)
        assert await taken(ahead, 1) == [5]


async def test_many_listeners_are_one_connection_and_one_look(feed: CountingFeed, pool: Pool) -> None:
    tail = LiveTail(feed, what, ON_HINTS_ONLY)
    listeners = [tail.listen(f"c{n % 5}") for n in range(100)]
    all_of_them = [listener.__enter__() for listener in listeners]
    await entered(*all_of_them)
    feed.tails = feed.pasts = 0
    for n in range(5):
        await append(pool, f"a{n}", campaign=f"c{n}")
    assert await asyncio.gather(*(taken(one, 1) for one in all_of_them)) == [[f"a{n % 5}"] for n in range(100)]
    assert feed.tails < 100  # a few for each append
    assert feed.pasts == 0
    for listener in listeners:
        listener.__exit__(None, None, None)


async def test_each_event_is_made_into_what_listeners_get_once(feed: Feed, pool: Pool) -> None:
    made: list[object] = []

    def make(event: Envelope) -> object:
        made.append(what(event))
        return made[-1]

    tail = LiveTail(feed, make, ON_HINTS_ONLY)
    with tail.listen("c1") as one, tail.listen("c1") as other:
        await entered(one, other)
        await append(pool, "a")
        assert await taken(one, 1) == await taken(other, 1) == ["a"]
    assert made == ["a"]


async def test_nobody_misses_or_repeats_anything_whenever_they_come(feed: Feed, pool: Pool) -> None:
    log, random = PostgresEventLog(pool, a_sealer(pool)), Random(7)  # noqa: S311 - for delays
    tail: LiveTail[tuple[str, int]] = LiveTail(feed, lambda event: (event.stream, event.version), TailPace(kept=20))
    writers, each = 6, 15

    async def write(writer: int) -> None:
        for n in range(each):
            await log.append(f"collaboration/{writer}", n, happened(n), given_by(f"{n}"))

    async def listen() -> list[tuple[str, int]]:
        await asyncio.sleep(random.random() / 3)
        with tail.listen("c1") as listener:
            seen: list[tuple[str, int]] = []
            while len(seen) < writers * each:
                seen += await listener.take(30)
                await asyncio.sleep(random.random() / 50)
            return seen

    async with asyncio.timeout(60):
        listening = asyncio.gather(*(listen() for _ in range(20)))
        await asyncio.gather(*(write(writer) for writer in range(writers)))
        told = await listening
    in_order = [(event.stream, event.version) for event in await log.read_campaign("c1")]
    assert all(seen == in_order for seen in told)


async def test_who_does_not_take_what_is_kept_reads_it_from_the_record_later(feed: CountingFeed, pool: Pool) -> None:
    tail = LiveTail(feed, what, TailPace(poll=600, kept=5))
    with tail.listen("c1") as slow, tail.listen("c1") as quick:
        await entered(slow, quick)
        feed.pasts = 0
        for n in range(12):
            await append(pool, n)
            assert await taken(quick, 1) == [n]
        assert feed.pasts == 0
        assert not slow.listens
        assert await taken(slow, 12) == list(range(12))
        assert feed.pasts > 0
        await append(pool, 12)
        assert await taken(slow, 1) == [12]


async def test_an_event_of_which_no_hint_came_is_found_by_the_poll(
    feed: Feed, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bell, "ring", lambda _: None)
    with LiveTail(feed, what, TailPace(poll=0.05)).listen("c1") as listener:
        await entered(listener)
        await append(pool, "a")
        assert await taken(listener, 1) == ["a"]


async def test_an_append_that_is_undone_does_not_hold_up_what_came_after_it(feed: Feed, pool: Pool) -> None:
    """Nobody hints at the end of an append that has left nothing."""
    with LiveTail(feed, what, ON_HINTS_ONLY).listen("c1") as listener:
        slow = await open_append(pool, "slow")
        await append(pool, "fast")
        assert not await listener.take(0.3)
        await slow.roll_back()
        assert await taken(listener, 1) == ["fast"]


async def test_a_connection_that_is_lost_is_replaced(feed: Feed, pool: Pool, narrow_pool: Pool) -> None:
    listening = "select pid from pg_stat_activity where query ilike 'listen%' and datname = current_database()"
    with LiveTail(feed, what, TailPace(poll=0.05, retry=0.05)).listen("c1") as listener:
        await entered(listener)
        before = await pool.fetchval(listening)
        await pool.execute("select pg_terminate_backend($1)", before)
        async with asyncio.timeout(30):
            while (await pool.fetchval(listening)) in (None, before):  # noqa: ASYNC110 - a database has no event for it
                await asyncio.sleep(0.01)
        await append(pool, "a")
        assert await taken(listener, 1) == ["a"]
    assert narrow_pool.get_size() <= 2


async def test_an_event_that_nobody_can_read_stops_the_streams_of_its_campaign_only(feed: Feed, pool: Pool) -> None:
    def make(event: Envelope) -> object:
        if what(event) == "poison":
            raise LookupError("no key")
        return what(event)

    tail = LiveTail(feed, make, TailPace(poll=600, retry=0.01))
    with tail.listen("c1") as sound, tail.listen("c2") as sick:
        await entered(sound, sick)
        await append(pool, "poison", campaign="c2")
        await append(pool, "a")
        assert await taken(sound, 1) == ["a"]
        with pytest.raises(LookupError):
            await taken(sick, 1)
        await append(pool, "b")
        assert await taken(sound, 1) == ["b"]


async def test_the_last_to_go_gives_the_database_back(feed: CountingFeed, narrow_pool: Pool) -> None:
    tail = LiveTail(feed, what, TailPace(poll=0.01))
    for _ in range(2):  # and whoever comes later finds the tail again
        with tail.listen("c1") as listener:
            await entered(listener)
            assert narrow_pool.get_idle_size() < narrow_pool.get_size()
        async with asyncio.timeout(30):
            while narrow_pool.get_idle_size() < narrow_pool.get_size():  # noqa: ASYNC110 - nor has a pool
                await asyncio.sleep(0.01)
    looks = feed.tails
    await asyncio.sleep(0.1)
    assert feed.tails == looks
