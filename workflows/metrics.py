"""A process's figures for Prometheus, in one place: ours, how the database stands, and those of Temporal's SDK.

The SDK serves its own on a port that it opens itself. That is a loopback port which nobody needs to know; what it says
is fetched from there when we are asked. A worker has a port for all of them, the API an address among its others.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any

from prometheus_client import start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import Client
from temporalio.service import RPCError

from activities.metrics import Collector, registry
from activities.starting import CAMPAIGN_WORKFLOW, COLLABORATION_WORKFLOW, RIGHTS_WORKFLOW
from activities.store.pool import Pool
from activities.store.standing import PATIENCE, Asking, Standing
from workflows.observing import core_metrics_address
from workflows.settings import Settings

KINDS = {"campaign": CAMPAIGN_WORKFLOW, "collaboration": COLLABORATION_WORKFLOW, "rights": RIGHTS_WORKFLOW}
"""Kind of stream to the type of its workflow."""


class RunningWorkflows:
    """How many workflows run, by Temporal's own count: fewer than there are unfinished streams is a reason to look."""

    def __init__(self, client: Client, task_queue: str, loop: asyncio.AbstractEventLoop) -> None:
        self._client = client
        self._task_queue = task_queue
        self._asking = Asking(loop)

    def collect(self) -> Iterator[Metric]:
        """See `Collector.collect`."""
        yield from self._asking.ask(self._look)

    async def _look(self) -> Sequence[Metric]:
        up = GaugeMetricFamily("groundswell_temporal_up", "Whether Temporal answers: 1, or 0.")
        running = GaugeMetricFamily("groundswell_workflows_running", "Workflows that run.", labels=["kind"])
        try:
            for kind, workflow in KINDS.items():
                running.add_metric([kind], await self._count(workflow))
        except (RPCError, RuntimeError):
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, running]

    async def _count(self, workflow: str) -> int:
        query = f"WorkflowType = '{workflow}' AND TaskQueue = '{self._task_queue}' AND ExecutionStatus = 'Running'"
        return (await self._client.count_workflows(query, rpc_timeout=timedelta(seconds=PATIENCE))).count


class CoreMetrics:
    """What the SDK's core serves at `address`, `host:port`."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.rpartition(":")
        self._port = int(port)

    def collect(self) -> Iterator[Metric]:
        """See `Collector.collect`. If the core does not answer there is nothing of it: ours are worth showing alone."""
        connection = HTTPConnection(self._host, self._port, timeout=PATIENCE)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        except (OSError, HTTPException):
            return
        finally:
            connection.close()
        yield from text_string_to_metric_families(text)


def core_metrics() -> list[Collector]:
    """What the SDK of this process tells, if it tells anything (`observing.observe`)."""
    address = core_metrics_address()
    return [CoreMetrics(address)] if address else []


@asynccontextmanager
async def metrics_served(settings: Settings, pool: Pool, client: Client) -> AsyncIterator[int | None]:
    """Serves them as long as the block runs, if the settings name a port; gives the port, which 0 has chosen.

    Raises:
        OSError: the port is taken.
    """
    if settings.metrics_port is None:
        yield None
        return
    loop = asyncio.get_running_loop()
    shown = registry(Standing(pool, loop), RunningWorkflows(client, settings.task_queue, loop), *core_metrics())
    server, thread = start_http_server(settings.metrics_port, settings.metrics_host, shown)
    try:
        yield server.server_port
    finally:
        # Not in this thread: an answer under way may wait for this loop.
        await asyncio.to_thread(_stopped, server, thread)


def _stopped(server: Any, thread: Any) -> None:
    server.shutdown()
    server.server_close()
    thread.join()
