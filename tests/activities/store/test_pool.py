"""Connections: JSON in and out, UTC, and no wait without an end."""

import asyncio

import asyncpg
import pytest

from activities.store.pool import Pool, open_pool


async def test_json_is_written_and_read_as_python_has_it(pool: Pool) -> None:
    """Objects in, the same objects out."""
    value = {"a": [1, 2.5, None, True], "ü": "☕"}
    assert await pool.fetchval("select $1::jsonb", value) == value


async def test_what_json_cannot_say_is_not_written(pool: Pool) -> None:
    """Not-a-number would be refused by the database much later and less clearly."""
    with pytest.raises((ValueError, asyncpg.DataError)):
        await pool.fetchval("select $1::jsonb", {"a": float("nan")})


async def test_times_are_in_utc(pool: Pool) -> None:
    """Whatever the server's own time zone is."""
    assert await pool.fetchval("show timezone") == "UTC"


async def test_a_writer_that_waits_for_another_gives_up_in_time(database: str, pool: Pool) -> None:
    """A lock that is never released is not waited for without end."""
    await pool.execute("create table held (id int primary key)")
    await pool.execute("insert into held values (1)")
    hasty = await open_pool(database, application_name="tests", lock_timeout=0.2)
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute("select * from held for update")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await asyncio.wait_for(hasty.execute("select * from held for update"), 5)
    await hasty.close()


@pytest.mark.parametrize(
    "dsn", ["postgresql://somebody@/any?host=/nowhere", "postgresql://somebody@nobody.invalid/any"]
)
async def test_whatever_keeps_a_server_from_being_reached_is_a_connection_error(dsn: str) -> None:
    """Its socket is gone, its name is not known: whoever knows how to wait for a server need not know more."""
    with pytest.raises(ConnectionError):
        await (await open_pool(dsn, application_name="tests", connect_timeout=5)).close()
