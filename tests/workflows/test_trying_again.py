"""Work beside a story that fails for good is tried again, and the story goes on meanwhile."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from workflows.trying_again import AGAIN, tried_again

attempts: list[str] = []


@activity.defn
async def seal() -> None:
    """Fails for good at first, as if a certificate had run out, until somebody has mended it."""
    attempts.append(activity.info().activity_id)
    if len(attempts) == 1:
        raise ApplicationError("no certificate", type="seal_broken", non_retryable=True)


@workflow.defn(sandboxed=False)
class Story:
    """Work beside a story that ends when it is told to."""

    def __init__(self) -> None:
        self._sealed = False

    @workflow.run
    async def run(self) -> float:
        """Seconds until the work was done."""
        began = workflow.now()
        beside = asyncio.create_task(self._keep_at_it())
        await workflow.wait_condition(lambda: self._sealed)
        beside.cancel()
        return (workflow.now() - began).total_seconds()

    async def _keep_at_it(self) -> None:
        while not self._sealed:
            await tried_again(cast("Any", SimpleNamespace(campaign_id="c")), "sealing", self._seal())

    async def _seal(self) -> None:
        await workflow.execute_activity(seal, start_to_close_timeout=timedelta(seconds=30))
        self._sealed = True


async def test_what_no_retry_mends_is_tried_again_later(time_skipping: WorkflowEnvironment) -> None:
    """The activity's own retries have given up; an hour later it works."""
    attempts.clear()
    queue = f"tests-{uuid4().hex}"
    async with Worker(time_skipping.client, task_queue=queue, workflows=[Story], activities=[seal]):
        took = await time_skipping.client.execute_workflow(Story.run, id=uuid4().hex, task_queue=queue)
    assert len(attempts) == 2
    assert took >= AGAIN.total_seconds()
