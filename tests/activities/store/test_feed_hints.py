"""Hints: they come, they are few, and nothing depends on them."""

import asyncio

import pytest

from activities.store.event_log import PostgresEventLog
from activities.store.feed import Feed, wait_up_to
from activities.store.feed_hints import CHANNEL, listening
from activities.store.pool import Pool
from tests.activities.store.appending import append, given_by, happened, whats
from tests.keys import a_sealer


async def test_a_listener_is_told_soon_after_an_append(pool: Pool) -> None:
    async with listening(pool) as hinted:
        await append(pool, "a")
        await asyncio.wait_for(hinted.wait(), 2)


async def test_a_follower_is_woken_by_the_hint_long_before_its_next_poll(pool: Pool) -> None:
    async def first() -> list[object]:
        async for page in Feed(pool).follow(poll=60):
            return whats(page.events)
        return []

    following = asyncio.create_task(first())
    await asyncio.sleep(0.1)
    await append(pool, "a")
    assert await asyncio.wait_for(following, 5) == ["a"]


@pytest.mark.parametrize("steps", range(5))
async def test_a_follower_that_is_stopped_stops_even_if_a_hint_comes_at_the_same_time(steps: int) -> None:
    """However many steps of the event loop lie between the two."""
    hinted = asyncio.Event()
    waiting = asyncio.create_task(wait_up_to(60, hinted))
    await asyncio.sleep(0.01)
    hinted.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    asked = waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled() == asked


async def test_many_appends_of_one_process_at_once_are_one_hint(pool: Pool) -> None:
    count = 0

    def hint(*_: object) -> None:
        nonlocal count
        count += 1

    log = PostgresEventLog(pool, a_sealer(pool))
    async with pool.acquire() as connection:
        await connection.add_listener(CHANNEL, hint)
        for n in range(5):
            await log.append(f"collaboration/{n}", 0, happened(n), given_by(f"{n}"))
        told_while_appending = count
        await asyncio.sleep(0.3)
        await connection.remove_listener(CHANNEL, hint)
    assert told_while_appending < 5
    assert 1 <= count < 5


async def test_a_closed_pool_fails_no_append_that_has_been_made(pool: Pool) -> None:
    await append(pool, "a")
    await pool.close()
    await asyncio.sleep(0.1)
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
