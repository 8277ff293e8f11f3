"""Rows of the `events` table as envelopes."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import asyncpg
from pydantic import ConfigDict, TypeAdapter
from pydantic_core import from_json

from domain.events import Envelope, JsonObject, Metadata
from domain.values import Value

DATA: TypeAdapter[JsonObject] = TypeAdapter(JsonObject, config=ConfigDict(ser_json_inf_nan="constants"))
"""Writes and reads the data of events, faster than the standard library; NaN is left for PostgreSQL to refuse."""

V = TypeVar("V", bound=Value)
_set = object.__setattr__

Row: TypeAlias = "asyncpg.Record | Mapping[str, Any]"
"""A row of a query, or what was made of it."""


def read_json(text: str) -> JsonObject:
    """The data in a text that was stored as such, which need not be validated again."""
    data: JsonObject = from_json(text)
    return data


def envelope(row: Row, *, data: JsonObject | None = None, metadata: Metadata | None = None) -> Envelope:
    """The envelope in a row with all of its columns. `data` and `metadata` stand for what is sealed in the row's."""
    return _known_good(
        Envelope,
        {
            "stream": row["stream"],
            "version": row["version"],
            "event_id": row["event_id"],
            "type": row["type"],
            "schema_version": row["schema_version"],
            "data": read_json(row["data"]) if data is None else data,
            "metadata": metadata or metadata_of(row["metadata"]),
            "recorded_at": row["recorded_at"],
            "position": row["position"],
        },
    )


@lru_cache(maxsize=1_024)  # the events of one command share their metadata
def metadata_of(text: str) -> Metadata:
    """The metadata in their JSON."""
    return Metadata.model_validate_json(text)


def with_fingerprint(metadata: Metadata, fingerprint: str) -> Metadata:
    """The metadata with another fingerprint."""
    return _known_good(Metadata, {**metadata.__dict__, "fingerprint": fingerprint})


def _known_good(model: type[V], fields: dict[str, Any]) -> V:
    """The model with all of its fields. What is in the table was validated before it was appended, and its columns have
    types: it is not validated again. This is what `model_construct` does, in a fifth of its time, which is longer than
    that of a validation.
    """
    new = model.__new__(model)
    _set(new, "__dict__", fields)
    _set(new, "__pydantic_fields_set__", set(fields))
    _set(new, "__pydantic_extra__", None)
    _set(new, "__pydantic_private__", None)
    return new
