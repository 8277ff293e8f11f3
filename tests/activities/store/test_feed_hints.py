"""Hints: they come, they are few, and nothing depends on them."""

import asyncio

from activities.store.feed import Feed
from activities.store.feed_hints import CHANNEL, listening
from activities.store.pool import Pool
from tests.activities.store.appending import append, whats


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


async def test_many_appends_at_once_are_few_hints(pool: Pool) -> None:
    count = 0

    def hint(*_: object) -> None:
        nonlocal count
        count += 1

    async with pool.acquire() as connection:
        await connection.add_listener(CHANNEL, hint)
        await asyncio.gather(*(append(pool, n) for n in range(20)))
        await asyncio.sleep(0.3)
        await connection.remove_listener(CHANNEL, hint)
    assert 1 <= count <= 20  # each of these logs is a process of its own; one log sends one
    assert count >= 1


async def test_a_closed_pool_fails_no_append_that_has_been_made(pool: Pool) -> None:
    await append(pool, "a")
    await pool.close()
    await asyncio.sleep(0.1)
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
