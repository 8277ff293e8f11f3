"""The hash chain of a stream: what each stored row must say, and what is wrong with a stream that does not.

`schema/0004_append.sql` writes the chain inside the database; this reads it with nothing of the database's but the
rows, so that a function that was changed there can't hide anything here.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from domain.events import event_id

GENESIS = b""
"""What stands for the hash before the first event of a stream."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Damage(StrEnum):
    """What can be wrong with a row, or with its absence."""

    EDITED = "edited"
    """Its content, or the hash before it, is not what its own hash was made of."""
    MOVED = "moved"
    """It has the id of another place: rows were swapped or renumbered."""
    MISSING = "missing"
    """There are later events, but not this one."""
    TRUNCATED = "truncated"
    """The stream's head is not its last event: the end was cut off or replaced."""
    FORGED = "forged"
    """It was not written by an append: it is beyond the head, or no command caused it."""


@dataclass(frozen=True)
class Broken:
    """The first row of a stream at which something is wrong, and what."""

    stream: str
    version: int
    damage: Damage


@dataclass(frozen=True, slots=True)
class Row:
    """What the chain needs to know of a stored event."""

    stream: str
    version: int
    event_id: UUID
    digest: bytes
    hash: bytes
    caused: bool
    """Whether a command that the stream has carried out covers it, and its columns repeat its metadata."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a stream's own row says of its end."""

    version: int
    hash: bytes


def digest(
    *,
    stream: str,
    version: int,
    event_id: UUID,
    type: str,  # noqa: A002 - the column's name
    schema_version: int,
    position: int,
    recorded_at: datetime,
    metadata: str,
    data: str,
) -> bytes:
    """SHA-256 of an event's content; `metadata` and `data` are the stored texts."""
    microseconds = (recorded_at - _EPOCH) // _MICROSECOND
    lines = (stream, version, event_id, type, schema_version, position, microseconds, _sha256(metadata), data)
    return hashlib.sha256("\n".join(map(str, lines)).encode()).digest()


@lru_cache(maxsize=256)  # the events of one command share their metadata
def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def chained(previous: bytes, digest: bytes) -> bytes:
    """The hash of an event after another's hash."""
    return hashlib.sha256(previous + digest).digest()


def examine(stream: str, rows: Iterable[Row], head: Head | None) -> Iterator[Broken]:
    """What is wrong with a stream, in the order of its rows; `rows` are all of them by version.

    After a break it goes on with what is stored, so that one change is reported once and hides no other.
    """
    version, sound = 0, True
    previous: bytes | None = GENESIS
    for row in rows:
        found = _damage(row, version, previous, head)
        if found is not None:
            yield Broken(stream, version + 1 if found is Damage.MISSING else row.version, found)
            sound = False
        # What comes after a row that is not of this place was not made from its hash.
        version, previous = row.version, None if found in (Damage.MOVED, Damage.FORGED) else row.hash
    if head is None:
        return
    if version < head.version:
        yield Broken(stream, version + 1, Damage.TRUNCATED)
    elif version == head.version and previous != head.hash and sound:
        yield Broken(stream, version, Damage.TRUNCATED)


def _damage(row: Row, version: int, previous: bytes | None, head: Head | None) -> Damage | None:
    if head is None or row.version > head.version or not row.caused:
        return Damage.FORGED
    if row.event_id != event_id(row.stream, row.version):
        return Damage.MOVED
    if row.version != version + 1:
        return Damage.MISSING
    if previous is not None and row.hash != chained(previous, row.digest):
        return Damage.EDITED
    return None
