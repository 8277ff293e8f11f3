"""Rebuilding: the same read models from the events alone, while appends go on."""

import asyncio
from typing import Any

import pytest

from activities.store.pool import Pool
from activities.store.projections.creator_track_records import TrackRecords, keep_track_records
from activities.store.rebuild import TABLES, Flipped, Processes, RebuildRunning, rebuild
from domain.errors import UnknownEvent
from domain.negotiation import AcceptOffer
from tests.activities.store.appending import append, open_append
from tests.activities.store.projections.desk import CREATOR, Desk, everything_shown, whole_story


@pytest.fixture
def desk(pool: Pool) -> Desk:
    return Desk(pool)


async def rebuilt(pool: Pool, *tables: str) -> list[Flipped]:
    return await rebuild(pool, tables or TABLES)


async def test_what_was_kept_live_is_what_the_events_say(desk: Desk) -> None:
    await whole_story(desk)
    assert await keep_track_records().catch_up(desk.pool) > 0
    assert await rebuilt(desk.pool) == [Flipped(table, removed=0, added=0) for table in TABLES]


async def test_lost_stale_and_invented_rows_are_put_right(desk: Desk) -> None:
    await whole_story(desk)
    before = await everything_shown(desk.pool)
    await desk.pool.execute("truncate campaign_board")
    await desk.pool.execute("update collaboration_pipeline set rank = 99 where collaboration_id = 'c1-a'")
    await desk.pool.execute("update tasks set due_at = now(), name = 'stale ' || name")
    flipped = {one.table: (one.removed, one.added) for one in await rebuilt(desk.pool)}
    assert flipped["campaign_board"] == (0, 1)
    assert flipped["collaboration_pipeline"] == (1, 1)
    assert flipped["tasks"] == (len(before["tasks"]), len(before["tasks"]))
    assert await everything_shown(desk.pool) == before


async def test_one_read_model_is_rebuilt_and_the_others_are_left_alone(desk: Desk) -> None:
    await whole_story(desk)
    await desk.pool.execute("truncate campaign_board, tasks")
    assert [one.table for one in await rebuilt(desk.pool, "campaign_board")] == ["campaign_board"]
    assert await desk.pool.fetchval("select count(*) from campaign_board") == 1
    assert await desk.pool.fetchval("select count(*) from tasks") == 0


async def test_what_is_appended_meanwhile_is_in_it(desk: Desk) -> None:
    await desk.start()
    for n in range(30):
        await (desk.offer if n < 3 else desk.open)(f"c1-{n}", n + 1)
    await desk.pool.execute("truncate collaboration_pipeline")

    async def accept() -> None:
        for n in range(3):
            await desk.on_collaboration(f"c1-{n}", AcceptOffer(version=1), CREATOR)
            await desk.open(f"c1-{100 + n}", 100 + n)

    accepting = asyncio.create_task(accept())
    for _ in range(3):
        await rebuilt(desk.pool)
    await accepting
    await keep_track_records().catch_up(desk.pool)
    assert await rebuilt(desk.pool) == [Flipped(table, removed=0, added=0) for table in TABLES]
    assert await desk.pool.fetchval("select count(*) from collaboration_pipeline") == 33


async def test_readers_do_not_wait_and_see_the_old_rows_until_it_is_done(desk: Desk) -> None:
    await whole_story(desk)
    async with desk.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("select hold_read_models()")
        await connection.execute("delete from campaign_board")
        assert await asyncio.wait_for(desk.pool.fetchval("select count(*) from campaign_board"), 1) == 1
        await transaction.rollback()


async def test_several_processes_make_what_one_makes(
    desk: Desk, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folds a range of the streams; one that meets an event of a newer release stops them all."""
    monkeypatch.setattr("activities.store.rebuild.WORTH_A_PROCESS", 2)
    await whole_story(desk)
    before = await everything_shown(desk.pool)
    await desk.pool.execute("truncate campaign_board, collaboration_pipeline, tasks")
    heard: list[tuple[int, int]] = []
    await rebuild(desk.pool, TABLES, lambda done, total: heard.append((done, total)), Processes(database, 2))
    assert await everything_shown(desk.pool) == before
    total = await desk.pool.fetchval("select count(*) from events")
    assert heard[-1] == (total, total)
    await append(desk.pool, "of the future", type_="Foreseen")
    with pytest.raises(UnknownEvent, match="Foreseen"):
        await rebuild(desk.pool, TABLES, processes=Processes(database, 2))
    assert await schemas(desk.pool) == 0


async def test_track_records_go_as_far_as_the_feed_is_settled(desk: Desk) -> None:
    """While an append is open, what came after its beginning waits, as for any reader of the feed, and comes once."""
    await desk.start()
    await desk.offer("c1-a")
    slow = await open_append(desk.pool, "slow", stream="elsewhere/slow")
    await desk.on_collaboration("c1-a", AcceptOffer(version=1), CREATOR)
    await rebuilt(desk.pool, "creator_track_records")
    records = TrackRecords(desk.pool)
    assert (await records.get(["creator-1"]))["creator-1"].accepted == 0
    await slow.commit()
    await keep_track_records().catch_up(desk.pool)
    record = (await records.get(["creator-1"]))["creator-1"]
    assert (record.offers, record.accepted, record.under_way) == (1, 1, 1)
    assert await rebuilt(desk.pool, "creator_track_records") == [Flipped("creator_track_records", 0, 0)]


async def test_a_long_stream_is_folded_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.store.twins.PAGE", 2)
    await whole_story(desk)
    await keep_track_records().catch_up(desk.pool)
    assert await rebuilt(desk.pool) == [Flipped(table, removed=0, added=0) for table in TABLES]


async def test_progress_counts_events_up_to_all_of_them(desk: Desk) -> None:
    await whole_story(desk)
    heard: list[tuple[int, int]] = []
    await rebuild(desk.pool, TABLES, lambda done, total: heard.append((done, total)))
    total = await desk.pool.fetchval("select count(*) from events")
    assert heard[-1] == (total, total)


async def test_an_event_of_a_newer_release_stops_it_and_changes_nothing(desk: Desk) -> None:
    await whole_story(desk)
    await append(desk.pool, "of the future", type_="Foreseen")
    before = await everything_shown(desk.pool)
    with pytest.raises(UnknownEvent):
        await rebuilt(desk.pool)
    assert await everything_shown(desk.pool) == before
    assert await schemas(desk.pool) == 0


async def test_it_leaves_nothing_behind(desk: Desk) -> None:
    await whole_story(desk)
    await rebuilt(desk.pool)
    assert await schemas(desk.pool) == 0
    assert await advisory_locks_here(desk.pool) == 0


async def advisory_locks_here(pool: Pool) -> Any:
    """Of this database alone: other tests lock theirs on the same server meanwhile."""
    return await pool.fetchval(
        "select count(*) from pg_locks join pg_database on pg_database.oid = pg_locks.database"
        " where locktype = 'advisory' and datname = current_database()"
    )


async def schemas(pool: Pool) -> Any:
    return await pool.fetchval("select count(*) from pg_namespace where nspname = 'rebuild'")


async def test_one_runs_at_a_time(desk: Desk) -> None:
    async with desk.pool.acquire() as connection:
        await connection.execute("select pg_advisory_lock(6724133018)")
        with pytest.raises(RebuildRunning):
            await rebuilt(desk.pool)
        await connection.execute("select pg_advisory_unlock(6724133018)")


async def test_a_name_that_is_no_read_model_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="no such read model: events"):
        await rebuilt(desk.pool, "events")
