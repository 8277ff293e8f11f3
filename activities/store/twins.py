"""Twins of the read models, in a schema of their own: streams are folded into them once, from the stored events alone.

What is sealed in events is left out before they are read, so that no key is needed, and nothing personal is in memory.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from activities.store.envelopes import Row, metadata_of
from activities.store.pool import Connection, Pool
from activities.store.projections.creator_track_records import track_of
from activities.store.projections.states import Cells, States
from activities.store.queries import QUERIES
from domain.collaboration import Collaboration

SCHEMA = "rebuild"

PAGE = 5_000
"""Events that are read at a time, at least: a stream is folded whole."""


@dataclass
class Folded:
    """Some streams as the twins show them: rows by table, to be copied."""

    events: int = 0
    rows: dict[str, list[Cells]] = field(default_factory=dict)
    columns: dict[str, Sequence[str]] = field(default_factory=dict)
    streams: list[str] = field(default_factory=list)
    creators: set[str] = field(default_factory=set)
    """Ids of the creators whose track records they are part of."""

    def add(self, table: str, columns: Sequence[str], row: Cells) -> None:
        """Notes one row."""
        self.columns[table] = columns
        self.rows.setdefault(table, []).append(row)

    async def copy(self, connection: Connection) -> None:
        """Writes all rows to the twins."""
        for table, rows in self.rows.items():
            await connection.copy_records_to_table(
                table, schema_name=SCHEMA, columns=list(self.columns[table]), records=rows
            )


@dataclass(frozen=True)
class Twins:
    """Folds streams for the twins. `tracks` says whether creators' track records are wanted too."""

    models: Sequence[States[Any]]
    tracks: bool

    def fold(self, rows: Sequence[Row], upto: int | None = None) -> Folded:
        """The streams of some rows, which are whole; tracks by their events up to a position of the feed.

        Raises:
            UnknownEvent: a newer release has written one of the events.
        """
        folded = Folded()
        for stream, group in groupby(rows, key=itemgetter("stream")):
            model = next((model for model in self.models if stream.startswith(model.streams)), None)
            if model is not None:
                self._fold_one(folded, model, stream, list(group), upto)
        return folded

    def _fold_one(self, folded: Folded, model: States[Any], stream: str, rows: Sequence[Row], upto: int | None) -> None:
        events = model.events(stream, rows)
        known = model.known(stream, rows, events)
        for view in model.views:
            for row in view.rows(known).values():
                folded.add(view.table, view.columns, row)
        folded.add("folded", ("stream", "version"), (stream, known.version))
        folded.events += len(rows)
        folded.streams.append(stream)
        if self.tracks and isinstance(known.state, Collaboration):
            track = track_of(
                (event, metadata_of(row["metadata"]).decided_at)
                for event, row in zip(events, rows, strict=True)
                if upto is None or row["position"] <= upto
            )
            folded.creators.add(known.state.creator_id)
            if track is not None:
                cells = (stream, known.state.id, known.state.creator_id, known.workspace, track.model_dump_json())
                folded.add("tracks", ("stream", "collaboration_id", "creator_id", "workspace", "track"), cells)


async def fold_range(
    twins: Twins, pool: Pool, after: str, upto: str | None, *, alive: Callable[[], bool] = lambda: True
) -> AsyncIterator[int]:
    """Folds the streams with names in a range into empty twins: the number of events, page by page.

    It ends early when it is no longer `alive`: whatever it was part of has gone.
    """
    async with pool.acquire() as reading, pool.acquire() as writing:
        while alive():
            rows = await _page(reading, after, upto)
            if not rows:
                return
            after = rows[-1]["stream"]
            folded = twins.fold(rows)
            async with writing.transaction():
                await folded.copy(writing)
            yield folded.events


async def _page(connection: Connection, after: str, upto: str | None) -> Sequence[Row]:
    """The events of the first streams of a range, each stream whole."""
    limit = PAGE
    while True:
        rows = await connection.fetch(QUERIES.page_to_fold, after, upto, limit)
        if len(rows) < limit:
            return rows
        last = rows[-1]["stream"]
        if rows[0]["stream"] != last:
            return list(_before(rows, last))
        limit *= 4  # a stream that is longer than a page


def _before(rows: Sequence[Row], stream: str) -> Iterator[Row]:
    end = len(rows)
    while rows[end - 1]["stream"] == stream:
        end -= 1
    return iter(rows[:end])


async def fold_again(twins: Twins, connection: Connection, streams: Sequence[str], upto: int | None = None) -> Folded:
    """Brings some streams of the twins to what they are now; tracks as in `Twins.fold`."""
    rows = await connection.fetch(QUERIES.read_streams_to_fold, list(streams))
    folded = twins.fold(rows, upto)
    async with connection.transaction():
        await connection.execute(QUERIES.forget_in_twins, list(streams))
        await folded.copy(connection)
    return folded


def parent_is(pid: int) -> Callable[[], bool]:
    """Whether the process that started this one is still there."""
    return lambda: os.getppid() == pid
