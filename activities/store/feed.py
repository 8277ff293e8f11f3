"""All events of all streams in one order that never changes: what was read once has nothing left to appear before it.

How that is so is told in `schema/0015_feed.sql` and in docs/decisions.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import NewType

from activities.store.envelopes import envelope
from activities.store.feed_hints import listening
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from activities.store.sealing import Sealer
from domain.events import Envelope

FeedPosition = NewType("FeedPosition", int)
"""A place between two events of the feed: everything up to it has been seen."""

START = FeedPosition(0)

POLL = 1.0
"""Seconds between two looks of a reader that no hint has reached."""

PATIENCE = 0.25
"""Seconds that a reader waits for appends under way, so that it sees what was appended just before it came."""


@dataclass(frozen=True)
class FeedPage:
    """Some events in order, and up to where they are all there are."""

    events: Sequence[Envelope]
    upto: FeedPosition
    """Where to read on; at the events' end or, if nothing more is settled that was asked for, beyond."""


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

    async def follow(
        self, after: FeedPosition = START, types: Collection[str] | None = None, *, poll: float = POLL
    ) -> AsyncIterator[FeedPage]:
        """Pages of events as they come, without end; a page without events says that the feed went on without any.

        It looks again when hinted, and after `poll` seconds at the latest.
        """
        async with listening(self._pool) as hinted:
            while True:
                hinted.clear()
                page = await self.read(after, types)
                if page.upto > after:
                    after = page.upto
                    yield page
                else:
                    await wait_for_hint(hinted, poll)

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
    settled = await connection.fetchval(QUERIES.settled_position)
    if types is None:
        rows = await connection.fetch(QUERIES.read_feed, after, settled, limit)
    else:
        rows = await connection.fetch(QUERIES.read_feed_of_types, after, settled, limit, list(types))
    upto = rows[-1]["position"] if len(rows) == limit else max(settled, after)
    events = await sealer.open_events(rows, connection) if sealer else [envelope(row) for row in rows]
    return FeedPage(events, FeedPosition(upto))


async def wait_for_hint(hinted: asyncio.Event, seconds: float) -> None:
    """Returns when hinted, or after so many seconds."""
    try:
        await asyncio.wait_for(hinted.wait(), seconds)
    except TimeoutError:
        return
