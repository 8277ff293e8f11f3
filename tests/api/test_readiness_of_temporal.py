"""What is said of Temporal, asked of real servers and of none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from api.embedded.temporal import register_search_attributes
from api.readiness import Probe
from api.readiness_of_temporal import NamespaceProbe, SearchAttributesProbe, WorkerProbe
from workflows.search_attributes import INDEXED

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


@pytest.fixture
async def bare(temporal_address: str) -> Client:
    """A client of a namespace in which nothing has been prepared."""
    namespace = f"bare-{uuid4().hex}"
    request = RegisterNamespaceRequest(namespace=namespace)
    request.workflow_execution_retention_period.FromTimedelta(timedelta(days=3))
    client = await Client.connect(temporal_address, namespace=namespace)
    await client.workflow_service.register_namespace(request)
    for _ in range(300):  # each part of the server learns of it a little later
        if (await NamespaceProbe(client).check()).ready:
            return client
        await asyncio.sleep(0.1)
    raise AssertionError("the namespace did not come into being")


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
    probes: list[Probe] = [WorkerProbe(client, "any"), NamespaceProbe(client), SearchAttributesProbe(client)]
    for finding in await asyncio.gather(*(probe.check() for probe in probes)):
        assert (finding.ready, finding.todo) == (False, "start it, and check TEMPORAL_ADDRESS")


async def test_a_namespace_that_is_missing_says_how_to_make_it(temporal_address: str) -> None:
    client = await Client.connect(temporal_address, namespace="nobody-made-this")
    finding = await NamespaceProbe(client).check()

    assert not finding.ready
    assert finding.todo == "temporal operator namespace create --namespace nobody-made-this --retention 90d"


async def test_a_namespace_says_how_long_it_keeps_what_has_ended(bare: Client) -> None:
    """Closed workflows vanish after that from the UI; the record keeps them."""
    assert "for 3 days" in (await NamespaceProbe(bare).check()).found


async def test_search_attributes_are_ready_once_they_are_registered(bare: Client) -> None:
    """Until then the finding has the command that registers what is missing, also where a service lists nothing."""
    probe = SearchAttributesProbe(bare)
    before, asked = await probe.check(), await probe._by_query()
    await register_search_attributes(bare, INDEXED)

    for finding in (before, asked):
        assert not finding.ready
        assert all(name in finding.found for name in INDEXED)
        assert f"--namespace {bare.namespace} " in finding.todo
        assert "--name Deadline --type Datetime" in finding.todo
    assert (await probe.check()).ready
    assert (await probe._by_query()).ready
