"""Clicks on their way into the database: nobody who follows a link waits for it, whatever state it is in."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import asyncpg
import structlog

from activities.store.pool import Pool
from activities.store.queries import QUERIES

MOST_WAITING = 10_000
"""Clicks that are kept while the database is away; those that come after are lost, and the log says how many."""
AT_ONCE = 500
RETRY_SECONDS = 1.0
STOP_PATIENCE = 5.0
"""Seconds that a process which stops gives to the clicks that wait."""


@dataclass(frozen=True)
class Click:
    """Somebody followed a link. `visitor` is a keyed hash, `referrer` a host, `bot` why it is taken for a program."""

    id: str
    code: str
    at: datetime
    visitor: str
    referrer: str | None
    bot: str | None


class ClickRecorder:
    """Notes clicks in the background, in the order in which they come."""

    def __init__(self, pool: Pool, *, most_waiting: int = MOST_WAITING, retry_seconds: float = RETRY_SECONDS) -> None:
        self._pool = pool
        self._most_waiting = most_waiting
        self._retry_seconds = retry_seconds
        self._waiting: deque[Click] = deque()
        self._draining: asyncio.Task[None] | None = None
        self.lost = 0
        """Clicks that found no room."""

    def record(self, click: Click) -> None:
        """Take a click; returns at once, and never fails."""
        if len(self._waiting) >= self._most_waiting:
            self.lost += 1
            return
        self._waiting.append(click)
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())

    async def flushed(self) -> None:
        """Wait until every click that was taken is stored."""
        if self._draining is not None:
            await asyncio.shield(self._draining)

    async def aclose(self, patience: float = STOP_PATIENCE) -> None:
        """Store what waits; what the database has not taken after `patience` seconds is lost."""
        if self._draining is not None:
            await asyncio.wait({self._draining}, timeout=patience)
            self._draining.cancel()
            await asyncio.gather(self._draining, return_exceptions=True)
        if lost := self.lost + len(self._waiting):
            structlog.get_logger(__name__).error("clicks lost", clicks=lost)
        self._waiting.clear()

    async def _drain(self) -> None:
        while self._waiting:
            batch = list(islice(self._waiting, AT_ONCE))
            try:
                await self._pool.execute(QUERIES.insert_clicks, *_columns(batch))
            except asyncpg.DataError as error:  # no second try could change that, and those behind must not wait
                structlog.get_logger(__name__).error("clicks refused", clicks=len(batch), error=type(error).__name__)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                structlog.get_logger(__name__).warning("clicks wait for the database", error=type(error).__name__)
                await asyncio.sleep(self._retry_seconds)
                continue
            for _ in batch:
                self._waiting.popleft()


def _columns(batch: list[Click]) -> tuple[list[object], ...]:
    return tuple([getattr(click, name) for click in batch] for name in Click.__dataclass_fields__)
