"""Readers of the feed that remember how far they have come, in the transaction of what they make of it.

So a read model over several streams has each event in it exactly once, whatever is killed when.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import asyncpg

from activities.store.feed import POLL, START, FeedPosition, read_feed, wait_up_to
from activities.store.feed_hints import listening
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from activities.store.sealing import Sealer
from domain.decider import Event
from domain.errors import UnknownEvent
from domain.events import Envelope, Registry

RETRY = 1.0
"""Seconds to wait for a database that does not answer."""


AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""A database that is not there, or has just told its sessions to go; the last is what asyncpg may make of that."""


async def try_again_after(failure: BaseException, seconds: float = RETRY) -> None:
    """Waits before what has failed is begun anew.

    Raises:
        asyncio.CancelledError: this task was told to stop, and the failure, as of a connection that breaks at that
            moment, has hidden it.
    """
    here = asyncio.current_task()
    if here is not None and here.cancelling():
        raise asyncio.CancelledError from failure
    await asyncio.sleep(seconds)


class Handler(Protocol):
    """Brings a read model forward."""

    async def __call__(self, connection: Connection, events: Sequence[Envelope]) -> None:
        """Takes the events in, through `connection` and nothing else: what it writes is undone with the checkpoint.

        It is for what is in this database. Effects outside of it would happen again after a failure or a rebuild.
        """
        ...


@dataclass(frozen=True)
class Progress:
    """How far a subscription has come, and when it last moved."""

    name: str
    position: FeedPosition
    updated_at: datetime


class Subscription:
    """One reader under one name. Any number of processes may run it: they take turns."""

    def __init__(
        self,
        name: str,
        handler: Handler,
        *,
        types: Collection[str] | None = None,
        start: FeedPosition = START,
        sealer: Sealer | None = None,
    ) -> None:
        """Without a sealer what is personal stays sealed in what the handler gets."""
        self.name = name
        self._handler = handler
        self._types = types
        self._start = start
        self._sealer = sealer

    async def catch_up(self, pool: Pool, *, limit: int = 500) -> int:
        """Takes in what is settled now, in transactions of at most `limit` events; returns how many there were.

        Raises what the handler raises; the events of that transaction are not taken in.
        """
        count = 0
        while True:
            taken, more = await self._step(pool, limit)
            count += taken
            if not more:
                return count

    async def run(self, pool: Pool, *, poll: float = POLL) -> None:
        """Takes in everything, and what comes, until it is cancelled; a database that is away is waited for.

        It looks again when hinted, and after `poll` seconds at the latest. Raises what the handler raises.
        """
        while True:
            try:
                async with listening(pool) as hinted:
                    while True:
                        hinted.clear()
                        await self.catch_up(pool)
                        await wait_up_to(poll, hinted)
            except AWAY as away:
                await try_again_after(away)

    async def _step(self, pool: Pool, limit: int) -> tuple[int, bool]:
        """How many events were taken in, and whether there may be more."""
        async with pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            after = await connection.fetchval(QUERIES.lock_subscription, self.name)
            if after is None:
                await connection.execute(QUERIES.open_subscription, self.name, self._start)
                after = await connection.fetchval(QUERIES.lock_subscription, self.name)
            page = await read_feed(connection, FeedPosition(after), self._types, limit, self._sealer)
            if page.events:
                await self._handler(connection, page.events)
            if page.upto > after:
                await connection.execute(QUERIES.move_subscription, self.name, page.upto)
        return len(page.events), len(page.events) == limit


async def subscriptions(pool: Pool) -> list[Progress]:
    """All subscriptions that have ever run, by name."""
    return [Progress(**dict(row)) for row in await pool.fetch(QUERIES.subscriptions)]


def decoded(
    events: Sequence[Envelope], registry_of: Callable[[str], Registry], *, skip_unknown: bool = False
) -> Iterator[tuple[Envelope, Event]]:
    """Stored events with what they mean, by the registry of each one's stream.

    A newer release may have written what this one does not know. Whoever decides on events must not go on then; a
    reader that only shows some of them may say that it skips the rest.

    Raises:
        UnknownEvent: the type, or its version, is not known, and `skip_unknown` was not said.
    """
    for envelope in events:
        try:
            event = registry_of(envelope.stream).decode(envelope)
        except UnknownEvent:
            if not skip_unknown:
                raise
            continue
        yield envelope, event
