"""The event log against a real PostgreSQL: what a writer may rely on when others write, retry and fail beside it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Connection, Pool
from activities.store.projections import Prepared
from domain.budget import BudgetMove
from domain.errors import BudgetExceeded, ConcurrencyConflict, CurrencyMismatch, IdempotencyKeyReused, NotFound
from domain.events import Envelope, event_id
from tests.activities.store.appending import NOW, append, given_by, happened, open_append
from tests.keys import a_sealer

STREAM = "campaign/c1"


def reserve(amount: int) -> BudgetMove:
    return BudgetMove(campaign_id="c1", reserved=amount, currency="USD")


async def open_budget(log: PostgresEventLog, total: int) -> None:
    opening = BudgetMove(campaign_id="c1", total=total, currency="USD")
    await log.append(STREAM, 0, happened("started"), given_by("start"), [opening])


async def ledger(pool: Pool) -> dict[str, int]:
    row = await pool.fetchrow("select total, reserved, committed, paid from budget where campaign_id = 'c1'")
    assert row is not None
    return dict(row)


async def test_an_append_returns_what_a_read_finds(log: PostgresEventLog) -> None:
    stored = await log.append(STREAM, 0, happened("a", {"nested": ["ü", 1.5, None]}), given_by("k1"))
    assert stored == await log.read(STREAM)
    assert [event.version for event in stored] == [1, 2]
    assert [event.event_id for event in stored] == [event_id(STREAM, 1), event_id(STREAM, 2)]
    assert [event.data["what"] for event in stored] == ["a", {"nested": ["ü", 1.5, None]}]
    assert stored[0].metadata == given_by("k1")


async def test_a_read_is_bounded_by_both_versions(log: PostgresEventLog) -> None:
    await log.append(STREAM, 0, happened(1, 2, 3, 4), given_by("k1"))
    assert [event.version for event in await log.read(STREAM, after_version=1, upto=3)] == [2, 3]
    assert await log.read("campaign/none") == []


async def test_the_head_is_the_last_version_and_zero_before_the_first(log: PostgresEventLog) -> None:
    assert await log.head(STREAM) == 0
    await log.append(STREAM, 0, happened(1, 2), given_by("k1"))
    assert await log.head(STREAM) == 2


async def test_a_repeated_command_returns_its_events_whatever_is_expected_now(log: PostgresEventLog) -> None:
    first = await log.append(STREAM, 0, happened("a", "b"), given_by("k1"))
    await log.append(STREAM, 2, happened("c"), given_by("k2"))
    assert await log.append(STREAM, 0, happened("a", "b"), given_by("k1")) == first
    assert await log.append(STREAM, 3, happened("other"), given_by("k1")) == first
    assert await log.head(STREAM) == 3


async def test_a_repeated_command_does_not_move_the_budget_again(log: PostgresEventLog, pool: Pool) -> None:
    await open_budget(log, 100)
    for _ in range(2):
        await log.append("collaboration/x", 0, happened("offered"), given_by("offer"), [reserve(60)])
    assert (await ledger(pool))["reserved"] == 60


async def test_a_command_id_with_other_content_is_a_conflict(log: PostgresEventLog) -> None:
    await log.append(STREAM, 0, happened("a"), given_by("k1"))
    with pytest.raises(IdempotencyKeyReused) as refused:
        await log.append(STREAM, 1, happened("b"), given_by("k1", content="other"))
    assert refused.value.facts == {"key": "k1"}
    assert await log.head(STREAM) == 1


async def test_the_same_command_id_may_be_used_on_another_stream(log: PostgresEventLog) -> None:
    await log.append(STREAM, 0, happened("a"), given_by("k1"))
    await log.append("campaign/c2", 0, happened("b"), given_by("k1", content="other"))
    assert await log.command(STREAM, "k1") == "same"
    assert await log.command("campaign/c2", "k1") == "other"
    assert await log.command(STREAM, "k2") is None


@pytest.mark.parametrize("expected", [0, 2])
async def test_a_stream_at_another_version_refuses(log: PostgresEventLog, expected: int) -> None:
    await log.append(STREAM, 0, happened("a"), given_by("k1"))
    with pytest.raises(ConcurrencyConflict) as refused:
        await log.append(STREAM, expected, happened("b"), given_by("k2"))
    assert refused.value.facts == {"stream": STREAM, "expected": expected, "actual": 1}


async def test_a_refused_first_append_leaves_no_stream_behind(log: PostgresEventLog, pool: Pool) -> None:
    with pytest.raises(ConcurrencyConflict):
        await log.append(STREAM, 3, happened("a"), given_by("k1"))
    assert await pool.fetchval("select count(*) from streams") == 0


async def test_a_command_without_events_is_not_appended(log: PostgresEventLog) -> None:
    with pytest.raises(ValueError, match="without events"):
        await log.append(STREAM, 0, [], given_by("k1"))


async def test_a_stream_refuses_another_workspace(log: PostgresEventLog) -> None:
    await log.append(STREAM, 0, happened("a"), given_by("k1"))
    with pytest.raises(NotFound):
        await log.append(STREAM, 1, happened("b"), given_by("k2", workspace="other"))


async def test_of_sixteen_concurrent_writers_each_version_has_exactly_one_winner(log: PostgresEventLog) -> None:
    async def write(writer: int, version: int) -> Exception | list[Envelope]:
        try:
            return await log.append(STREAM, version, happened(writer), given_by(f"{writer}-{version}"))
        except ConcurrencyConflict as lost:
            return lost

    for version in range(5):
        results = await asyncio.gather(*(write(writer, version) for writer in range(16)))
        winners = [result for result in results if isinstance(result, list)]
        assert len(winners) == 1
    assert [event.version for event in await log.read(STREAM)] == [1, 2, 3, 4, 5]


async def test_writers_that_decide_again_after_a_conflict_all_succeed_without_gaps(log: PostgresEventLog) -> None:
    async def write(writer: int) -> None:
        while True:
            try:
                await log.append(STREAM, await log.head(STREAM), happened(writer, writer), given_by(f"{writer}"))
                return
            except ConcurrencyConflict:
                continue

    await asyncio.gather(*(write(writer) for writer in range(16)))
    stored = await log.read(STREAM)
    assert [event.version for event in stored] == list(range(1, 33))
    assert sorted(event.data["what"] for event in stored) == sorted([*range(16), *range(16)])


async def test_one_command_given_sixteen_times_at_once_happens_once(log: PostgresEventLog) -> None:
    results = await asyncio.gather(*(log.append(STREAM, 0, happened("a"), given_by("k1")) for _ in range(16)))
    assert all(result == results[0] for result in results)
    assert await log.head(STREAM) == 1


async def test_sixty_four_reservations_at_once_never_overspend(log: PostgresEventLog, pool: Pool) -> None:
    await open_budget(log, 1_000)

    async def offer(creator: int) -> list[Envelope]:
        stream = f"collaboration/{creator}"
        return await log.append(stream, 0, happened("offered"), given_by(f"{creator}"), [reserve(30)])

    results = await asyncio.gather(*(offer(creator) for creator in range(64)), return_exceptions=True)
    refusals = [result for result in results if isinstance(result, BudgetExceeded)]
    assert len(refusals) == 31
    assert all(refusal.facts == {"available": 10, "budget": 1_000, "needed": 30} for refusal in refusals)
    assert await ledger(pool) == {"total": 1_000, "reserved": 990, "committed": 0, "paid": 0}
    assert await pool.fetchval("select count(*) from events where stream like 'collaboration/%'") == 33
    assert await pool.fetchval("select count(*) from commands where stream like 'collaboration/%'") == 33


async def test_a_fee_moves_from_reserved_through_committed_to_paid(log: PostgresEventLog, pool: Pool) -> None:
    await open_budget(log, 100)
    steps = [
        reserve(100),
        BudgetMove(campaign_id="c1", reserved=-100, committed=90, currency="USD"),
        BudgetMove(campaign_id="c1", committed=-90, paid=90, currency="USD"),
    ]
    for version, step in enumerate(steps):
        await log.append("collaboration/x", version, happened(version), given_by(f"k{version}"), [step])
    assert await ledger(pool) == {"total": 100, "reserved": 0, "committed": 0, "paid": 90}


async def test_the_moves_of_one_append_count_by_their_sum(log: PostgresEventLog, pool: Pool) -> None:
    await open_budget(log, 100)
    await log.append(
        "collaboration/x", 0, happened("replaced"), given_by("k1"), [reserve(150), reserve(-100), reserve(20)]
    )
    assert (await ledger(pool))["reserved"] == 70


async def test_a_move_in_another_currency_is_refused(log: PostgresEventLog) -> None:
    await open_budget(log, 100)
    euros = BudgetMove(campaign_id="c1", reserved=1, currency="EUR")
    with pytest.raises(CurrencyMismatch) as refused:
        await log.append("collaboration/x", 0, happened("offered"), given_by("k1"), [euros])
    assert refused.value.facts == {"given": "EUR", "needed": "USD"}


async def test_a_move_without_an_open_ledger_is_refused(log: PostgresEventLog) -> None:
    with pytest.raises(NotFound):
        await log.append("collaboration/x", 0, happened("offered"), given_by("k1"), [reserve(1)])


async def test_giving_back_more_than_was_taken_is_refused(log: PostgresEventLog, pool: Pool) -> None:
    await open_budget(log, 100)
    with pytest.raises(asyncpg.CheckViolationError):
        await log.append("collaboration/x", 0, happened("released"), given_by("k1"), [reserve(-1)])
    assert await log.head("collaboration/x") == 0


@pytest.mark.parametrize("table", ["events", "commands"])
@pytest.mark.parametrize("change", ["update {} set stream = stream", "delete from {}", "truncate {}"])
async def test_the_record_refuses_every_change(log: PostgresEventLog, pool: Pool, table: str, change: str) -> None:
    await log.append(STREAM, 0, happened("a"), given_by("k1"))
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await pool.execute(change.format(table))
    assert await pool.fetchval(f"select count(*) from {table}") == 1


async def test_a_campaign_is_read_over_all_its_streams_and_on_from_any_position(log: PostgresEventLog) -> None:
    await log.append(STREAM, 0, happened("a"), given_by("k1"))
    await log.append("collaboration/x", 0, happened("b", "c"), given_by("k2"))
    await log.append("campaign/c2", 0, happened("elsewhere"), given_by("k3", campaign="c2"))
    await log.append(STREAM, 1, happened("d"), given_by("k4"))
    first = await log.read_campaign("c1", limit=2)
    rest = await log.read_campaign("c1", after_position=first[-1].position)
    assert [event.data["what"] for event in [*first, *rest]] == ["a", "b", "c", "d"]


async def test_a_slow_writer_holds_up_no_other_stream_of_its_campaign(pool: Pool) -> None:
    slow = await open_append(pool, "slow")
    await asyncio.wait_for(append(pool, "quick"), 1)
    await slow.commit()


class Counting:
    """A read model of one number a stream, which fails on demand."""

    streams = "campaign/"

    def __init__(self) -> None:
        self.failing = False

    async def project(self, connection: Connection, stream: str, events: Sequence[Envelope]) -> None:
        await connection.execute(
            "insert into counts values ($1, $2) on conflict (stream) do update set n = counts.n + excluded.n",
            stream,
            len(events),
        )
        if self.failing:
            raise RuntimeError("the projection failed")


async def counted(pool: Pool) -> PostgresEventLog:
    await pool.execute("create table counts (stream text primary key, n integer)")
    return PostgresEventLog(pool, a_sealer(pool), [Counting()])


async def test_a_projection_sees_new_events_of_its_streams_only(pool: Pool) -> None:
    log = await counted(pool)
    await log.append(STREAM, 0, happened("a", "b"), given_by("k1"))
    await log.append(STREAM, 0, happened("a", "b"), given_by("k1"))
    await log.append("collaboration/x", 0, happened("c"), given_by("k2"))
    assert [tuple(row) for row in await pool.fetch("select stream, n from counts")] == [(STREAM, 2)]


async def test_a_failing_projection_undoes_the_append(pool: Pool) -> None:
    await pool.execute("create table counts (stream text primary key, n integer)")
    counting = Counting()
    log = PostgresEventLog(pool, a_sealer(pool), [counting])
    await open_budget(log, 100)
    counting.failing = True
    with pytest.raises(RuntimeError):
        await log.append(STREAM, 1, happened("b"), given_by("k1"), [reserve(10)])
    assert await log.head(STREAM) == 1
    assert await log.command(STREAM, "k1") is None
    assert await pool.fetchval("select n from counts") == 1
    assert (await ledger(pool))["reserved"] == 0
    counting.failing = False
    await log.append(STREAM, 1, happened("b"), given_by("k1"), [reserve(10)])
    assert await log.head(STREAM) == 2


class Announcing(Counting):
    """The same read model, of which the log hears beforehand; it notes what the log does with that."""

    streams = "campaign/"

    def __init__(self, *, known: bool) -> None:
        super().__init__()
        self.known = known
        self.kept = 0
        self.projected = 0

    async def prepare(
        self, connection: Connection, stream: str, expected_version: int, *command: object
    ) -> Prepared | None:
        def keep() -> None:
            self.kept += 1

        task = {
            "stream": stream,
            "name": f"t{expected_version}",
            "campaign_id": "c1",
            "workspace": "default",
            "assignee": "brand",
            "opened_at": NOW.isoformat(),
            "due_at": NOW.isoformat(),
            "escalated": False,
            "extended": False,
        }
        return Prepared(json.dumps({"stream": stream, "tasks": [task]}), keep) if self.known else None

    async def project(self, connection: Connection, stream: str, events: Sequence[Envelope]) -> None:
        self.projected += 1


async def tasks(pool: Pool) -> list[str]:
    return [row["name"] for row in await pool.fetch("select name from tasks order by name")]


async def test_what_a_projection_knows_beforehand_is_written_with_the_events_and_kept_once(pool: Pool) -> None:
    """A repeated or refused command writes nothing of it, and nothing is kept."""
    announcing = Announcing(known=True)
    log = PostgresEventLog(pool, a_sealer(pool), [announcing])
    await log.append(STREAM, 0, happened("a"), given_by("k1"))
    assert (await tasks(pool), announcing.kept) == (["t0"], 1)
    await log.append(STREAM, 1, happened("a"), given_by("k1"))
    with pytest.raises(ConcurrencyConflict):
        await log.append(STREAM, 7, happened("b"), given_by("k2"))
    assert (await tasks(pool), announcing.kept, announcing.projected) == (["t0"], 1, 0)


async def test_a_projection_that_knows_nothing_beforehand_is_asked_after_the_append(pool: Pool) -> None:
    announcing = Announcing(known=False)
    await PostgresEventLog(pool, a_sealer(pool), [announcing]).append(STREAM, 0, happened("a"), given_by("k1"))
    assert (announcing.kept, announcing.projected) == (0, 1)


async def test_an_append_with_read_models_and_ledgers_is_one_statement(pool: Pool) -> None:
    """So it is one round trip, and its locks are held for no longer than the server needs."""
    sent: list[str] = []
    await open_budget(PostgresEventLog(pool, a_sealer(pool)), 100)
    async with pool.acquire() as connection:
        connection.add_query_logger(lambda query: sent.append(query.query))
        alone = PostgresEventLog(OnePool(connection), a_sealer(pool), [Announcing(known=True)])  # type: ignore[arg-type]
        for version in (1, 2):
            await alone.append(STREAM, version, happened("b"), given_by(f"k{version}"), [reserve(10)])
        await asyncio.sleep(0)  # the logger is called by the loop
        # Whose the campaign is, a process asks once.
        assert [query.partition(":")[0] for query in sent] == ["-- workspace_of_campaign", *["-- append_events"] * 2]
        assert (await ledger(pool))["reserved"] == 20


class OnePool:
    """A pool that gives one connection to whoever comes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self._connection

    async def execute(self, query: str) -> str:
        return await self._connection.execute(query)

    async def fetchval(self, query: str, *arguments: object) -> object:
        return await self._connection.fetchval(query, *arguments)
