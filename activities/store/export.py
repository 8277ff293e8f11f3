"""The record as a file of lines, and its verification by whoever has nothing but that file.

An export is the whole feed up to a settled position, a line of JSON for each event between a first line and a last one:
what was stored, byte by byte, so also as sealed as it was stored. The chains in it can be computed anew without a
database and without our keys; what a hash is made of is told in docs/operations.md, so also without our code.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

import asyncpg
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from activities.store.chain import GENESIS, Damage, chained, digest
from activities.store.checkpoint import Checkpoint, Heads, differences, heads_of
from activities.store.feed import START, Feed, FeedPosition
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.events import event_id
from domain.values import Instant

FORMAT: Literal["groundswell-export-1"] = "groundswell-export-1"

PAGE = 1_000
"""Events that are read, and written, at a time."""


class _Line(BaseModel):
    """Nothing is added, left out or made of another type on the way to a file and back."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FirstLine(_Line):
    """What an export is."""

    format: Literal["groundswell-export-1"]
    exported_at: Instant
    upto: int
    """The position of the feed up to which everything is in it."""


class EventLine(_Line):
    """One event. `metadata` and `data` are the stored texts, and the hash is of those."""

    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    schema_version: int
    recorded_at: Instant
    metadata: str
    data: str
    hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @property
    def digest(self) -> bytes:
        """What the event's hash is made of, beside the hash before it."""
        return digest(
            stream=self.stream,
            version=self.version,
            event_id=self.event_id,
            type=self.type,
            schema_version=self.schema_version,
            position=self.position,
            recorded_at=self.recorded_at,
            metadata=self.metadata,
            data=self.data,
        )


class LastLine(_Line):
    """Without it the export is not complete."""

    events: int


async def export(pool: Pool) -> AsyncIterator[Sequence[str]]:
    """The lines of an export of what is settled now, some at a time; appends may go on meanwhile.

    It holds no transaction open and needs the same little memory whatever the size of the record.
    """
    upto = await Feed(pool).settled()
    yield [_text(FirstLine(format=FORMAT, exported_at=datetime.now(UTC), upto=upto))]
    events, after = 0, START
    while rows := await pool.fetch(QUERIES.rows_after, after, upto, PAGE):
        events, after = events + len(rows), FeedPosition(rows[-1]["position"])
        yield [_text(_event_line(row)) for row in rows]
    yield [_text(LastLine(events=events))]


def _event_line(row: asyncpg.Record) -> EventLine:
    facts = {name: row[name] for name in EventLine.model_fields}
    return EventLine(**{**facts, "event_id": UUID(int=row["event_id"].int), "hash": row["hash"].hex()})


def _text(line: _Line) -> str:
    return f"{line.model_dump_json()}\n"


@dataclass(frozen=True)
class Fault:
    """A line at which something is wrong, from 1, and what."""

    line: int
    what: str


@dataclass
class Examination:
    """Reads an export line by line and says where it is not what was exported, or was not appended so.

    After a fault it goes on with what stands there, so that one change is one fault and hides no other. It keeps in
    memory the end of each stream and, with a checkpoint, where each stream was at its position.
    """

    checkpoint: Checkpoint | None = None
    events: int = 0
    _lines: int = 0
    _first: FirstLine | None = None
    _last: LastLine | None = None
    _position: int = 0
    _ends: dict[str, tuple[int, bytes | None]] = field(default_factory=dict)
    _signed: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def streams(self) -> int:
        """How many streams there are in what was read."""
        return len(self._ends)

    def read(self, lines: Iterable[bytes]) -> Iterator[Fault]:
        """Every fault, in the order of the lines."""
        for line in lines:
            self._lines += 1
            yield from (Fault(self._lines, what) for what in self._read(line))
        if self._last is None:
            yield Fault(self._lines + 1, "the export ends before its last line: it was cut off")

    def against_checkpoint(self) -> list[str]:
        """How the export differs from what the checkpoint was of, in sentences; says nothing of the signature."""
        assert self.checkpoint is not None, "there is a checkpoint to compare with"
        upto = self._first.upto if self._first else 0
        if upto < self.checkpoint.position:
            return [f"The checkpoint is of position {self.checkpoint.position}, and the export ends at {upto}."]
        return differences(self.checkpoint, self._heads())

    def _heads(self) -> Heads:
        return heads_of((stream, version, hash_) for stream, (version, hash_) in self._signed.items())

    def _read(self, line: bytes) -> Iterator[str]:
        if self._last is not None:
            yield "there is something behind the last line"
            return
        try:
            if self._lines == 1:
                self._first = FirstLine.model_validate_json(line)
            elif line.startswith(b'{"events":'):
                yield from self._end(LastLine.model_validate_json(line))
            else:
                yield from self._event(EventLine.model_validate_json(line))
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "its JSON"
            kind = "an event" if self._lines > 1 else "the first line of an export"
            yield f"is not {kind}: {where} is wrong"

    def _end(self, last: LastLine) -> Iterator[str]:
        self._last = last
        if last.events != self.events:
            yield f"there were {last.events} events, and are {self.events}"

    def _event(self, event: EventLine) -> Iterator[str]:
        self.events += 1
        version, previous = self._ends.get(event.stream, (0, GENESIS))
        damage = self._damage(event, version, previous)
        if damage is not None:
            yield f"{event.stream}: version {version + 1 if damage is Damage.MISSING else event.version} is {damage}"
        if self._first is not None and not self._position < event.position <= self._first.upto:
            yield f"{event.stream}: version {event.version} is out of order, at position {event.position}"
        self._position = max(self._position, event.position)
        hash_ = bytes.fromhex(event.hash)
        self._ends[event.stream] = event.version, None if damage is Damage.MOVED else hash_
        if self.checkpoint is not None and event.position <= self.checkpoint.position:
            self._signed[event.stream] = event.version, hash_

    def _damage(self, event: EventLine, version: int, previous: bytes | None) -> Damage | None:
        if event.event_id != event_id(event.stream, event.version) or event.version <= version:
            return Damage.MOVED
        if event.version > version + 1:
            return Damage.MISSING
        if previous is not None and bytes.fromhex(event.hash) != chained(previous, event.digest):
            return Damage.EDITED
        return None
