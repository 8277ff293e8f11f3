"""Read models that a worker keeps: they follow what is appended, and their failures stop nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from activities.store.pool import Connection, Pool, open_pool
from activities.store.projections.creator_track_records import TrackRecords, keep_track_records
from activities.store.subscriptions import Subscription
from domain.events import Envelope
from tests.activities.store.appending import append
from tests.activities.store.projections.desk import Desk
from workflows.feed_followers import kept


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database, application_name="tests")
    yield pool
    await pool.close()


async def test_what_is_appended_is_soon_in_it(pool: Pool) -> None:
    desk, records = Desk(pool), TrackRecords(pool)
    async with kept(pool, keep_track_records()), asyncio.timeout(60):
        await desk.start()
        await desk.offer("c1-a")
        while not await records.get(["creator-1"]):  # noqa: ASYNC110 - a reader is told nothing
            await asyncio.sleep(0.05)


async def test_one_that_fails_is_tried_again_and_stops_nothing(pool: Pool) -> None:
    """Neither the block nor another read model; and at the end of the block both have stopped."""
    tries = 0
    in_the_end, noted = asyncio.Event(), asyncio.Event()

    async def fails_twice(connection: Connection, events: Sequence[Envelope]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError("a read model with a mistake")
        in_the_end.set()

    async def works(connection: Connection, events: Sequence[Envelope]) -> None:
        noted.set()

    before = len(asyncio.all_tasks())
    await append(pool, "a")
    both = Subscription("failing", fails_twice), Subscription("working", works)
    async with kept(pool, *both, again=0.01), asyncio.timeout(60):
        await noted.wait()
        await in_the_end.wait()
    assert tries == 3
    assert len(asyncio.all_tasks()) <= before
