"""Appends for tests, and a read model that holds their transactions open for as long as a test likes."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Connection, Pool
from domain.decider import ENGINE
from domain.events import Envelope, Metadata, Record
from tests.keys import a_sealer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def given_by(command_id: str, *, content: str = "same", campaign: str = "c1", workspace: str = "default") -> Metadata:
    return Metadata(
        actor=ENGINE,
        command="DoIt",
        command_id=command_id,
        fingerprint=content,
        decided_at=NOW,
        correlation_id=campaign,
        workspace=workspace,
    )


def happened(*whats: object, type_: str = "Happened") -> list[Record]:
    return [Record(type=type_, schema_version=1, data={"what": what}) for what in whats]


def whats(events: Sequence[Envelope]) -> list[object]:
    return [event.data["what"] for event in events]


class RolledBack(Exception):
    """A test wants the append undone."""


class OpenAppend:
    """An append of one event that has written it, and whose transaction stays open until a test ends it."""

    streams = ""

    def __init__(self, pool: Pool, what: object, *, stream: str | None = None, expected: int = 0) -> None:
        self._written = asyncio.Event()
        self._commit: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        log = PostgresEventLog(pool, a_sealer(pool), [self])
        self._append = asyncio.create_task(
            log.append(stream or f"collaboration/{what}", expected, happened(what), given_by(f"open {what}"))
        )

    async def project(self, _connection: Connection, _stream: str, _events: Sequence[Envelope]) -> None:
        self._written.set()
        if not await self._commit:
            raise RolledBack

    async def written(self) -> "OpenAppend":
        """Waits until the event has its position."""
        await self._written.wait()
        return self

    async def commit(self) -> None:
        self._commit.set_result(True)
        await self._append

    async def roll_back(self) -> None:
        self._commit.set_result(False)
        await asyncio.gather(self._append, return_exceptions=True)


async def open_append(pool: Pool, what: object, *, stream: str | None = None, expected: int = 0) -> OpenAppend:
    """An append whose event is written and not committed."""
    return await OpenAppend(pool, what, stream=stream, expected=expected).written()


async def append(pool: Pool, *what: object, type_: str = "Happened", campaign: str = "c1") -> list[Envelope]:
    """An append to a new stream of its own, committed."""
    return await PostgresEventLog(pool, a_sealer(pool)).append(
        f"collaboration/{what[0]}", 0, happened(*what, type_=type_), given_by(f"{what[0]}", campaign=campaign)
    )
