"""Brings a database to this release's schema: the numbered files of `schema/`, each applied once and in order."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from activities.store.pool import Connection

_LOCK = 6_724_133_017
"""Key of the advisory lock that lets one process migrate at a time; an arbitrary number, ours alone."""

_CREATE = """
create table if not exists schema_migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
)
"""


class SchemaMismatch(Exception):
    """The database's schema is not one that this release can build on."""


class NewerSchema(SchemaMismatch):
    """The database was migrated by a newer release, with everything that this one knows as it was."""


@dataclass(frozen=True)
class Migration:
    """One file of `schema/`; its name says its place."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hexadecimal: an applied file that was edited is recognised by it."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped() -> list[Migration]:
    """This release's migrations, in order."""
    entries = (entry for entry in files("activities.store").joinpath("schema").iterdir())
    found = [Migration(entry.name, entry.read_text()) for entry in entries if entry.name.endswith(".sql")]
    return sorted(found, key=lambda migration: migration.name)


async def migrate(dsn: str, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Applies what is pending, each file in its own transaction, and returns the names of the applied files.

    Any number of processes may do this at once: one works, the others wait and find nothing left to do.

    Raises:
        SchemaMismatch: an applied file was edited since, or the database is of a newer release.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        await connection.execute(_CREATE)
        todo = _missing(shipped() if migrations is None else migrations, await _applied(connection))
        for migration in todo:
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into schema_migrations (name, checksum) values ($1, $2)", migration.name, migration.checksum
                )
        return [migration.name for migration in todo]
    finally:
        await connection.close()


async def pending(dsn: str) -> list[str]:
    """The names of the files that `migrate` would apply; it changes nothing.

    Raises:
        SchemaMismatch: as in `migrate`.
    """
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("select to_regclass('schema_migrations')") is None:
            return [migration.name for migration in shipped()]
        return [migration.name for migration in _missing(shipped(), await _applied(connection))]
    finally:
        await connection.close()


async def _applied(connection: Connection) -> dict[str, str]:
    rows = await connection.fetch("select name, checksum from schema_migrations")
    return {row["name"]: row["checksum"] for row in rows}


def _missing(migrations: Sequence[Migration], applied: Mapping[str, str]) -> list[Migration]:
    checksums = {migration.name: migration.checksum for migration in migrations}
    known, unknown = sorted(applied.keys() & checksums.keys()), sorted(applied.keys() - checksums.keys())
    for name in known:
        if checksums[name] != applied[name]:
            raise SchemaMismatch(
                f"{name} was edited after it was applied: restore it, and put the change in a new file"
            )
    if unknown:
        raise NewerSchema(f"the database has {unknown[0]}, which this release does not: it is of a newer release")
    return [migration for migration in migrations if migration.name not in applied]
