"""How things stand in the database, for Prometheus: what waits, what is late, what readers wait for.

Every process that is asked gives the same figures, so take the maximum over processes, never the sum.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from threading import Lock
from time import monotonic
from typing import TypeVar

import asyncpg
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from activities.store.feed import Feed
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from activities.store.subscriptions import subscriptions

PATIENCE = 5.0
"""Seconds after which a database that does not answer is called away; a scrape must end before Prometheus gives up."""

KEPT = 5.0
"""Seconds for which figures are given again: however many ask, the database is asked so often."""

T = TypeVar("T")


class Asking:
    """Lets a collector, which is called in a thread, ask what only the event loop can."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = Lock()
        self._answer: Sequence[Metric] = ()
        self._until = 0.0

    def ask(self, look: Callable[[], Awaitable[Sequence[Metric]]]) -> Sequence[Metric]:
        """What `look` returns now, or returned up to `KEPT` seconds ago. Not to be called in the loop's own thread."""
        with self._lock:
            if monotonic() >= self._until:
                self._answer = asyncio.run_coroutine_threadsafe(_awaited(look), self._loop).result()
                self._until = monotonic() + KEPT
            return self._answer


async def _awaited(look: Callable[[], Awaitable[T]]) -> T:
    return await look()


class Standing:
    """Collects it. Of a database that is away it says so, and nothing else."""

    def __init__(self, pool: Pool, loop: asyncio.AbstractEventLoop) -> None:
        self._pool = pool
        self._feed = Feed(pool)
        self._asking = Asking(loop)

    def collect(self) -> Iterator[Metric]:
        """See `Collector.collect`."""
        yield _connections(self._pool)
        yield from self._asking.ask(self._look)

    async def _look(self) -> Sequence[Metric]:
        up = GaugeMetricFamily("groundswell_database_up", "Whether PostgreSQL answers: 1, or 0.")
        try:
            async with asyncio.timeout(PATIENCE):
                figures = [*await self._waiting(), *await self._readers()]
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *figures]

    async def _waiting(self) -> Sequence[Metric]:
        by_stage = ["stage", "assignee"]
        waiting = GaugeMetricFamily("groundswell_tasks_waiting", "Tasks that wait for a person.", labels=by_stage)
        overdue = GaugeMetricFamily(
            "groundswell_tasks_overdue", "Of these, tasks whose deadline has passed unanswered.", labels=by_stage
        )
        late = GaugeMetricFamily(
            "groundswell_tasks_overdue_seconds", "For how long the deadline of the oldest has passed.", labels=by_stage
        )
        for row in await self._pool.fetch(QUERIES.standing_tasks):
            labels = [row["stage"], row["assignee"]]
            waiting.add_metric(labels, row["waiting"])
            overdue.add_metric(labels, row["overdue"])
            late.add_metric(labels, row["late"])
        unfinished = GaugeMetricFamily(
            "groundswell_streams_unfinished",
            "Campaigns and collaborations that have not ended, and rights of which some clock runs.",
            labels=["kind"],
        )
        for row in await self._pool.fetch(QUERIES.standing_unfinished):
            unfinished.add_metric([row["kind"]], row["streams"])
        mails = await self._pool.fetchrow(QUERIES.standing_mails)
        payouts = await self._pool.fetchrow(QUERIES.standing_payouts)
        assert mails is not None and payouts is not None, "counts always have a row"  # noqa: PT018 - one thought
        webhooks = GaugeMetricFamily(
            "groundswell_webhooks", "Webhooks, and the Slack channel, by how they stand.", labels=["state"]
        )
        for state, count in (await self._pool.fetch(QUERIES.standing_webhooks))[0].items():
            webhooks.add_metric([state], count)
        return [
            *(waiting, overdue, late, unfinished, webhooks),
            _gauge("groundswell_mails_sending", "Mails that were begun and not finished.", mails["sending"]),
            _gauge("groundswell_mails_abandoned", "Of these, untried for half an hour.", mails["abandoned"]),
            _gauge("groundswell_payouts_waiting", "Payouts that are owed and not made.", payouts["waiting"]),
            _gauge("groundswell_payouts_waiting_seconds", "For how long the oldest is owed.", payouts["late"]),
            _gauge(
                "groundswell_payouts_reversed_late",
                "Payouts that came back after the end of their collaboration, and that nobody has seen to.",
                await self._pool.fetchval(QUERIES.standing_late_reversals),
            ),
        ]

    async def _readers(self) -> Sequence[Metric]:
        barrier = await self._feed.barrier()
        lag = GaugeMetricFamily(
            "groundswell_subscription_lag_positions",
            "Positions of the feed that are settled and that a subscription has not taken in.",
            labels=["subscription"],
        )
        for each in await subscriptions(self._pool):
            lag.add_metric([each.name], max(0, barrier.settled - each.position))
        age = barrier.age.total_seconds()
        return [
            _gauge("groundswell_feed_barrier_age_seconds", "For how long the oldest append has been open.", age),
            _gauge(
                "groundswell_feed_unsettled_positions",
                "Positions that readers of the feed may not see yet.",
                barrier.taken - barrier.settled,
            ),
            lag,
        ]


def _connections(pool: Pool) -> Metric:
    family = GaugeMetricFamily(
        "groundswell_pool_connections", "Connections to PostgreSQL of this process.", labels=["state"]
    )
    family.add_metric(["in_use"], pool.get_size() - pool.get_idle_size())
    family.add_metric(["idle"], pool.get_idle_size())
    family.add_metric(["most"], pool.get_max_size())
    return family


def _gauge(name: str, sentence: str, value: float) -> Metric:
    return GaugeMetricFamily(name, sentence, value=value)
