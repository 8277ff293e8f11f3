"""All events of all streams in one order that never changes: what was read once has nothing left to appear before it.

How that is so is told in `schema/0015_feed.sql` and in docs/decisions.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import NewType

import asyncpg

from activities.store.envelopes import envelope
from activities.store.feed_hints import Hints, listening
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from activities.store.sealing import Sealer
from domain.events import Envelope

FeedPosition = NewType("FeedPosition", int)
"""A place between two events of the feed: everything up to it has been seen."""

START = FeedPosition(0)

POLL = 1.0
"""Seconds between two looks of a reader that no hint has reached."""

SOON = 0.01
"""Seconds until the second look at events that are there but not settled; each further wait is twice as long."""

PATIENCE = 0.25
"""Seconds that a reader waits for appends under way, so that it sees what was appended just before it came."""


@dataclass(frozen=True)
class FeedPage:
    """Some events in order, and up to where they are all there are."""

    events: Sequence[Envelope]
    upto: FeedPosition
    """Where to read on; at the events' end or, if nothing more is settled that was asked for, beyond."""
    unsettled: bool = False
    """Whether an append is under way beyond, whose end nobody may hint at: look again soon."""


@dataclass(frozen=True)
class Barrier:
    """What holds readers up."""

    settled: FeedPosition
    """Up to where reading goes."""
    taken: FeedPosition
    """The last position that an append has taken, if only to roll back."""
    age: timedelta
    """For how long the oldest append that readers wait for has been open; zero if they wait for none."""
    pid: int | None
    """The database session of that append."""


class Feed:
    """Reads the feed. It needs the primary server, and transactions that are READ COMMITTED.

    Without a sealer what is personal stays sealed in what it reads.
    """

    def __init__(self, pool: Pool, sealer: Sealer | None = None) -> None:
        self._pool = pool
        self._sealer = sealer

    async def read(
        self, after: FeedPosition = START, types: Collection[str] | None = None, limit: int = 1_000
    ) -> FeedPage:
        """The first `limit` settled events after a position, of all types or of some."""
        async with self._pool.acquire() as connection:
            return await read_feed(connection, after, types, limit, self._sealer)

    async def read_campaigns(
        self, campaigns: Collection[str], after: FeedPosition, upto: FeedPosition | None = None, limit: int = 1_000
    ) -> FeedPage:
        """The first `limit` settled events of some campaigns, over all their streams, after a position.

        `upto` is a position that is known to be settled, beyond which nothing is wanted.
        """
        async with self._pool.acquire() as connection:
            settled, unsettled = (upto, False) if upto is not None else await _settled(connection)
            if settled <= after:
                return FeedPage((), after, unsettled)
            if len(campaigns) == 1:  # an index has its events in order, however long its past is
                rows = await connection.fetch(QUERIES.read_campaign, *campaigns, after, settled, limit)
            else:
                rows = await connection.fetch(QUERIES.read_feed_of_campaigns, after, settled, limit, list(campaigns))
            return await _page(connection, rows, after, settled, limit, self._sealer, unsettled=unsettled)

    async def follow(
        self, after: FeedPosition = START, types: Collection[str] | None = None, *, poll: float = POLL
    ) -> AsyncIterator[FeedPage]:
        """Pages of events as they come, without end; a page without events says that the feed went on without any.

        It looks again when hinted, and after `poll` seconds at the latest.
        """
        while True:
            async with listening(self._pool) as hinted:
                patience = SOON
                while not hinted.lost:
                    hinted.clear()
                    page = await self.read(after, types)
                    if page.upto > after:
                        after, patience = page.upto, SOON
                        yield page
                        continue
                    await wait_up_to(min(patience, poll) if page.unsettled else poll, hinted)
                    patience = patience * 2 if page.unsettled else SOON

    @asynccontextmanager
    async def hints(self) -> AsyncIterator[Hints]:
        """See `listening`."""
        async with listening(self._pool) as hinted:
            yield hinted

    async def settled(self, patience: float = PATIENCE) -> FeedPosition:
        """A position that is settled, after everything that was committed before the call.

        It waits for the appends that are under way; if that takes more than `patience` seconds, for which one of them
        must be stuck, the position may be before what was committed meanwhile.
        """
        give_up = monotonic() + patience
        wanted: int | None = None
        while True:
            row = await self._pool.fetchrow(QUERIES.settled_position)
            assert row is not None, "the function returns one row"
            wanted = row["taken"] if wanted is None else wanted
            if row["settled"] >= wanted or monotonic() > give_up:
                return FeedPosition(row["settled"])
            await asyncio.sleep(0.005)

    async def barrier(self) -> Barrier:
        """What holds readers up now: an `age` of more than a second is worth an alarm."""
        row = await self._pool.fetchrow(QUERIES.feed_barrier)
        assert row is not None, "the function returns one row"
        return Barrier(FeedPosition(row["settled"]), FeedPosition(row["taken"]), row["age"], row["pid"])


async def read_feed(
    connection: Connection,
    after: FeedPosition,
    types: Collection[str] | None,
    limit: int,
    sealer: Sealer | None = None,
) -> FeedPage:
    """See `Feed.read`. Both statements are sent one after the other on purpose: the second must not see less."""
    settled, unsettled = await _settled(connection)
    if types is None:
        rows = await connection.fetch(QUERIES.read_feed, after, settled, limit)
    else:
        rows = await connection.fetch(QUERIES.read_feed_of_types, after, settled, limit, list(types))
    return await _page(connection, rows, after, settled, limit, sealer, unsettled=unsettled)


async def settled_position(connection: Connection) -> FeedPosition:
    """Up to where every event that there will ever be is there."""
    settled, _ = await _settled(connection)
    return settled


async def _settled(connection: Connection) -> tuple[FeedPosition, bool]:
    """Up to where it is settled, and whether more has been taken."""
    row = await connection.fetchrow(QUERIES.settled_position)
    assert row is not None, "the function returns one row"
    return FeedPosition(row["settled"]), row["taken"] > row["settled"]


async def _page(
    connection: Connection,
    rows: Sequence[asyncpg.Record],
    after: FeedPosition,
    settled: FeedPosition,
    limit: int,
    sealer: Sealer | None,
    *,
    unsettled: bool,
) -> FeedPage:
    upto = rows[-1]["position"] if len(rows) == limit else max(settled, after)
    events = await sealer.open_events(rows, connection) if sealer else [envelope(row) for row in rows]
    return FeedPage(events, FeedPosition(upto), unsettled)


async def wait_up_to(seconds: float, event: asyncio.Event) -> None:
    """Returns when the event is set, or after so many seconds.

    Not by `asyncio.wait_for`: before Python 3.12 that forgets a cancellation which comes together with the event.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
