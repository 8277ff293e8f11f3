"""Migrations: applied once, in order, by one process at a time, and never silently other than what was applied."""

import asyncio

import asyncpg
import pytest

from activities.store.migrate import Migration, SchemaMismatch, migrate, pending, shipped


async def tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await connection.close()


async def test_a_migrated_database_has_nothing_pending(database: str) -> None:
    assert await pending(database) == []
    assert await migrate(database) == []
    assert {"events", "streams", "commands", "budget"} <= await tables(database)


async def test_a_new_file_is_pending_until_it_is_applied(database: str) -> None:
    later = [*shipped(), Migration("9000_later.sql", "create table later ()")]
    assert await migrate(database, later) == ["9000_later.sql"]
    assert await migrate(database, later) == []
    assert "later" in await tables(database)


async def test_a_file_that_fails_leaves_nothing_behind_and_keeps_those_before_it(database: str) -> None:
    broken = [
        *shipped(),
        Migration("9000_good.sql", "create table good ()"),
        Migration("9001_broken.sql", "create table half (); create table half ()"),
    ]
    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate(database, broken)
    assert "good" in await tables(database)
    assert "half" not in await tables(database)


async def test_processes_that_migrate_at_once_apply_each_file_once(database: str) -> None:
    later = [*shipped(), Migration("9000_later.sql", "select pg_sleep(0.2); create table later ()")]
    results = await asyncio.gather(*(migrate(database, later) for _ in range(4)))
    assert sorted(results) == [[], [], [], ["9000_later.sql"]]


async def test_a_file_that_was_edited_after_it_was_applied_is_refused(database: str) -> None:
    first, *rest = shipped()
    edited = Migration(first.name, first.sql + "-- harmless?")
    with pytest.raises(SchemaMismatch, match=f"{first.name} was edited"):
        await migrate(database, [edited, *rest])


async def test_a_database_of_a_newer_release_is_refused(database: str) -> None:
    with pytest.raises(SchemaMismatch, match="newer release"):
        await migrate(database, shipped()[:-1])


async def test_the_files_are_numbered_without_gaps_or_doubles() -> None:
    assert [int(migration.name[:4]) for migration in shipped()] == list(range(1, len(shipped()) + 1))
