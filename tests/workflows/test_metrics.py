"""The worker's port: whose figures are on it, and that it comes and goes with the worker."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from prometheus_client import start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from pydantic import SecretStr
from temporalio.client import Client

from activities.starting import CAMPAIGN_WORKFLOW
from activities.store.pool import Pool, open_pool
from tests.keys import MASTER_KEYS
from workflows import metrics
from workflows.metrics import CoreMetrics, RunningWorkflows, metrics_served
from workflows.settings import Settings

CORE = """# HELP temporal_request_total temporal_request_total
# TYPE temporal_request_total counter
temporal_request_total{operation="poll"} 7
"""


def settings(port: int | None, queue: str = "q") -> Settings:
    return Settings(
        database_url=SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        secret_key=SecretStr("k" * 32),
        master_keys=SecretStr(MASTER_KEYS),
        metrics_port=port,
        task_queue=queue,
    )


def parsed(text: str) -> list[Metric]:
    return list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]


async def counted(client: Client, queue: str) -> dict[tuple[str, ...], float]:
    shown = RunningWorkflows(client, queue, asyncio.get_running_loop())
    families = await asyncio.to_thread(lambda: list(shown.collect()))
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


async def test_running_workflows_are_counted_on_the_worker_s_queue(temporal_client: Client) -> None:
    """By Temporal's own word, which follows a start with some delay."""
    queue = uuid4().hex
    before = await counted(temporal_client, queue)
    handle = await temporal_client.start_workflow(CAMPAIGN_WORKFLOW, id=uuid4().hex, task_queue=queue)
    for _ in range(600):
        after = await counted(temporal_client, queue)
        if after["groundswell_workflows_running", "campaign"]:
            break
        await asyncio.sleep(0.05)
    await handle.terminate()
    assert before["groundswell_workflows_running", "campaign"] == 0
    assert after["groundswell_workflows_running", "campaign"] == 1
    assert after["groundswell_workflows_running", "collaboration"] == 0
    assert after["groundswell_temporal_up",] == 1


async def test_a_temporal_that_is_away_is_said_to_be() -> None:
    """And how many workflows run is left out instead of being 0."""
    client = await Client.connect("127.0.0.1:1", lazy=True)
    shown = await counted(client, "q")
    assert shown == {("groundswell_temporal_up",): 0}


async def test_a_core_that_does_not_answer_takes_nothing_else_away() -> None:
    assert list(CoreMetrics("127.0.0.1:1").collect()) == []


async def test_ours_and_the_core_s_are_on_one_port(
    temporal_client: Client, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the form that Prometheus asks for; the port is closed when the worker ends."""
    core = await asyncio.start_server(_answer, "127.0.0.1", 0)
    host, port = core.sockets[0].getsockname()[:2]
    monkeypatch.setattr(metrics, "core_metrics_address", lambda: f"{host}:{port}")
    pool: Pool = await open_pool(database, application_name="tests")
    async with core, httpx.AsyncClient(timeout=60) as prometheus:
        async with metrics_served(settings(0), pool, temporal_client) as served:
            url = f"http://127.0.0.1:{served}/metrics"
            text = (await prometheus.get(url, headers={"Accept": "application/openmetrics-text; version=1.0.0"})).text
        with pytest.raises(httpx.ConnectError):
            await prometheus.get(url)
    await pool.close()
    names = {sample.name for family in parsed(text) for sample in family.samples}
    assert {"temporal_request_total", "groundswell_appends_total", "groundswell_database_up"} <= names
    assert {"groundswell_temporal_up", "process_open_fds"} <= names


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(CORE)}\r\nConnection: close\r\n\r\n{CORE}".encode())
    await writer.drain()
    writer.close()


async def test_without_a_port_nothing_is_served(temporal_client: Client, database: str) -> None:
    pool: Pool = await open_pool(database, application_name="tests")
    async with metrics_served(settings(None), pool, temporal_client) as served:
        assert served is None
    await pool.close()


async def test_a_port_that_is_taken_is_an_error(temporal_client: Client, database: str) -> None:
    """Figures that nobody can fetch would be missed when they are needed."""
    pool: Pool = await open_pool(database, application_name="tests")
    server, thread = start_http_server(0, "127.0.0.1")
    try:
        with pytest.raises(OSError, match="in use"):
            async with metrics_served(settings(server.server_port), pool, temporal_client):
                raise AssertionError("it was served")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        await pool.close()
