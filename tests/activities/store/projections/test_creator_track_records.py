"""Creators' track records: over all campaigns, each event once, and gone with the creator."""

import asyncio

from activities.store.creators import Creators
from activities.store.erasure import Erasures
from activities.store.pool import Pool
from activities.store.projections.creator_track_records import TrackRecords, keep_track_records, save
from activities.store.queries import QUERIES
from activities.store.rebuild import Flipped, rebuild
from activities.store.subscriptions import subscriptions
from domain.negotiation import AcceptOffer, DeclineOffer, MakeOffer
from domain.outcomes import Outcome
from domain.track_record import Ledger, TrackRecord
from domain.verification import OpenCollaboration, RecordAssessment
from tests.activities.store.projections.desk import CREATOR, PASS, PROFILE, Desk, assignment
from tests.keys import a_sealer


async def record_of(pool: Pool, creator_id: str = "creator-1") -> TrackRecord | None:
    return (await TrackRecords(pool).get([creator_id, "nobody"])).get(creator_id)


async def two_campaigns(desk: Desk) -> None:
    """The same creator declines in one and accepts in the other."""
    for campaign in ("c1", "c2"):
        await desk.start(campaign)
        await desk.offer(f"{campaign}-a")
    await desk.on_collaboration("c1-a", DeclineOffer(version=1, reason="too busy"), CREATOR)
    await desk.on_collaboration("c2-a", AcceptOffer(version=1), CREATOR)


async def test_a_record_is_over_all_campaigns(desk: Desk) -> None:
    await two_campaigns(desk)
    assert await record_of(desk.pool) is None
    await keep_track_records().catch_up(desk.pool)
    record = await record_of(desk.pool)
    assert record is not None
    assert (record.offers, record.accepted, record.declined, record.under_way) == (2, 1, 1, 1)
    assert (record.outcomes, record.last_outcome) == ({Outcome.DECLINED: 1}, Outcome.DECLINED)


async def test_every_event_counts_once_however_it_is_cut(desk: Desk) -> None:
    """In steps of one event, by several processes at once, the record is what a rebuild makes of all of them."""
    await two_campaigns(desk)
    await asyncio.gather(*(keep_track_records().catch_up(desk.pool, limit=1) for _ in range(3)))
    assert await rebuild(desk.pool, ["creator_track_records"]) == [Flipped("creator_track_records", 0, 0)]
    [progress] = await subscriptions(desk.pool)
    assert progress.name == "creator_track_records"


async def test_a_rebuild_takes_the_subscription_along(desk: Desk) -> None:
    """What it has counted is not counted again."""
    await two_campaigns(desk)
    await rebuild(desk.pool, ["creator_track_records"])
    assert await keep_track_records().catch_up(desk.pool) == 0
    record = await record_of(desk.pool)
    assert record is not None
    assert record.offers == 2


async def known_creator(desk: Desk) -> str:
    """One of the directory, who has declined an offer."""
    [upserted] = await Creators(desk.pool, a_sealer(desk.pool).keyring).upsert("default", [PROFILE])
    await desk.start()
    opening = OpenCollaboration(
        collaboration_id="c1-a", campaign_id="c1", creator_id=upserted.id, rank=1, assignment=assignment()
    )
    for command in (opening, RecordAssessment(assessment=PASS), MakeOffer()):
        await desk.on_collaboration("c1-a", command)
    await desk.on_collaboration("c1-a", DeclineOffer(version=1, reason="my mother is ill"), CREATOR)
    return upserted.id


async def test_it_is_erased_with_the_creator_and_does_not_come_back(desk: Desk) -> None:
    """Neither by what the subscription takes in later, nor by a rebuild, nor by an old copy of the table."""
    pool, erasures = desk.pool, Erasures(desk.pool, a_sealer(desk.pool).keyring)
    creator_id = await known_creator(desk)
    await keep_track_records().catch_up(pool, limit=1)
    await pool.execute("create table backup as table creator_track_records")
    assert await record_of(pool, creator_id) is not None
    await pool.execute("update subscriptions set position = 0")
    await erasures.erase(creator_id, requested_by="manager")
    assert await pool.fetchval("select count(*) from creator_track_records") == 0
    assert await keep_track_records().catch_up(pool) > 0
    assert await rebuild(pool, ["creator_track_records"]) == [Flipped("creator_track_records", 0, 0)]
    await pool.execute("insert into creator_track_records table backup")
    assert await record_of(pool, creator_id) is None
    assert await rebuild(pool, ["creator_track_records"]) == [Flipped("creator_track_records", 1, 0)]


async def test_an_erasure_waits_for_what_is_being_counted(desk: Desk) -> None:
    """Or a record could be written for somebody who has just gone."""
    pool, creator_id = desk.pool, await known_creator(desk)
    async with pool.acquire() as connection:
        counting = connection.transaction()
        await counting.start()
        await connection.fetch(QUERIES.hold_creators, [creator_id])
        erasures = Erasures(pool, a_sealer(pool).keyring)
        erasing = asyncio.create_task(erasures.erase(creator_id, requested_by="manager"))
        await until_somebody_waits(pool)
        await save(connection, QUERIES.save_ledgers, [(creator_id, "default", Ledger())])
        await counting.commit()
    await erasing
    assert await pool.fetchval("select count(*) from creator_track_records") == 0


async def until_somebody_waits(pool: Pool) -> None:
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with asyncio.timeout(30):
        while not await pool.fetchval(waiting):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)


async def test_nothing_that_anybody_wrote_is_in_it(desk: Desk) -> None:
    await known_creator(desk)
    await keep_track_records().catch_up(desk.pool)
    kept = await desk.pool.fetchval("select record::text from creator_track_records")
    assert "mother" not in kept
    assert "sealed" not in kept
