"""Rows of the `events` table as envelopes."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg
from pydantic import ConfigDict, TypeAdapter

from domain.events import Envelope, JsonObject, Metadata

DATA: TypeAdapter[JsonObject] = TypeAdapter(JsonObject, config=ConfigDict(ser_json_inf_nan="constants"))
"""Writes and reads the data of events, faster than the standard library; NaN is left for PostgreSQL to refuse."""

Row: TypeAlias = "asyncpg.Record | Mapping[str, Any]"
"""A row of a query, or what was made of it."""


def envelope(row: Row) -> Envelope:
    """The envelope in a row with all of its columns, of which `data` and `metadata` are texts: what is sealed in them
    stays so, and is for `sealing.py` to open before."""
    return Envelope(
        stream=row["stream"],
        version=row["version"],
        event_id=row["event_id"],
        type=row["type"],
        schema_version=row["schema_version"],
        data=DATA.validate_json(row["data"]),
        metadata=metadata_of(row["metadata"]),
        recorded_at=row["recorded_at"],
        position=row["position"],
    )


@lru_cache(maxsize=1_024)  # the events of one command share their metadata
def metadata_of(text: str) -> Metadata:
    """The metadata in their JSON."""
    return Metadata.model_validate_json(text)
