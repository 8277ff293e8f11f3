"""What is remembered for letters is what the record says."""

import pytest

from activities.recollection import Recollection
from activities.records import collaboration_after
from activities.store.event_log import PostgresEventLog
from domain.errors import NotFound
from domain.events import Envelope
from tests.activities.conftest import Store
from tests.domain.given import concluded

STREAM = "collaboration/collab-1"


class Watched:
    """The event log, and which part of which stream it was asked for."""

    def __init__(self, log: PostgresEventLog) -> None:
        self._log = log
        self.asked: list[tuple[str, int, int | None]] = []

    async def read(self, stream: str, after_version: int = 0, upto: int | None = None) -> list[Envelope]:
        """See `EventLog.read`."""
        self.asked.append((stream, after_version, upto))
        return await self._log.read(stream, after_version, upto)

    append = None


async def test_a_collaboration_is_as_it_was_at_each_version_in_any_order(store: Store) -> None:
    """Forwards only what is new is read; backwards, as by a late retry, everything before."""
    events = await store.record_collaboration(concluded())
    log = Watched(store.log)
    recollection = Recollection(log)  # type: ignore[arg-type]  # nothing is appended
    for version in (3, 5, 5, 2, len(events)):
        envelope, state = await recollection.collaboration(STREAM, version)
        assert envelope == events[version - 1]
        assert state == collaboration_after(events[:version])
    assert log.asked == [(STREAM, 0, 3), (STREAM, 3, 5), (STREAM, 0, 5), (STREAM, 0, 2), (STREAM, 2, len(events))]


async def test_a_brief_is_read_once(store: Store) -> None:
    """It does not change once the campaign has started."""
    await store.record_campaign()
    log = Watched(store.log)
    recollection = Recollection(log)  # type: ignore[arg-type]  # nothing is appended
    assert await recollection.brief("camp-1") == await recollection.brief("camp-1")
    assert len(log.asked) == 1


async def test_what_does_not_exist_is_said_with_its_place(store: Store) -> None:
    """A version that nobody has written is no event, however much of the stream is remembered."""
    events = await store.record_collaboration(concluded())
    recollection = Recollection(store.log)
    await recollection.collaboration(STREAM, len(events))
    with pytest.raises(NotFound, match=f"{STREAM}@99"):
        await recollection.collaboration(STREAM, 99)
    with pytest.raises(NotFound, match="campaign/camp-1@1"):
        await recollection.event("campaign/camp-1", 1)
