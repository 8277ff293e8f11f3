"""The yardstick: the least that a workflow can do and still take decisions from people, each against a deadline.

No record, no rules, no read models, no letters. What our own workflows cost is said in multiples of this one.
"""

import asyncio
import sys
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from workflows.sandbox import sandboxed

DEADLINE = timedelta(days=3)
"""Of each decision, as in a usual brief."""


@activity.defn
async def note(number: int) -> int:
    """Stands where an append to the record would be."""
    return number


@workflow.defn(name="BareLifecycle")
class BareLifecycle:
    """Takes so many decisions, one after the other, and notes each of them."""

    def __init__(self) -> None:
        self._taken = 0

    @workflow.run
    async def run(self, decisions: int) -> int:
        """Wait for each decision until its deadline."""
        for number in range(decisions):
            await workflow.wait_condition(lambda number=number: self._taken > number, timeout=DEADLINE)  # type: ignore[misc]
            await workflow.execute_local_activity(note, number, start_to_close_timeout=timedelta(seconds=5))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._taken

    @workflow.update
    async def decide(self, number: int) -> int:
        """Take a decision."""
        self._taken += 1
        return number


def bare_worker(client: Client, task_queue: str) -> Worker:
    """A worker for it, with the limits of our own."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[BareLifecycle],
        activities=[note],
        workflow_runner=sandboxed(),
        max_concurrent_workflow_tasks=50,
        max_concurrent_local_activities=50,
    )


async def live(client: Client, task_queue: str, workflow_id: str, decisions: int, took: list[float]) -> None:
    """One whole lifecycle; what each decision took is added to `took`, in seconds."""
    handle = await client.start_workflow(BareLifecycle.run, decisions, id=workflow_id, task_queue=task_queue)
    await take_decisions(handle, decisions, took)
    await handle.result()


async def take_decisions(handle: "WorkflowHandle[Any, Any]", decisions: int, took: list[float]) -> None:
    """Have a lifecycle that was started take so many decisions; what each took is added to `took`, in seconds."""
    clock = asyncio.get_running_loop().time
    for number in range(decisions):
        began = clock()
        await handle.execute_update(BareLifecycle.decide, number)
        took.append(clock() - began)


async def _serve(address: str, task_queue: str) -> None:
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    async with bare_worker(client, task_queue):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
