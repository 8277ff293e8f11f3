"""One fold for all read models of a kind of stream: the state is brought forward once, and each view shows it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from activities.store.envelopes import envelope
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from domain.decider import Event
from domain.events import Envelope, Registry

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

    async def show(self, connection: Connection, change: Change[S]) -> None:
        """Brings the table to `change.after`, whatever it holds now."""
        ...


class Snapshots(Generic[S]):
    """Keeps the state of every stream of one kind, and its views; satisfies `Projection`."""

    def __init__(
        self,
        streams: str,
        *,
        initial: S,
        registry: Registry,
        evolve: Callable[[S, Event], S],
        views: Sequence[View[S]] = (),
    ) -> None:
        self.streams = streams
        self._initial = initial
        self._registry = registry
        self._evolve = evolve
        self._views = tuple(views)
        self._adapter: TypeAdapter[S] = TypeAdapter(type(initial))
        self._shape = _digest(self._adapter.json_schema())

    async def project(self, connection: Connection, stream: str, events: Sequence[Envelope]) -> None:
        """See `Projection.project`. A snapshot that does not reach up to `events` is folded from the stream again."""
        version, before = self._decode(await connection.fetchrow(QUERIES.load_snapshot, stream, self._shape))
        if version != events[0].version - 1:
            events = await _read(connection, stream, version)
        after = self._fold(before, events)
        last = events[-1]
        state = self._adapter.dump_python(after, mode="json")
        await connection.execute(QUERIES.save_snapshot, stream, last.version, self._shape, state)
        change = Change(
            stream=stream,
            version=last.version,
            workspace=last.metadata.workspace,
            at=last.metadata.decided_at,
            since=events[0].metadata.decided_at,
            before=before,
            after=after,
        )
        for view in self._views:
            await view.show(connection, change)

    async def load(self, pool: Pool, stream: str) -> tuple[int, S]:
        """The version of the stream's last event and the state after it; (0, the initial state) without events."""
        version, state = self._decode(await pool.fetchrow(QUERIES.peek_snapshot, stream, self._shape))
        if state is not None:
            return version, state
        async with pool.acquire() as connection:
            events = await _read(connection, stream, after_version=0)
        return (events[-1].version if events else 0), self._fold(None, events)

    async def rebuild(self, pool: Pool) -> int:
        """Folds every stream of the kind again and shows it anew; writers wait for one stream at a time.

        Returns the number of streams.
        """
        done, after = 0, ""
        while page := await pool.fetch(QUERIES.streams_after, self.streams, after, 500):
            for row in page:
                async with pool.acquire() as connection, connection.transaction():
                    await connection.fetchval(QUERIES.lock_stream, row["stream"])
                    await connection.execute(QUERIES.drop_snapshot, row["stream"])
                    await self.project(connection, row["stream"], await _read(connection, row["stream"], 0))
            done, after = done + len(page), page[-1]["stream"]
        return done

    def _decode(self, row: Any) -> tuple[int, S | None]:
        return (0, None) if row is None else (row["version"], self._adapter.validate_python(row["state"]))

    def _fold(self, before: S | None, events: Sequence[Envelope]) -> S:
        decoded = (self._registry.decode(event) for event in events)
        return reduce(self._evolve, decoded, self._initial if before is None else before)


async def _read(connection: Connection, stream: str, after_version: int) -> list[Envelope]:
    return [envelope(row) for row in await connection.fetch(QUERIES.read_stream, stream, after_version, None)]


def _digest(schema: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
