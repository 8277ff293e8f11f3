"""The alarm clock: one timer, replaced only by an earlier one."""

from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from workflows.alarm_clock import AlarmClock
from workflows.sandbox import sandboxed


@workflow.defn
class Sleeper:
    """Sets a clock for each number of hours and waits until it rings."""

    @workflow.run
    async def run(self, hours: list[int]) -> float:
        """Returns after how many hours it rang."""
        clock, began = AlarmClock(), workflow.now()
        for hour in hours:
            clock.set(began + timedelta(hours=hour), f"alarm after {hour} h")
        clock.set(None, "nothing")
        await workflow.wait_condition(lambda: clock.rang)
        return (workflow.now() - began) / timedelta(hours=1)


async def slept(environment: WorkflowEnvironment, hours: list[int]) -> tuple[float, int]:
    """After how many hours the clock rang, and how many timers that took."""
    async with Worker(environment.client, task_queue="clock", workflows=[Sleeper], workflow_runner=sandboxed()):
        handle: WorkflowHandle[Sleeper, float] = await environment.client.start_workflow(
            Sleeper.run, hours, id="sleeper", task_queue="clock"
        )
        rang = await handle.result()
        history = await handle.fetch_history()
    return rang, sum(event.HasField("timer_started_event_attributes") for event in history.events)


@pytest.mark.parametrize(("hours", "rings", "timers"), [([2], 2, 1), ([2, 5, 3], 2, 1), ([5, 2], 2, 2)])
async def test_a_clock_rings_at_the_earliest_alarm_and_keeps_a_timer_that_is_early_enough(
    time_skipping: WorkflowEnvironment, hours: list[int], rings: int, timers: int
) -> None:
    """A later alarm costs nothing; an earlier one costs a timer."""
    rang, started = await slept(time_skipping, hours)
    assert rang == pytest.approx(rings, abs=0.01)
    # A timer that is set and replaced in one step never reaches the server.
    assert started <= timers
