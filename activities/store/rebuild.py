"""Rebuilding read models from the record, beside those in use and while appends go on.

1. Twins: empty copies of the tables, in a schema of their own.
2. All streams are folded into the twins, each once and in the order of their names, by several processes if told so.
3. Streams that were appended to meanwhile are folded again, until hardly any are left.
4. With writers of read models held up for that moment, the rest is folded, and the tables are made what their twins
   are, all in one transaction. Readers see the old rows until it commits.

It reads events and writes tables of this database; nothing outside hears of it, so nothing outside happens again.
"""

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from activities.store.feed import START
from activities.store.pool import Connection, Pool, open_pool
from activities.store.projections import creator_track_records
from activities.store.projections.creator_track_records import save
from activities.store.projections.read_models import read_models
from activities.store.queries import QUERIES
from activities.store.twins import Folded, Twins, fold_again, fold_range, parent_is
from domain.errors import GroundswellError, from_code
from domain.track_record import Track, ledger_of

TRACK_RECORDS = creator_track_records.NAME

TABLES = ("campaign_board", "collaboration_pipeline", "tasks", "rights_clocks", TRACK_RECORDS)
"""The read models that can be rebuilt, by the names of their tables."""

PAGE = 500
"""Streams that are folded again in one transaction, and creators whose records are added up at a time."""

FEW = 50
"""Streams that may be left over for the moment in which writers wait."""

LOOK = 0.5
"""Seconds between two looks at how far other processes have come."""

WORTH_A_PROCESS = 50_000
"""Events for each process: it takes a second to start one."""

_TRACKS = TypeAdapter(dict[str, Track])

Progress = Callable[[int, int], None]
"""Hears of events done and to do."""


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


@dataclass(frozen=True)
class Processes:
    """Permission to fold in up to `most` processes besides this one, which connect to the database by its DSN."""

    dsn: str
    most: int


async def rebuild(
    pool: Pool,
    tables: Collection[str],
    progress: Progress = lambda done, total: None,
    processes: Processes | None = None,
) -> list[Flipped]:
    """Makes some of `TABLES` anew out of all events.

    Raises:
        ValueError: one of the tables is no read model.
        RebuildRunning: somebody else does so.
        UnknownEvent: a newer release has written something; nothing was changed.
    """
    if unknown := set(tables) - set(TABLES):
        raise ValueError(f"no such read model: {', '.join(sorted(unknown))}")
    twins = Twins(read_models(), tracks=TRACK_RECORDS in tables)
    async with pool.acquire() as connection, _alone(connection):
        await connection.execute(QUERIES.open_subscription, TRACK_RECORDS, START)
        done = await _fold_everything(twins, pool, connection, progress, processes)
        if twins.tracks:
            await _add_up(connection, None)
        while (behind := await _catch_up(twins, connection)).streams:
            done += behind.events
            progress(done, done)
            if len(behind.streams) <= FEW:
                break
        return await _flip(twins, connection, [table for table in TABLES if table in tables])


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


# ------------------------------------------------------------------------------------------------------ everything once


async def _fold_everything(
    twins: Twins, pool: Pool, connection: Connection, progress: Progress, processes: Processes | None
) -> int:
    """Returns how many events that were."""
    size = await connection.fetchrow(QUERIES.size_to_rebuild)
    assert size is not None, "an aggregate is one row"
    total, streams = size["events"], size["streams"]
    count = min(processes.most, total // WORTH_A_PROCESS) if processes else 0
    if processes is None or count < 2:
        done = 0
        async for events in fold_range(twins, pool, "", None):
            done += events
            progress(done, max(total, done))
        return done
    bounds = [await connection.fetchval(QUERIES.nth_stream, streams * nth // count) for nth in range(1, count)]
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as executor:
        parts = [
            asyncio.get_running_loop().run_in_executor(
                executor, _fold_part, processes.dsn, after, upto, twins.tracks, os.getpid()
            )
            for after, upto in zip(["", *bounds], [*bounds, None], strict=True)
        ]
        while (await asyncio.wait(parts, timeout=LOOK))[1]:
            progress(await connection.fetchval(QUERIES.count_folded), total)
        for failure in [await part for part in parts]:
            if failure is not None:
                raise from_code(*failure)
    done = await connection.fetchval(QUERIES.count_folded)
    progress(done, max(total, done))
    return int(done)


def _fold_part(dsn: str, after: str, upto: str | None, tracks: bool, parent: int) -> tuple[str, dict[str, Any]] | None:
    """What one process does; the domain's errors come back as code and facts, since they cannot be pickled."""

    async def fold() -> None:
        pool = await open_pool(dsn, application_name="groundswell rebuild", max_size=2, statement_timeout=600)
        try:
            async for _ in fold_range(Twins(read_models(), tracks), pool, after, upto, alive=parent_is(parent)):
                pass
        finally:
            await pool.close()

    try:
        asyncio.run(fold())
    except GroundswellError as error:
        return error.code, error.facts
    return None


# -------------------------------------------------------------------------------------------------------- and the rest


async def _catch_up(twins: Twins, connection: Connection) -> Folded:
    """Folds the streams again that the twins do not show as they are: which ones, and how many events were new."""
    after, caught_up = "", Folded()
    while page := await connection.fetch(QUERIES.streams_behind, after, PAGE):
        names = [row["stream"] for row in page]
        folded = await fold_again(twins, connection, names)
        caught_up.streams += folded.streams
        caught_up.creators |= folded.creators
        caught_up.events += sum(row["events"] for row in page)
        after = names[-1]
    if caught_up.creators:
        await _add_up(connection, caught_up.creators)
    return caught_up


async def _add_up(connection: Connection, creators: Collection[str] | None) -> None:
    """Makes the track records of some creators, or of all, out of their collaborations' tracks."""
    some = None if creators is None else list(creators)
    if some is not None:
        await connection.execute(QUERIES.forget_records_in_twins, some)
    after = ""
    while page := await connection.fetch(QUERIES.tracks_of_creators, after, some, PAGE):
        ledgers = [
            (row["creator_id"], row["workspace"], ledger_of(_TRACKS.validate_json(row["tracks"]))) for row in page
        ]
        await save(connection, QUERIES.add_records_to_twins, ledgers)
        after = page[-1]["creator_id"]


async def _flip(twins: Twins, connection: Connection, tables: Sequence[str]) -> list[Flipped]:
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(QUERIES.hold_read_models)
        await _catch_up(
            twins, connection
        )  # only what was appended since; the transactions inside are parts of this one
        if twins.tracks:
            await _meet_the_subscription(twins, connection)
        flipped = []
        for table in tables:
            row = await connection.fetchrow(QUERIES.flip_rebuild, table)
            assert row is not None, "the function returns one row"
            flipped.append(Flipped(table, row["removed"], row["added"]))
        return flipped


async def _meet_the_subscription(twins: Twins, connection: Connection) -> None:
    """Brings the track records' twin, and the subscription that keeps them and waits, to what is settled."""
    settled = await connection.fetchval(QUERIES.settled_position)
    unsettled = [row["stream"] for row in await connection.fetch(QUERIES.streams_after, settled)]
    if unsettled:
        folded = await fold_again(twins, connection, unsettled, upto=settled)
        await _add_up(connection, folded.creators)
    await connection.execute(QUERIES.forget_erased_in_twins)
    await connection.execute(QUERIES.move_subscription, TRACK_RECORDS, settled)
