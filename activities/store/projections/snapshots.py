"""One fold for all read models of a kind of stream: the state is brought forward once, and each view shows it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, Protocol, TypeVar

import asyncpg
from pydantic import TypeAdapter

from activities.store.envelopes import Row
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from activities.store.sealing import Sealer
from domain.decider import Event
from domain.events import Envelope, Metadata, Registry
from domain.personal import marks

S = TypeVar("S")


@dataclass(frozen=True)
class Change(Generic[S]):
    """What an append has changed: the state of one stream, before and after."""

    stream: str
    version: int
    workspace: str
    at: datetime
    """When the last event was decided."""
    since: datetime
    """When the first of the events between `before` and `after` was decided."""
    before: S | None
    """None if all events were folded: nothing is known of what a view has shown so far."""
    after: S


class View(Protocol[S]):
    """A table that shows the states of one kind of stream."""

    async def show(self, connection: Connection, changes: Sequence[Change[S]]) -> None:
        """Brings the table to each `change.after`, whatever it holds now; no two of them are of one stream."""
        ...


class Snapshots(Generic[S]):
    """Keeps the state of every stream of one kind, and its views; satisfies `Projection` and `rebuild.Rebuilt`.

    What a state tells about a creator is sealed, as in the events; views show nothing of it.
    """

    def __init__(
        self,
        streams: str,
        *,
        sealer: Sealer,
        initial: S,
        registry: Registry,
        evolve: Callable[[S, Event], S],
        views: Sequence[View[S]] = (),
    ) -> None:
        self.streams = streams
        self._sealer = sealer
        self._initial = initial
        self._personal = marks(type(initial))
        self._registry = registry
        self._evolve = evolve
        self._views = tuple(views)
        self._adapter: TypeAdapter[S] = TypeAdapter(type(initial))
        self._shape = _digest(self._adapter.json_schema())

    async def project(self, connection: Connection, stream: str, events: Sequence[Envelope]) -> None:
        """See `Projection.project`. A snapshot that does not reach up to `events` is folded from the stream again."""
        kept = await connection.fetch(QUERIES.load_snapshot, stream, self._shape)
        version, before = (await self._decode(kept, connection)).get(stream, (0, None))
        if version != events[0].version - 1:
            events = await self._read(connection, stream, version)
        first, last = events[0].metadata, events[-1].metadata
        change = Change(
            stream=stream,
            version=events[-1].version,
            workspace=last.workspace,
            at=last.decided_at,
            since=first.decided_at,
            before=before,
            after=self._fold(before, map(self._registry.decode, events)),
        )
        await self._show(connection, [change])

    async def load(self, pool: Pool, stream: str) -> tuple[int, S]:
        """The version of the stream's last event and the state after it; (0, the initial state) without events."""
        kept = await self._decode(await pool.fetch(QUERIES.peek_snapshots, [stream], self._shape))
        if stream in kept:
            return kept[stream]
        async with pool.acquire() as connection:
            events = await self._read(connection, stream, after_version=0)
        return (events[-1].version if events else 0), self._fold(None, map(self._registry.decode, events))

    async def catch_up(self, connection: Connection, streams: Sequence[str]) -> int:
        """Brings many streams forward from where their snapshots are, and shows them; returns the number of events.

        It does not look whether anybody else does so at the same time.
        """
        known = await self._decode(await connection.fetch(QUERIES.peek_snapshots, streams, self._shape), connection)
        versions = [known[stream][0] if stream in known else 0 for stream in streams]
        rows = await self._sealer.open_rows(await connection.fetch(QUERIES.read_streams, streams, versions), connection)
        changes = []
        for stream, group in groupby(rows, key=itemgetter("stream")):
            _, before = known.get(stream, (0, None))
            changes.append(self._change(stream, before, list(group)))
        await self._show(connection, changes)
        return len(rows)

    def _change(self, stream: str, before: S | None, rows: Sequence[Row]) -> Change[S]:
        first, last = (Metadata.model_validate_json(rows[end]["metadata"]) for end in (0, -1))
        events = (self._registry.decode_json(stream, row["type"], row["schema_version"], row["data"]) for row in rows)
        return Change(
            stream=stream,
            version=rows[-1]["version"],
            workspace=last.workspace,
            at=last.decided_at,
            since=first.decided_at,
            before=before,
            after=self._fold(before, events),
        )

    async def _show(self, connection: Connection, changes: Sequence[Change[S]]) -> None:
        states = [
            (change.stream, change.version, self._shape, await self._encode(connection, change)) for change in changes
        ]
        await connection.executemany(QUERIES.save_snapshot, states)
        for view in self._views:
            await view.show(connection, changes)

    async def _encode(self, connection: Connection, change: Change[S]) -> str:
        state = self._adapter.dump_json(change.after).decode()
        return await self._sealer.seal_state(change.stream, state, self._personal, connection)

    async def _decode(self, rows: Sequence[asyncpg.Record], on: "Connection | None" = None) -> dict[str, tuple[int, S]]:
        """Versions and states, by the streams' names."""
        opened = await self._sealer.open_rows(rows, on, columns=["state"])
        return {row["stream"]: (row["version"], self._adapter.validate_json(row["state"])) for row in opened}

    async def _read(self, connection: Connection, stream: str, after_version: int) -> list[Envelope]:
        rows = await connection.fetch(QUERIES.read_stream, stream, after_version, None)
        return await self._sealer.open_events(rows, connection)

    def _fold(self, before: S | None, events: Iterable[Event]) -> S:
        return reduce(self._evolve, events, self._initial if before is None else before)


def _digest(schema: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
