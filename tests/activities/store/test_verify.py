"""Verification against a database that somebody has changed, triggers and all."""

import pytest

from activities.store.chain import Broken, Damage
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from activities.store.verify import PAGE, size, verify
from tests.activities.store.appending import append, given_by, happened
from tests.keys import a_sealer

STREAM = "collaboration/b"


@pytest.fixture
async def record(pool: Pool) -> Pool:
    """Three streams, of which the middle one has four events by two commands."""
    log = PostgresEventLog(pool, a_sealer(pool))
    for stream in ("collaboration/a", STREAM, "collaboration/c"):
        await log.append(stream, 0, happened(1, 2), given_by("k1"))
        await log.append(stream, 2, happened(3, 4), given_by("k2"))
    return pool


async def broken(pool: Pool) -> list[Broken]:
    return [one async for part in verify(pool) for one in part.broken]


async def tamper(pool: Pool, *statements: str) -> None:
    """Changes the record as a superuser can, who disables the triggers and enables them again."""
    async with pool.acquire() as connection, connection.transaction():
        for table in ("events", "commands", "streams"):
            await connection.execute(f"alter table {table} disable trigger append_only")
        for statement in statements:
            await connection.execute(statement.replace("STREAM", f"'{STREAM}'"))
        for table in ("events", "commands", "streams"):
            await connection.execute(f"alter table {table} enable always trigger append_only")


async def test_an_untouched_record_has_nothing_broken(record: Pool) -> None:
    parts = [part async for part in verify(record)]
    assert (sum(part.streams for part in parts), sum(part.events for part in parts)) == (3, 12)
    assert await size(record) == 12
    assert await broken(record) == []


async def test_an_empty_record_has_nothing_broken(pool: Pool) -> None:
    assert await broken(pool) == []


async def test_more_streams_than_a_page_holds_are_all_read(pool: Pool) -> None:
    for n in range(PAGE + 1):
        await append(pool, n)
    parts = [part async for part in verify(pool)]
    assert [part.streams for part in parts] == [PAGE, 1]
    assert sum(part.events for part in parts) == PAGE + 1
    assert await broken(pool) == []


EDITS = {
    "data": """update events set data = '{"what":"x"}' where stream = STREAM and version = 2""",
    "a space": """update events set data = '{"what": 2}' where stream = STREAM and version = 2""",
    "metadata": "update events set metadata = replace(metadata::text, 'engine', 'angel')::json where version = 2"
    " and stream = STREAM",
    "type": "update events set type = 'Unhappened' where stream = STREAM and version = 2",
    "schema version": "update events set schema_version = 2 where stream = STREAM and version = 2",
    "time": "update events set recorded_at = recorded_at + interval '1 microsecond'"
    " where stream = STREAM and version = 2",
    "position": "update events set position = position + 1000 where stream = STREAM and version = 2",
    "hash": "update events set hash = sha256(hash) where stream = STREAM and version = 2",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_an_edited_row_is_named(record: Pool, edit: str) -> None:
    await tamper(record, edit)
    assert (await broken(record))[0] == Broken(STREAM, 2, Damage.EDITED)


@pytest.mark.parametrize("column", ["correlation_id", "workspace"])
async def test_a_column_that_no_longer_repeats_the_metadata_is_named(record: Pool, column: str) -> None:
    await tamper(record, f"update events set {column} = 'other' where stream = STREAM and version = 2")
    assert await broken(record) == [Broken(STREAM, 2, Damage.FORGED)]


async def test_a_deleted_row_is_named(record: Pool) -> None:
    await tamper(record, "delete from events where stream = STREAM and version = 2")
    assert await broken(record) == [Broken(STREAM, 2, Damage.MISSING)]


async def test_a_truncated_tail_is_named_by_its_first_row(record: Pool) -> None:
    await tamper(record, "delete from events where stream = STREAM and version > 2")
    assert await broken(record) == [Broken(STREAM, 3, Damage.TRUNCATED)]


async def test_a_stream_without_its_events_is_named(record: Pool) -> None:
    await tamper(record, "delete from events where stream = STREAM")
    assert await broken(record) == [Broken(STREAM, 1, Damage.TRUNCATED)]


async def test_two_swapped_rows_are_both_named(record: Pool) -> None:
    await tamper(
        record,
        "update events set version = 100 where stream = STREAM and version = 2",
        "update events set version = 2 where stream = STREAM and version = 3",
        "update events set version = 3 where stream = STREAM and version = 100",
    )
    # Each is also outside of what its command caused, which is noticed first.
    assert [(one.stream, one.version) for one in await broken(record)] == [(STREAM, 2), (STREAM, 3)]


async def test_two_swapped_rows_of_one_command_are_both_named_as_moved(record: Pool) -> None:
    await tamper(
        record,
        "update events set version = 100 where stream = STREAM and version = 3",
        "update events set version = 3 where stream = STREAM and version = 4",
        "update events set version = 4 where stream = STREAM and version = 100",
    )
    assert await broken(record) == [Broken(STREAM, 3, Damage.MOVED), Broken(STREAM, 4, Damage.MOVED)]


async def test_two_swapped_payloads_are_both_named(record: Pool) -> None:
    await tamper(
        record,
        "update events set data = (select data from events as other where other.stream = STREAM"
        " and other.version = 7 - events.version) where stream = STREAM and version in (3, 4)",
    )
    assert await broken(record) == [Broken(STREAM, 3, Damage.EDITED), Broken(STREAM, 4, Damage.EDITED)]


FORGERY = """
    insert into events select
        nextval('feed_position'), stream, 5, gen_random_uuid(), type, schema_version, '{"what":"forged"}', metadata,
        correlation_id, workspace, recorded_at, sha256(hash)
    from events where stream = STREAM and version = 4
"""


async def test_an_append_around_the_function_is_named(record: Pool) -> None:
    """It needs no trigger disabled: the table takes an INSERT from whoever may insert."""
    await record.execute(FORGERY.replace("STREAM", f"'{STREAM}'"))
    assert await broken(record) == [Broken(STREAM, 5, Damage.FORGED)]


async def test_an_append_around_the_function_that_also_moves_the_head_is_named(record: Pool) -> None:
    await tamper(
        record,
        FORGERY,
        "update streams set version = 5, hash = (select hash from events where stream = STREAM and version = 5)"
        " where stream = STREAM",
    )
    assert await broken(record) == [Broken(STREAM, 5, Damage.FORGED)]


async def test_events_of_a_stream_that_was_never_opened_are_named(record: Pool) -> None:
    await tamper(record, "delete from streams where stream = STREAM")
    assert {(one.stream, one.damage) for one in await broken(record)} == {(STREAM, Damage.FORGED)}
    assert len(await broken(record)) == 4


async def test_a_head_that_is_not_the_last_event_is_named(record: Pool) -> None:
    await tamper(record, "update streams set hash = sha256(hash) where stream = STREAM")
    assert await broken(record) == [Broken(STREAM, 4, Damage.TRUNCATED)]


async def test_a_command_that_was_deleted_leaves_its_events_without_a_cause(record: Pool) -> None:
    await tamper(record, "delete from commands where stream = STREAM and command_id = 'k2'")
    assert [one.damage for one in await broken(record)] == [Damage.FORGED, Damage.FORGED]
