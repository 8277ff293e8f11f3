"""Hints that there is something new in the feed. They may come early, late, twice or never: reading is the truth.

A NOTIFY inside an append's transaction would serialise all commits, since PostgreSQL takes a lock for it that is held
to the end. So it is a statement of its own afterwards, at most one in `INTERVAL` for all the appends of a process.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES

INTERVAL = 0.05
"""Seconds for which appends are gathered into one hint."""

CHANNEL = "groundswell_feed"


class Bell:
    """Tells listeners of new events, a moment after they were appended."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._ringing: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Have a hint sent soon; returns at once."""
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._send())

    async def _send(self) -> None:
        await asyncio.sleep(INTERVAL)
        # Without the hint a listener finds the events at its next poll; a closed pool is a process that ends.
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await self._pool.execute(QUERIES.hint_feed)


class Hints(asyncio.Event):
    """Is set at each hint; whoever has waited for it clears it."""

    lost = False
    """Whether the connection to listen on is gone: reading goes on, and finds things at its next poll only."""


@asynccontextmanager
async def listening(pool: Pool) -> AsyncIterator[Hints]:
    """Hints as long as the block runs, on a connection of the pool that is taken for that long."""
    hinted = Hints()

    def hint(_connection: Any, _pid: int, _channel: str, _payload: object) -> None:
        hinted.set()

    def lose(_connection: Any) -> None:
        # Nobody is woken: the pool's other connections may be about to be cut as well, and it does not know it yet.
        hinted.lost = True

    async with pool.acquire() as connection:
        connection.add_termination_listener(lose)
        await connection.add_listener(CHANNEL, hint)
        try:
            yield hinted
        finally:
            await _stop_listening(connection, hint, lose)


async def _stop_listening(connection: Connection, hint: Any, lose: Any) -> None:
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        connection.remove_termination_listener(lose)
        await connection.remove_listener(CHANNEL, hint)
