"""How events are kept: the envelope, the registry of types, and the upcasting of what older releases wrote.

A stream is `campaign/<id>`, `collaboration/<id>` or `rights/<id>`. Its events are numbered from 1 without gaps. An
event's id is derived from stream and version, so writing the same event twice can be recognised anywhere.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from domain.decider import Actor, Command, Context, Event
from domain.errors import UnknownEvent
from domain.personal import Marks, marks
from domain.values import Instant, Line, Value

JsonObject = dict[str, Any]


class Metadata(Value):
    """The circumstances of a decision, stored beside its events."""

    actor: Actor
    command: Line
    """Type of the command that caused the event."""
    command_id: Line
    fingerprint: Line
    """`fingerprint(command)`: tells a repeated command from another one that reuses its id."""
    decided_at: Instant
    correlation_id: Line
    """The campaign that the event belongs to."""
    workspace: Line = "default"
    traceparent: str | None = None


class Record(Value):
    """One event as data: what a store keeps and what crosses a process boundary."""

    type: Line
    schema_version: int = Field(ge=1)
    data: JsonObject


class Envelope(Value):
    """A stored event: the record with its place in its stream and its circumstances."""

    stream: Line
    version: int = Field(ge=1)
    event_id: UUID
    type: Line
    schema_version: int = Field(ge=1)
    data: JsonObject
    metadata: Metadata
    recorded_at: Instant
    position: int = Field(ge=1)
    """Order in the whole log; gaps are possible, ties are not."""


def event_id(stream: str, version: int) -> UUID:
    """The id of the event at `version` of `stream`: the same wherever and however often it is computed."""
    return uuid5(NAMESPACE_URL, f"groundswell:{stream}:{version}")


def fingerprint(command: Command) -> str:
    """A digest of a command's type and what its giver said, 32 hexadecimal digits.

    A field that has its default counts as not said: a later release that adds one still knows the command.
    """
    said = command.model_dump(mode="json", exclude=set(command.looked_up), exclude_defaults=True)
    content = json.dumps([type(command).__name__, said], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def metadata(command: Command, context: Context, *, correlation_id: str, traceparent: str | None = None) -> Metadata:
    """The circumstances in which `command` is decided."""
    return Metadata(
        actor=context.actor,
        command=type(command).__name__,
        command_id=context.command_id,
        fingerprint=fingerprint(command),
        decided_at=context.at,
        correlation_id=correlation_id,
        traceparent=traceparent,
    )


Upcast = Callable[[JsonObject], JsonObject]


class Registry:
    """The closed set of event types of one kind of stream, and how older versions of their data are read.

    `upcasts[("Type", n)]` turns data of schema version n into data of n + 1; the current version of a type is one
    more than its highest upcast.
    """

    def __init__(self, types: Iterable[type[Event]], upcasts: dict[tuple[str, int], Upcast] | None = None) -> None:
        self._types = {cls.__name__: cls for cls in types}
        self._upcasts = dict(upcasts or {})
        self._current = {name: self.schema_version(name) for name in self._types}

    @property
    def names(self) -> Sequence[str]:
        """The names of all types, sorted."""
        return sorted(self._types)

    def schema_version(self, name: str) -> int:
        """The schema version that this release writes for an event type."""
        return 1 + max((version for known, version in self._upcasts if known == name), default=0)

    def personal(self, name: str) -> Marks | None:
        """Where an event type's data tell something about a person; None of a type that this release does not know."""
        return marks(self._types[name]) if name in self._types else None

    def encode(self, event: Event) -> Record:
        """The event as data, in the current schema version."""
        name = type(event).__name__
        assert name in self._types, f"{name} is not registered for this kind of stream"
        return Record(type=name, schema_version=self.schema_version(name), data=event.model_dump(mode="json"))

    def decode(self, envelope: Envelope) -> Event:
        """The event in an envelope, upcast to the current schema version.

        Raises:
            UnknownEvent: the type, or its version, is one that this release does not know.
        """
        current = self._known(envelope.stream, envelope.type, envelope.schema_version)
        return self._read(envelope.type, envelope.schema_version, current, envelope.data)

    def decode_json(self, stream: str, type: str, schema_version: int, data: str) -> Event:  # noqa: A002
        """`decode`, of data that is still JSON: what is current is read in one go, in about half the time.

        Raises:
            UnknownEvent: as in `decode`.
        """
        current = self._known(stream, type, schema_version)
        if schema_version == current:
            return self._types[type].model_validate_json(data)
        return self._read(type, schema_version, current, json.loads(data))

    def _known(self, stream: str, type: str, schema_version: int) -> int:  # noqa: A002
        current = self._current.get(type, 0)
        if schema_version > current:
            raise UnknownEvent(stream=stream, type=type, schema_version=schema_version)
        return current

    def _read(self, type: str, schema_version: int, current: int, data: JsonObject) -> Event:  # noqa: A002
        for version in range(schema_version, current):
            data = self._upcasts[type, version](data)
        return self._types[type].model_validate(data)
