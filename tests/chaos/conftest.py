"""What every chaos test needs: the undisturbed campaign to compare with, and a note of what was seen."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from api.embedded.mail import MailSink
from api.embedded.postgres import PostgresServer
from tests.chaos.cast import Story
from tests.chaos.running import Endings, undisturbed

Undisturbed = Callable[[Story], Awaitable[Endings]]
Note = Callable[[str], None]


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """Keeps what was seen, for the report of the run and for whoever watches it (`pytest -s`)."""

    def keep(seen: str) -> None:
        record_property("seen", seen)
        print(f"\n{seen}")  # noqa: T201 - shown by -s, and with a failure

    return keep


@asynccontextmanager
async def _a_database(server: PostgresServer, template: str) -> AsyncIterator[str]:
    name = f"undisturbed_{uuid4().hex}"
    connection: asyncpg.Connection = await asyncpg.connect(server.dsn)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield server.dsn_of(name)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture
def as_undisturbed(
    postgres_server: PostgresServer,
    migrated_template: str,
    temporal_address: str,
    tmp_path: Path,
    shared_directory: Path,
) -> Undisturbed:
    """How a story ends when nothing fails, from a run of its own on servers that nobody touches."""

    async def run(story: Story) -> Endings:
        directory = tmp_path / "undisturbed"
        directory.mkdir()
        async with (
            MailSink(directory / "mail") as mail,
            _a_database(postgres_server, migrated_template) as database,
        ):
            return await undisturbed(story, database, temporal_address, mail, directory, shared_directory)

    return run
