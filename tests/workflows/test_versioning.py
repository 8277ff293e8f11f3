"""Versions of workers: a workflow goes on with the version that is current, forward and back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.common import VersioningBehavior
from temporalio.service import RPCError

from api.embedded.mail import MailSink
from api.readiness_of_temporal import WorkerProbe
from domain.decider import Role
from domain.money import Money
from domain.negotiation import CounterOffer, DeclineOffer
from tests.workflows.conftest import Bench, working
from workflows.versioning import deployment
from workflows.worker import worker


async def make_current(bench: Bench, build_id: str) -> None:
    """What `temporal worker deployment set-current-version` does; the server has to have heard of the worker."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=bench.client.namespace,
        deployment_name=bench.settings.deployment_name,
        build_id=build_id,
        identity="tests",
    )
    for _ in range(300):
        with suppress(RPCError):
            await bench.client.workflow_service.set_worker_deployment_current_version(request)
            return
        await asyncio.sleep(0.1)
    await bench.client.workflow_service.set_worker_deployment_current_version(request)


@asynccontextmanager
async def of_build(bench: Bench, build_id: str) -> AsyncIterator[None]:
    """While the block runs there is a worker of this build, and the build is current."""
    settings = bench.settings.model_copy(update={"build_id": build_id})
    async with worker(bench.client, settings, bench.pool, bench.sealer):
        await make_current(bench, build_id)
        yield


async def builds(bench: Bench, stream: str) -> list[str]:
    """Which build did each of the workflow's steps."""
    history = await bench.client.get_workflow_handle(stream).fetch_history()
    return [
        event.workflow_task_completed_event_attributes.deployment_version.build_id
        for event in history.events
        if event.HasField("workflow_task_completed_event_attributes")
    ]


async def test_a_workflow_that_was_started_on_one_build_goes_on_with_the_next_and_back(
    temporal_client: Client, database: str, mail_sink: MailSink
) -> None:
    """Nobody who acts in it notices: each answer comes from the build that is current then."""
    name = f"versions-{uuid4().hex}"
    async with working(temporal_client, database, mail_sink, None, deployment_name=name, build_id="0.9") as bench:
        async with of_build(bench, "1.0"):
            one = await bench.collaborate()
            await one.until_waiting_for("answer_offer")
            await one.history_length_at_rest()
        async with of_build(bench, "1.1"):
            await one.tell(CounterOffer(version=1, fee=Money(amount=390_00, currency="USD")))
            await one.history_length_at_rest()
        async with of_build(bench, "1.0"):
            await one.tell(CounterOffer(version=2, fee=Money(amount=250_00, currency="USD")), by=Role.BRAND)
            await one.tell(DeclineOffer(version=3, reason="too little"))
            await one.handle.result()
        seen = await builds(bench, one.stream)
    assert [build for nth, build in enumerate(seen) if nth == 0 or build != seen[nth - 1]] == ["1.0", "1.1", "1.0"]


async def test_readiness_says_that_no_worker_is_of_the_current_version(
    temporal_client: Client, database: str, mail_sink: MailSink
) -> None:
    """Workers are there and get nothing to do: the command that gives it to them is in the finding."""
    name = f"versions-{uuid4().hex}"
    async with working(temporal_client, database, mail_sink, None, deployment_name=name, build_id="1.0") as bench:
        probe = WorkerProbe(bench.client, bench.task_queue)
        for _ in range(300):
            before = await probe.check()
            if "1.0" in before.found:
                break
            await asyncio.sleep(0.1)
        await make_current(bench, "1.0")
        for _ in range(300):
            if (after := await probe.check()).ready:
                break
            await asyncio.sleep(0.1)
    assert not before.ready
    command = f"temporal worker deployment set-current-version --deployment-name {name} --build-id 1.0"
    assert command in before.todo
    assert after.ready
    assert "1.0" in after.found


async def test_without_a_build_id_workers_are_not_versioned(live: Bench) -> None:
    """As the embedded stack has it; with one, workflows follow the current version."""
    assert deployment(live.settings) is None
    versioned = deployment(live.settings.model_copy(update={"build_id": "2026-03-01"}))
    assert versioned is not None
    assert versioned.use_worker_versioning
    assert versioned.default_versioning_behavior is VersioningBehavior.AUTO_UPGRADE
    assert versioned.version.to_canonical_string() == "groundswell.2026-03-01"
