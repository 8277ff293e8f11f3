"""Three ways to append events to PostgreSQL: as plain rows, through our event log, and through another library.

Each writes the same content: one event type, about 100 bytes of data, some metadata.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import asyncpg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from activities.store.event_log import PostgresEventLog
from activities.store.feed import START, Feed
from activities.store.migrate import migrate
from activities.store.pool import Pool, open_pool
from activities.store.projections.read_models import read_models
from domain.decider import ENGINE
from domain.events import Metadata, Record
from tests.benchmarks.story import record_story
from tests.keys import a_sealer

WRITERS = 16
DATA = {"who": "u", "what": "y" * 100}
T = TypeVar("T")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Contender(Protocol):
    """One way to keep events."""

    name: str

    async def open(self, dsn: str) -> None:
        """Prepares an empty database."""
        ...

    async def write(self, commits: int, batch: int) -> None:
        """Writes a new stream, as one writer: so many commits of so many events."""
        ...

    async def read_back(self, limit: int) -> int:
        """Reads the first events of all in their order, in pages of 1,000, and returns how many there were."""
        ...

    async def close(self) -> None:
        """Gives back what it holds."""
        ...


class Raw:
    """What any event store has to do at least: one INSERT a commit, and the keys that keep streams in order.

    `session_reset` is what asyncpg's pool does by default when a connection is given back.
    """

    TABLE = """
        create table raw_append (
            position bigint generated always as identity primary key, stream uuid not null, version int not null,
            id uuid not null unique, type text not null, data jsonb not null, metadata jsonb not null,
            recorded_at timestamptz not null default now(), unique (stream, version)
        )
    """
    INSERT = """
        insert into raw_append (stream, version, id, type, data, metadata)
        select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[])
    """
    READ = "select * from raw_append where position > $1 order by position limit 1000"

    def __init__(self, name: str, *, session_reset: bool) -> None:
        self.name = name
        self._session_reset = session_reset

    async def open(self, dsn: str) -> None:
        """See `Contender`."""
        reset = None if self._session_reset else _nothing
        self._pool: Pool = await asyncpg.create_pool(dsn, min_size=WRITERS, max_size=WRITERS, reset=reset)
        await self._pool.execute(self.TABLE)

    async def write(self, commits: int, batch: int) -> None:
        """See `Contender`."""
        stream, data, metadata = uuid4(), json.dumps(DATA), json.dumps({"correlation": str(uuid4())})
        for commit in range(commits):
            versions = list(range(commit * batch, (commit + 1) * batch))
            ids = [uuid4() for _ in versions]
            columns = [stream] * batch, versions, ids, ["Decided"] * batch, [data] * batch, [metadata] * batch
            await self._pool.execute(self.INSERT, *columns)

    async def read_back(self, limit: int) -> int:
        """See `Contender`."""
        count, after = 0, 0
        while count < limit and (rows := await self._pool.fetch(self.READ, after)):
            count, after = count + len(rows), rows[-1]["position"]
        return count

    async def close(self) -> None:
        """See `Contender`."""
        await self._pool.close()


async def _nothing(_connection: object) -> None:
    """In place of asyncpg's reset of a session that has nothing to reset."""


class Groundswell:
    """Our event log with every guarantee: compare-and-set, commands once, chain, feed. No read models."""

    name = "groundswell"

    async def open(self, dsn: str) -> None:
        """See `Contender`."""
        await migrate(dsn)
        self._pool = await open_pool(dsn, min_size=WRITERS, max_size=WRITERS + 1)
        self._log = PostgresEventLog(self._pool, a_sealer(self._pool))

    async def write(self, commits: int, batch: int) -> None:
        """See `Contender`."""
        stream = f"collaboration/{uuid4()}"
        records = [Record(type="Decided", schema_version=1, data=DATA)] * batch
        for commit in range(commits):
            by = Metadata(
                actor=ENGINE,
                command="Decide",
                command_id=f"{stream}/{commit}",
                fingerprint="f" * 32,
                decided_at=AT,
                correlation_id="bench",
            )
            await self._log.append(stream, commit * batch, records, by)

    async def read_back(self, limit: int) -> int:
        """See `Contender`."""
        feed, count, after = Feed(self._pool), 0, START
        while count < limit and (page := await feed.read(after)).events:
            count, after = count + len(page.events), page.upto
        return count

    async def close(self) -> None:
        """See `Contender`."""
        await self._pool.close()


class WithReadModels:
    """Our event log as a worker runs it: the same, and snapshot, pipeline and tasks in the transaction of each append.

    Its content is a real collaboration's, since read models are made of real events; it can't be had in batches.
    """

    name = "with read models"

    async def open(self, dsn: str) -> None:
        """See `Contender`."""
        await migrate(dsn)
        self._pool = await open_pool(dsn, min_size=WRITERS, max_size=WRITERS + 1)
        self._story = await record_story(self._pool)
        sealer = a_sealer(self._pool)
        self._log = PostgresEventLog(self._pool, sealer, read_models())

    async def write(self, commits: int, batch: int) -> None:
        """See `Contender`."""
        assert batch == 1, "a story has the events that it has"
        while commits > 0:
            await self._story.happen(self._log, f"c1-{uuid4()}", limit=commits)
            commits -= len(self._story.steps)

    async def read_back(self, limit: int) -> int:
        """See `Contender`."""
        return len((await Feed(self._pool).read(limit=limit)).events)

    async def close(self) -> None:
        """See `Contender`."""
        await self._pool.close()


class EventsourcingPackage:
    """The `eventsourcing` package at its lowest level: a recorder, which neither builds nor serialises events."""

    name = "eventsourcing, recorder"

    async def open(self, dsn: str) -> None:
        """See `Contender`."""
        database, host = await _where(dsn)
        self._store = PostgresDatastore(
            dbname=database, host=host, port="5432", user="postgres", password="", pool_size=WRITERS
        )
        recorder = PostgresApplicationRecorder(self._store, events_table_name="events")
        recorder.create_table()
        self._recorder: ApplicationRecorder = recorder
        self._threads = ThreadPoolExecutor(WRITERS)

    async def write(self, commits: int, batch: int) -> None:
        """See `Contender`."""
        await self._in_thread(lambda: self._write(commits, batch))

    def _write(self, commits: int, batch: int) -> None:
        stream, state = uuid4(), json.dumps(DATA | {"correlation": str(uuid4())}).encode()
        for commit in range(commits):
            versions = range(commit * batch, (commit + 1) * batch)
            self._recorder.insert_events([StoredEvent(stream, version, "Decided", state) for version in versions])

    async def read_back(self, limit: int) -> int:
        """See `Contender`."""
        return await self._in_thread(lambda: self._read(limit))

    def _read(self, limit: int) -> int:
        count, after = 0, 0
        while count < limit and (page := self._recorder.select_notifications(after + 1, 1_000)):
            count, after = count + len(page), int(page[-1].id)
        return count

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def close(self) -> None:
        """See `Contender`."""
        self._threads.shutdown()
        self._store.close()


class Noted(Aggregate):
    """An aggregate of one kind of event."""

    @event("Decided")
    def decide(self, who: str, what: str) -> None:
        """Takes a note."""
        self.last = (who, what)


class EventsourcingApplication(EventsourcingPackage):
    """The `eventsourcing` package as its documentation teaches it: an application that saves aggregates."""

    name = "eventsourcing, application"

    async def open(self, dsn: str) -> None:
        """See `Contender`."""
        database, host = await _where(dsn)
        self._threads = ThreadPoolExecutor(WRITERS)
        self._application: Application[Any] = Application(
            env={
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": database,
                "POSTGRES_HOST": host,
                "POSTGRES_PORT": "5432",
                "POSTGRES_USER": "postgres",
                "POSTGRES_PASSWORD": "none",
                "POSTGRES_POOL_SIZE": str(WRITERS),
            }
        )
        self._recorder = self._application.recorder

    def _write(self, commits: int, batch: int) -> None:
        noted = Noted()
        for _ in range(commits):
            for _ in range(batch):
                noted.decide(**DATA)
            self._application.save(noted)

    async def close(self) -> None:
        """See `Contender`."""
        self._threads.shutdown()
        self._application.close()


async def _where(dsn: str) -> tuple[str, str]:
    """The database's name and the directory of its socket."""
    connection = await asyncpg.connect(dsn)
    row = await connection.fetchrow("select current_database(), current_setting('unix_socket_directories')")
    await connection.close()
    assert row is not None, "there is one"
    return row[0], row[1]
