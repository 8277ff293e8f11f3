"""One fold for all read models of a kind of stream: the state is brought forward once, and each view shows it.

States are made of the events as they are stored, with what is sealed left out: no view shows it, so none of it is ever
in the memory of whoever keeps read models, and no key is needed to make them anew.

No state is stored. A process remembers the states that it has folded; that is safe because a state is remembered with
its version, and an append of the version that follows is refused if it is not the one that follows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from pydantic_core import to_json

from activities.latest import Latest
from activities.store.envelopes import DATA, Row, metadata_of
from activities.store.pool import Connection
from activities.store.projections import Prepared
from activities.store.queries import QUERIES
from activities.store.sealing import without_sealed
from domain.decider import Event
from domain.events import Envelope, Metadata, Record, Registry

REMEMBERED = 2_000
"""States of each kind that a process remembers where nothing else is said: some tens of megabytes."""

S = TypeVar("S")
Cells = tuple[object, ...]
"""A row's values, in the order of the table's columns that the view names."""


@dataclass(frozen=True)
class Known(Generic[S]):
    """The state of one stream at one version, and what a view needs beside it."""

    stream: str
    version: int
    workspace: str
    since: datetime
    """When its first event was decided."""
    at: datetime
    """When its last event was decided."""
    state: S


class View(Protocol[S]):
    """A table that shows the states of one kind of stream: what it shows of one depends on nothing else."""

    @property
    def table(self) -> str:
        """Name of the table."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns that it writes, which are all."""
        ...

    def rows(self, known: Known[S]) -> Mapping[str, Cells]:
        """All rows of one stream, each under a name that no other row of the stream has."""
        ...


class States(Generic[S]):
    """Folds the streams of one kind for its views; satisfies `Prepares`."""

    def __init__(
        self,
        streams: str,
        *,
        initial: S,
        registry: Registry,
        evolve: Callable[[S, Event], S],
        views: Sequence[View[S]],
        remembered: int = REMEMBERED,
    ) -> None:
        self.streams = streams
        self.views = tuple(views)
        self._initial = initial
        self._registry = registry
        self._evolve = evolve
        self._remembered: Latest[Known[S]] = Latest(remembered)

    async def prepare(
        self,
        connection: Connection,
        stream: str,
        expected_version: int,
        records: Sequence[Record],
        data: Sequence[str],
        metadata: Metadata,
    ) -> Prepared | None:
        """See `Prepares.prepare`. What this process does not remember is read from the stream."""
        before = await self._at(connection, stream, expected_version)
        if before is None and expected_version > 0:
            return None
        after = Known(
            stream=stream,
            version=expected_version + len(records),
            workspace=metadata.workspace,
            since=before.since if before else metadata.decided_at,
            at=metadata.decided_at,
            state=self._fold(
                before.state if before else self._initial,
                (
                    self._decode(stream, record.type, record.schema_version, text)
                    for record, text in zip(records, data, strict=True)
                ),
            ),
        )
        return Prepared(shown=self._changed(stream, before, after), keep=partial(self._remembered.put, stream, after))

    async def project(self, connection: Connection, stream: str, events: Sequence[Envelope]) -> None:
        """See `Projection.project`. The transaction may still be undone, so nothing of it is remembered."""
        prepared = await self.prepare(
            connection,
            stream,
            events[0].version - 1,
            [Record(type=event.type, schema_version=event.schema_version, data=event.data) for event in events],
            [DATA.dump_json(event.data).decode() for event in events],
            events[-1].metadata,
        )
        assert prepared is not None, "the events before those that were just appended are there"
        await connection.execute(QUERIES.show_read_models, prepared.shown)

    def events(self, stream: str, rows: Sequence[Row]) -> list[Event]:
        """What rows of `read_to_fold` mean, but for what is sealed in them.

        Raises:
            UnknownEvent: a newer release has written one of them.
        """
        return [self._decode(stream, row["type"], row["schema_version"], row["data"]) for row in rows]

    def known(self, stream: str, rows: Sequence[Row], events: Iterable[Event]) -> Known[S]:
        """The state of a stream after its first events, which are all of `events`, from all of these rows."""
        first, last = (metadata_of(rows[end]["metadata"]) for end in (0, -1))
        return Known(
            stream=stream,
            version=rows[-1]["version"],
            workspace=last.workspace,
            since=first.decided_at,
            at=last.decided_at,
            state=self._fold(self._initial, events),
        )

    async def _at(self, connection: Connection, stream: str, version: int) -> Known[S] | None:
        """The stream's state at a version; None if it has not come that far."""
        if version == 0:
            return None
        known = self._remembered.get(stream)
        if known is not None and known.version == version:
            return known
        rows = await connection.fetch(QUERIES.read_to_fold, stream, version)
        if len(rows) < version:
            return None
        return self.known(stream, rows, self.events(stream, rows))

    def _changed(self, stream: str, before: Known[S] | None, after: Known[S]) -> str:
        """What `show_read_models` is to do: write the rows that differ, and remove those that are gone."""
        shown: dict[str, Any] = {"stream": stream}
        for view in self.views:
            old, new = view.rows(before) if before else {}, view.rows(after)
            if changed := [cells for name, cells in new.items() if old.get(name) != cells]:
                shown[view.table] = [dict(zip(view.columns, cells, strict=True)) for cells in changed]
            if gone := [name for name in old if name not in new]:
                shown[f"closed_{view.table}"] = gone
        return to_json(shown).decode()

    def _decode(self, stream: str, type_: str, schema_version: int, data: str) -> Event:
        return self._registry.decode_json(stream, type_, schema_version, without_sealed(data))

    def _fold(self, state: S, events: Iterable[Event]) -> S:
        for event in events:
            state = self._evolve(state, event)
        return state
