"""Rows of the events table as envelopes."""

from copy import deepcopy
from datetime import timedelta

import pytest
from pydantic import ValidationError

from activities.store.envelopes import envelope
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from domain.decider import Actor, Role
from domain.events import Envelope, Metadata, Record, event_id
from tests.activities.store.appending import append
from tests.keys import a_sealer


async def test_an_envelope_holds_what_was_stored_and_where(pool: Pool) -> None:
    """Record, circumstances, place in the stream, id and instant."""
    circumstances = Metadata.model_validate(
        {
            "actor": Actor(role=Role.BRAND, id="key-1"),
            "command": "Try",
            "command_id": "k",
            "fingerprint": "f",
            "decided_at": "2026-03-02T09:00:00Z",
            "correlation_id": "c1",
        }
    )
    record = Record(type="Tried", schema_version=1, data={"a": [1, "ü"]})
    [stored] = await PostgresEventLog(pool, a_sealer(pool)).append("trial/1", 0, [record], circumstances)
    assert (stored.type, stored.schema_version, stored.data) == ("Tried", 1, record.data)
    assert (stored.stream, stored.version, stored.event_id) == ("trial/1", 1, event_id("trial/1", 1))
    assert stored.metadata == circumstances
    assert stored.recorded_at.utcoffset() == timedelta(0)


async def test_an_envelope_that_is_not_validated_again_is_what_a_validation_makes(pool: Pool) -> None:
    """In every way in which envelopes are used: compared, copied, written as JSON, and frozen."""
    await append(pool, "x", {"nested": [1, 2.5, None, "ü 😀"]})
    for row in await pool.fetch("select * from events"):
        read = envelope(row)
        validated = Envelope.model_validate(read.model_dump())
        assert read == validated
        assert read.model_fields_set == validated.model_fields_set
        assert read.model_dump_json() == validated.model_dump_json()
        assert read.model_copy(update={"version": 7}) == validated.model_copy(update={"version": 7})
        assert deepcopy(read) == validated
        with pytest.raises(ValidationError, match="frozen"):
            setattr(read, "version", 8)  # noqa: B010 - mypy knows that it is not allowed
