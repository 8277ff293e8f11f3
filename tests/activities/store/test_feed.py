"""The feed, with transactions held open on purpose: whoever reads on from where he was has every event once."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from activities.store.event_log import PostgresEventLog
from activities.store.feed import START, Feed, FeedPosition, read_feed
from activities.store.pool import Pool, open_pool
from api.embedded.postgres import PostgresServer, wheel_binaries
from tests.activities.store.appending import append, given_by, happened, open_append, whats
from tests.keys import a_sealer


class Reader:
    """Reads on from where it was, whenever it is told to."""

    def __init__(self, pool: Pool) -> None:
        self._feed = Feed(pool)
        self._after = START
        self.seen: list[object] = []

    async def look(self) -> list[object]:
        page = await self._feed.read(self._after)
        self._after = page.upto
        self.seen += whats(page.events)
        return whats(page.events)


@pytest.fixture
def reader(pool: Pool) -> Reader:
    return Reader(pool)


async def test_what_is_appended_is_read_once_and_in_order(pool: Pool, reader: Reader) -> None:
    await append(pool, "a", "b")
    assert await reader.look() == ["a", "b"]
    await append(pool, "c")
    assert await reader.look() == ["c"]
    assert await reader.look() == []


async def test_a_fast_append_is_not_read_before_a_slow_one_that_took_its_position_first(
    pool: Pool, reader: Reader
) -> None:
    slow = await open_append(pool, "slow")
    await append(pool, "fast")
    assert await reader.look() == []
    await slow.commit()
    assert await reader.look() == ["slow", "fast"]


async def test_what_came_before_a_slow_append_is_read_while_it_is_open(pool: Pool, reader: Reader) -> None:
    await append(pool, "early")
    slow = await open_append(pool, "slow")
    assert await reader.look() == ["early"]
    await slow.commit()
    assert await reader.look() == ["slow"]


async def test_several_slow_appends_are_read_in_order_whichever_ends_first(pool: Pool, reader: Reader) -> None:
    first = await open_append(pool, 1)
    second = await open_append(pool, 2)
    await append(pool, 3)
    fourth = await open_append(pool, 4)
    await append(pool, 5)
    await second.commit()
    assert await reader.look() == []
    await first.commit()
    assert await reader.look() == [1, 2, 3]
    await fourth.commit()
    assert await reader.look() == [4, 5]


async def test_an_append_that_is_rolled_back_leaves_a_gap_that_nobody_waits_for(pool: Pool, reader: Reader) -> None:
    first = await open_append(pool, 1)
    await append(pool, 2)
    assert await reader.look() == []
    await first.roll_back()
    assert await reader.look() == [2]


async def test_the_first_append_of_all_is_not_passed_over(pool: Pool, reader: Reader) -> None:
    first = await open_append(pool, "first")
    assert await reader.look() == []
    await first.commit()
    assert await reader.look() == ["first"]


async def test_appends_do_not_wait_for_each_other(pool: Pool) -> None:
    slow = await open_append(pool, "slow")
    await asyncio.wait_for(append(pool, "fast"), 1)
    await slow.commit()


async def test_a_transaction_that_appends_nothing_holds_nobody_up(pool: Pool, reader: Reader) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("create table busy ()")
        await append(pool, "a")
        assert await reader.look() == ["a"]


async def test_a_type_filter_moves_on_past_what_it_leaves_out(pool: Pool) -> None:
    await append(pool, "a", type_="Wanted")
    await append(pool, "b")
    [last] = await append(pool, "c")
    page = await Feed(pool).read(START, ["Wanted"])
    assert (whats(page.events), page.upto) == (["a"], last.position)


async def test_a_page_that_is_full_ends_at_its_last_event(pool: Pool) -> None:
    events = await append(pool, 1, 2, 3)
    page = await Feed(pool).read(limit=2)
    assert (whats(page.events), page.upto) == ([1, 2], events[1].position)
    assert whats((await Feed(pool).read(page.upto, limit=2)).events) == [3]


async def test_settled_waits_for_an_append_under_way_but_not_for_a_stuck_one(pool: Pool) -> None:
    slow = await open_append(pool, "slow")
    [fast] = await append(pool, "fast")
    assert await Feed(pool).settled(patience=0.05) < fast.position - 1
    waiting = asyncio.create_task(Feed(pool).settled(patience=5))
    await asyncio.sleep(0.05)
    await slow.commit()
    assert await waiting == fast.position


async def test_the_barrier_says_who_holds_readers_up_and_for_how_long(pool: Pool) -> None:
    feed = Feed(pool)
    assert (await feed.barrier()).age == timedelta(0)
    slow = await open_append(pool, "slow")
    await append(pool, "fast")
    await asyncio.sleep(0.1)
    barrier = await feed.barrier()
    assert (barrier.settled, barrier.taken) == (0, 2)
    assert timedelta(seconds=0.1) < barrier.age < timedelta(seconds=60)
    assert barrier.pid in [row["pid"] for row in await pool.fetch("select pid from pg_stat_activity")]
    await slow.commit()
    after = await feed.barrier()
    assert (after.settled, after.age, after.pid) == (2, timedelta(0), None)


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_a_snapshot_that_may_be_too_old_is_refused(pool: Pool, isolation: str) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction(isolation=isolation)  # type: ignore[arg-type]  # one of the names
        await transaction.start()
        with pytest.raises(asyncpg.InvalidTransactionStateError, match="READ COMMITTED"):
            await read_feed(connection, START, None, 10)
        await transaction.rollback()


async def test_a_follower_of_a_campaign_skips_nothing(pool: Pool) -> None:
    log = PostgresEventLog(pool, a_sealer(pool))
    await append(pool, "early")
    slow = await open_append(pool, "slow")
    await append(pool, "elsewhere", campaign="c2")
    await append(pool, "quick")
    seen = await log.read_campaign("c1")
    assert whats(seen) == ["early"]
    await slow.commit()
    seen += await log.read_campaign("c1", after_position=seen[-1].position)
    assert whats(seen) == ["early", "slow", "quick"]


async def test_whoever_has_appended_finds_it_in_the_campaign_while_others_append(pool: Pool) -> None:
    log = PostgresEventLog(pool, a_sealer(pool))

    async def write_and_look(writer: int) -> None:
        for n in range(5):
            stored = await log.append(f"collaboration/{writer}", n, happened(f"{writer} {n}"), given_by(f"{n}"))
            assert stored[0] in await log.read_campaign("c1")

    await asyncio.gather(*(write_and_look(writer) for writer in range(6)))


async def test_a_follower_gets_everything_that_sixteen_writers_append_meanwhile(pool: Pool) -> None:
    log, seen = PostgresEventLog(pool, a_sealer(pool)), list[tuple[str, int]]()

    async def write(writer: int) -> None:
        for n in range(20):
            await log.append(f"collaboration/{writer}", n, happened(n), given_by(f"{n}"))

    async def follow() -> None:
        async for page in Feed(pool).follow(poll=0.01):
            seen.extend((event.stream, event.version) for event in page.events)
            if len(seen) >= 16 * 20:
                return

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(writer) for writer in range(16)))
    await asyncio.wait_for(following, 20)
    assert len(seen) == len(set(seen)) == 16 * 20
    for writer in range(16):
        assert [version for stream, version in seen if stream == f"collaboration/{writer}"] == list(range(1, 21))


async def test_many_writers_of_one_stream_are_read_in_the_order_of_versions(pool: Pool) -> None:
    stream = "collaboration/x"
    slow = await open_append(pool, "slow", stream=stream)
    log = PostgresEventLog(pool, a_sealer(pool))
    others = [
        asyncio.create_task(log.append(stream, 1, happened(n), given_by(f"{n}"))) for n in range(4)
    ]  # each waits for the slow one; then one of them wins
    await asyncio.sleep(0.1)
    assert (await Feed(pool).read()).events == []
    await slow.commit()
    results = await asyncio.gather(*others, return_exceptions=True)
    assert sum(isinstance(result, list) for result in results) == 1
    assert [event.version for event in (await Feed(pool).read()).events] == [1, 2]


async def test_positions_and_subscriptions_mean_the_same_after_dump_and_restore(
    pool: Pool, database: str, postgres_server: PostgresServer, worker_id: str
) -> None:
    events = await append(pool, 1, 2, 3)
    await pool.execute("insert into subscriptions (name, position) values ('reader', $1)", events[1].position)
    held = await open_append(pool, "in flight during the dump")
    dump = await run("pg_dump", database)
    await held.commit()
    name = f"restored_{worker_id}"
    await pool.execute(f"create database {name}")
    restored = postgres_server.dsn_of(name)
    await run("psql", "-v", "ON_ERROR_STOP=1", "-q", restored, given=dump)
    copy = await open_pool(restored)
    checkpoint = await copy.fetchval("select position from subscriptions where name = 'reader'")
    assert (await Feed(copy).read()).events == events
    [later] = await append(copy, "later")
    assert whats((await Feed(copy).read(FeedPosition(checkpoint))).events) == [3, "later"]
    assert later.position > events[-1].position
    await copy.close()
    await pool.execute(f"drop database {name} with (force)")


async def run(program: str, *arguments: str, given: bytes = b"") -> bytes:
    """What one of PostgreSQL's programs writes."""
    process = await asyncio.create_subprocess_exec(
        wheel_binaries() / program, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(given)
    assert process.returncode == 0
    return output
