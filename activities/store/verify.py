"""Reads the whole record and says where it is not what was appended."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import asyncpg

from activities.store.chain import Broken, Head, Row, digest, examine
from activities.store.pool import Pool
from activities.store.queries import QUERIES

PAGE = 200
"""Streams that are read in one transaction: each sees the heads and the events of one moment."""


@dataclass(frozen=True)
class Verified:
    """What a part of the record came to."""

    streams: int
    events: int
    broken: Sequence[Broken]
    """Every break in these streams, in the order of streams and versions."""


async def verify(pool: Pool) -> AsyncIterator[Verified]:
    """Goes through all streams in the order of their names, page by page; appends may go on meanwhile.

    What was appended by this release's `append_events` verifies. What it can't see alone is a chain that was computed
    anew from some event on, or a stream of which every trace is gone: for that, compare with a signed checkpoint.
    """
    after: str | None = ""
    while after is not None:
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            heads = await connection.fetch(QUERIES.heads_after, after, PAGE)
            upto = heads[-1]["stream"] if len(heads) == PAGE else None
            rows = await connection.fetch(QUERIES.rows_between, after, upto)
        yield _verified({head["stream"]: Head(head["version"], head["hash"]) for head in heads}, rows)
        after = upto


async def size(pool: Pool) -> int:
    """How many events there are to verify."""
    row = await pool.fetchrow(QUERIES.count_events)
    assert row is not None, "an aggregate has a row"
    events: int = row["events"]
    return events


def _verified(heads: Mapping[str, Head], rows: Sequence[asyncpg.Record]) -> Verified:
    broken: list[Broken] = []
    seen = set()
    for stream, its_rows in groupby(map(row_of, rows), key=lambda row: row.stream):
        seen.add(stream)
        broken += examine(stream, its_rows, heads.get(stream))
    for stream, head in heads.items():
        if stream not in seen:
            broken += examine(stream, (), head)
    return Verified(streams=len(heads), events=len(rows), broken=broken)


def row_of(record: asyncpg.Record) -> Row:
    """The row in a record with all columns of `rows_between`."""
    return Row(
        stream=record["stream"],
        version=record["version"],
        event_id=record["event_id"],
        digest=digest(
            stream=record["stream"],
            version=record["version"],
            event_id=record["event_id"],
            type=record["type"],
            schema_version=record["schema_version"],
            position=record["position"],
            recorded_at=record["recorded_at"],
            metadata=record["metadata"],
            data=record["data"],
        ),
        hash=record["hash"],
        caused=record["caused"],
    )
