"""Rows of the events table as envelopes."""

from datetime import timedelta

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from domain.decider import Actor, Role
from domain.events import Metadata, Record, event_id
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
