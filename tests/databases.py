"""A database for each test alone. It is lent to the next one when what this one wrote is out of it again.

A copy of the schema takes PostgreSQL a large part of a second; to take out what a test wrote takes some milliseconds.
"""

from dataclasses import dataclass
from typing import Self

import asyncpg

STRUCTURE = """
SELECT string_agg(format('%s %s %s', part, many, latest), ', ') FROM (
    SELECT 'class' AS part, count(*) AS many, max(xmin::text::bigint) AS latest FROM pg_class WHERE oid >= 16384
    UNION ALL SELECT 'attribute', count(*), max(xmin::text::bigint) FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT 'constraint', count(*), max(xmin::text::bigint) FROM pg_constraint
    UNION ALL SELECT 'proc', count(*), max(xmin::text::bigint) FROM pg_proc
    UNION ALL SELECT 'trigger', count(*), max(xmin::text::bigint) FROM pg_trigger
    UNION ALL SELECT 'policy', count(*), max(xmin::text::bigint) FROM pg_policy
    UNION ALL SELECT 'namespace', count(*), max(xmin::text::bigint) FROM pg_namespace
) AS catalogue
"""
"""Changes with whatever changes the schema, a right or a trigger; not with rows."""

TABLES = """
SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
SEQUENCES = "SELECT format('%I.%I', schemaname, sequencename) AS name, start_value, last_value FROM pg_sequences"
GUARDS = "SELECT tgrelid::regclass::text AS table, tgname AS name FROM pg_trigger WHERE tgenabled = 'A'"
"""Triggers that let nobody delete, whatever their session says."""
ALONE = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@dataclass
class LentDatabase:
    """A database, and what it looked like before its first test."""

    name: str
    dsn: str
    structure: str
    rows: dict[str, str | None]
    """By table, as JSON; None where there were none."""
    sequences: dict[str, tuple[int, bool]]
    """Where each stands, and whether that number was given out."""

    @classmethod
    async def found_at(cls, name: str, dsn: str) -> Self:
        """Remember how a database is, before it is lent."""
        connection = await asyncpg.connect(dsn)
        try:
            tables = [each[0] for each in await connection.fetch(TABLES)]
            rows = {table: await connection.fetchval(f"SELECT json_agg(t)::text FROM {table} AS t") for table in tables}
            return cls(name, dsn, await connection.fetchval(STRUCTURE), rows, await _sequences(connection))
        finally:
            await connection.close()

    async def take_back(self) -> bool:
        """Make it again what it was, with nobody in it; False if a test has changed more than rows."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(ALONE)
            if await connection.fetchval(STRUCTURE) != self.structure:
                return False
            async with connection.transaction():
                await self._empty(connection)
            for name, now in (await _sequences(connection)).items():
                if now != self.sequences[name]:
                    await connection.execute("SELECT setval($1::text::regclass, $2, $3)", name, *self.sequences[name])
            self.structure = await connection.fetchval(STRUCTURE)
            return True
        finally:
            await connection.close()

    async def _empty(self, connection: asyncpg.Connection) -> None:
        looks = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in self.rows)
        written = {each[0] for each in await connection.fetch(looks)}
        guards = [each for each in await connection.fetch(GUARDS) if each["table"] in written]
        # The references between tables are triggers too, and nobody's rows are looked up by what is deleted.
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            ";\n".join(
                [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in guards]
                + [f"DELETE FROM {table}" for table in written]
                + [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in guards]
            )
        )
        for table, rows in self.rows.items():
            if rows is not None:
                given = f"SELECT * FROM json_populate_recordset(NULL::{table}, $1)"
                await connection.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE {given}", rows)


async def _sequences(connection: asyncpg.Connection) -> dict[str, tuple[int, bool]]:
    return {
        name: (start, False) if last is None else (last, True)
        for name, start, last in await connection.fetch(SEQUENCES)
    }
