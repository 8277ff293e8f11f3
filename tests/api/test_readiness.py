"""Probes against real servers, and against none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from api.readiness import DatabaseProbe, WorkerProbe

NOWHERE = "127.0.0.1:1"


@workflow.defn
class Idle:
    """A workflow that gives a worker something to poll for."""

    @workflow.run
    async def run(self) -> None:
        """Does nothing."""


@asynccontextmanager
async def _a_worker(client: Client, task_queue: str) -> AsyncIterator[None]:
    async with Worker(client, task_queue=task_queue, workflows=[Idle], workflow_runner=UnsandboxedWorkflowRunner()):
        yield


async def test_a_migrated_database_is_ready(database: str) -> None:
    assert (await DatabaseProbe(database).check()).ready


async def test_a_database_without_the_schema_says_what_to_run(postgres_dsn: str) -> None:
    finding = await DatabaseProbe(postgres_dsn).check()

    assert (finding.ready, finding.todo) == (False, "run `groundswell migrate`")
    assert "0001_events.sql" in finding.found


async def test_a_database_that_is_away_says_what_to_check() -> None:
    finding = await DatabaseProbe(f"postgresql://nobody:secret@{NOWHERE}/none").check()

    assert not finding.ready
    assert "DATABASE_URL" in finding.todo
    assert "secret" not in finding.model_dump_json()


async def test_temporal_is_ready_once_a_worker_polls(temporal_client: Client) -> None:
    task_queue = f"readiness-{uuid4().hex}"
    probe = WorkerProbe(temporal_client, task_queue)
    before = await probe.check()
    async with _a_worker(temporal_client, task_queue):
        for _ in range(100):
            if (after := await probe.check()).ready:
                break
            await asyncio.sleep(0.1)

    assert (before.ready, before.todo) == (False, "run `groundswell worker`")
    assert task_queue in before.found
    assert after.ready


async def test_temporal_that_is_away_says_what_to_check() -> None:
    client = await Client.connect(NOWHERE, lazy=True)
    finding = await WorkerProbe(client, "any").check()

    assert (finding.ready, finding.todo) == (False, "start it, and check TEMPORAL_ADDRESS")
