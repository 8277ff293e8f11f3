"""Rebuilding read models from the record, beside those in use and while appends go on.

1. Twins: empty copies of the tables, in a schema of their own.
2. Streams that the twins do not show as they are, or not at all, are folded into them, until hardly any are left.
3. With writers of read models held up for that moment, the rest is folded, and the tables are made what their twins
   are, all in one transaction. Readers see the old rows until it commits.

It reads events and writes tables of this database; nothing outside hears of it, so nothing outside happens again.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES

TABLES = ("snapshots", "campaign_board", "collaboration_pipeline", "tasks")
"""The read models that can be rebuilt, by the names of their tables."""

PAGE = 500
"""Streams that are folded in one transaction."""

FEW = 50
"""Streams that may be left over for the moment in which writers wait."""


class Rebuilt(Protocol):
    """What knows how to make the read models of one kind of stream."""

    @property
    def streams(self) -> str:
        """Prefix of the streams' names."""
        ...

    async def catch_up(self, connection: Connection, streams: Sequence[str]) -> int:
        """Brings what is shown of some streams to what they are now, and returns how many events that took."""
        ...


class RebuildRunning(Exception):
    """Another rebuild is under way in this database."""


@dataclass(frozen=True)
class Flipped:
    """What a rebuild has changed in one table; zeros where the table was right."""

    table: str
    removed: int
    """Rows that were wrong, or should not have been there."""
    added: int
    """Rows that replaced them, or had been missing."""


async def rebuild(
    pool: Pool,
    tables: Sequence[str],
    kinds: Sequence[Rebuilt],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Flipped]:
    """Makes some of `TABLES` anew out of the events of all kinds of streams; `progress` hears of events done and to do.

    Raises:
        ValueError: one of the tables is no read model.
        RebuildRunning: somebody else does so.
        UnknownEvent: a newer release has written something; nothing was changed.
    """
    if unknown := set(tables) - set(TABLES):
        raise ValueError(f"no such read model: {', '.join(sorted(unknown))}")
    async with pool.acquire() as connection, _alone(connection):
        total = sum([await connection.fetchval(QUERIES.count_to_rebuild, kind.streams) for kind in kinds])
        done = 0
        while True:
            behind = 0
            async for events, streams in _behind(connection, kinds):
                behind += streams
                done += events
                progress(done, max(total, done))
            if behind <= FEW:
                return await _flip(connection, tables, kinds)


@asynccontextmanager
async def _alone(connection: Connection) -> AsyncIterator[None]:
    """Twins for the length of the block."""
    if not await connection.fetchval(QUERIES.lock_rebuild):
        raise RebuildRunning("another rebuild is under way in this database")
    try:
        await connection.execute(QUERIES.begin_rebuild)
        yield
    finally:
        await connection.execute(QUERIES.end_rebuild)
        await connection.execute(QUERIES.unlock_rebuild)


async def _behind(connection: Connection, kinds: Sequence[Rebuilt]) -> AsyncIterator[tuple[int, int]]:
    """Folds every stream that its twin does not show as it is: numbers of events and streams, page by page."""
    for kind in kinds:
        after = ""
        while page := await connection.fetch(QUERIES.streams_behind, kind.streams, after, PAGE):
            names = [row["stream"] for row in page]
            async with connection.transaction(isolation="read_committed"):
                await connection.execute(QUERIES.write_to_twins)
                events = await kind.catch_up(connection, names)
            yield events, len(names)
            after = names[-1]


async def _flip(connection: Connection, tables: Sequence[str], kinds: Sequence[Rebuilt]) -> list[Flipped]:
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(QUERIES.hold_read_models)
        async for _ in _behind(connection, kinds):
            pass  # only what was appended since; the transactions inside are parts of this one
        flipped = []
        for table in tables:
            row = await connection.fetchrow(QUERIES.flip_rebuild, table)
            assert row is not None, "the function returns one row"
            flipped.append(Flipped(table, row["removed"], row["added"]))
        return flipped
