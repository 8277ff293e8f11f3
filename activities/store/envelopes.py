"""Rows of the `events` table as envelopes."""

import asyncpg

from domain.events import Envelope, Metadata


def envelope(row: asyncpg.Record) -> Envelope:
    """The envelope in a row with all of its columns."""
    return Envelope(
        stream=row["stream"],
        version=row["version"],
        event_id=row["event_id"],
        type=row["type"],
        schema_version=row["schema_version"],
        data=row["data"],
        metadata=Metadata.model_validate(row["metadata"]),
        recorded_at=row["recorded_at"],
        position=row["position"],
    )
