"""A collaboration as it happens, from the invitation to the signed contract, to be replayed under any number of ids."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from domain.events import Envelope, Metadata, Record
from tests.activities.store.projections.desk import Desk, whole_story
from tests.keys import a_sealer

_ID = "c1-a"
"""What the recorded collaboration is called; it is part of no other word in its events."""


@dataclass(frozen=True)
class Step:
    """The events of one command."""

    records: tuple[Record, ...]
    metadata: Metadata


@dataclass(frozen=True)
class Story:
    """The commands of one collaboration, in order."""

    steps: Sequence[Step]

    @property
    def events(self) -> int:
        """How many events it has."""
        return sum(len(step.records) for step in self.steps)

    async def happen(
        self, log: PostgresEventLog, collaboration_id: str, *, at_once: bool = False, limit: int | None = None
    ) -> None:
        """Appends it as a collaboration of its own: its first commands one by one, or all of it in one append."""
        stream, version = f"collaboration/{collaboration_id}", 0
        for step in [self._whole] if at_once else self.steps[:limit]:
            records = [_renamed(record, collaboration_id) for record in step.records]
            await log.append(stream, version, records, step.metadata)
            version += len(records)

    @property
    def _whole(self) -> Step:
        return Step(tuple(record for step in self.steps for record in step.records), self.steps[-1].metadata)


def _renamed(record: Record, collaboration_id: str) -> Record:
    return Record.model_validate_json(record.model_dump_json().replace(f'"{_ID}"', f'"{collaboration_id}"'))


async def record_story(pool: Pool) -> Story:
    """Lets it happen once, by real decisions, in an empty database."""
    await whole_story(Desk(pool))
    stored = await PostgresEventLog(pool, a_sealer(pool)).read(f"collaboration/{_ID}")
    return Story([_step(list(events)) for _, events in groupby(stored, key=lambda one: one.metadata.command_id)])


def _step(events: list[Envelope]) -> Step:
    records = (Record(type=one.type, schema_version=one.schema_version, data=one.data) for one in events)
    return Step(tuple(records), events[0].metadata)


async def many(story: Story, log: PostgresEventLog, count: int, *, writers: int = 8) -> None:
    """Appends so many collaborations, each in one append."""

    async def write(writer: int) -> None:
        for n in range(writer, count, writers):
            await story.happen(log, f"c1-{n}", at_once=True)

    await asyncio.gather(*(write(writer) for writer in range(writers)))
