"""The sandbox: workflow code cannot reach the world, and what is pure is loaded once."""

import pytest
from temporalio import workflow
from temporalio.client import WorkflowFailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from workflows.sandbox import PURE, sandboxed


@workflow.defn(failure_exception_types=[Exception])
class Peeper:
    """Tries to look at the disk."""

    @workflow.run
    async def run(self) -> str:
        """What it is not allowed to do."""
        return open("/etc/hostname").read()  # noqa: ASYNC230, PTH123 - refused before it opens anything


async def test_a_workflow_that_looks_at_the_disk_is_stopped(time_skipping: WorkflowEnvironment) -> None:
    """The sandbox says so instead of letting a replay differ."""
    async with Worker(time_skipping.client, task_queue="peep", workflows=[Peeper], workflow_runner=sandboxed()):
        with pytest.raises(WorkflowFailureError) as failed:
            await time_skipping.client.execute_workflow(Peeper.run, id="peeper", task_queue="peep")
    assert "open" in str(failed.value.cause)


def test_the_domain_is_passed_through() -> None:
    """Classes are the same inside and outside, so that `match` works on what crosses."""
    assert {"domain", "activities", "pydantic"} <= set(PURE)
