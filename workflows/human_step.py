"""The one mechanism for waiting for a person until a deadline: reminders, extension, escalation and expiry.

What waits, until when, and what silence means is data in the state's tasks. This only keeps the clock: it lets time
pass whenever something falls due, and returns when the wait is over.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow

from domain.deadlines import PassTime, Tasks, next_alarm
from workflows.event_sourced import EventSourced

LATENESS = "groundswell_deadline_lateness"
"""Histogram: from when a deadline or reminder fell due until the engine lets it happen. The SDK leaves replays out."""


async def human_step(flow: EventSourced[Any], until: Callable[[], bool]) -> None:
    """Wait until `until` holds or the stream has ended, letting time pass meanwhile.

    Raises:
        RefusedByLedger: a policy's answer at a deadline costs more than the campaign has left, or claims a creator whom
            another campaign holds.
    """
    while not (until() or flow.state.ended):
        await flow.start_afresh_if_long()
        flow.announcements.set_clock()
        alarm = next_alarm(flow.state.tasks)
        flow.clock.set(alarm, _purpose(flow.state.tasks))
        await workflow.wait_condition(
            lambda: (
                until() or flow.state.ended or flow.clock.rang or flow.clock.is_late_for(next_alarm(flow.state.tasks))
            )
        )
        if flow.clock.rang:
            late = workflow.now() - alarm if alarm else timedelta(0)
            workflow.metric_meter().create_histogram_timedelta(LATENESS).record(max(late, timedelta(0)))
            flow.clock.stop()
            await flow.engine(PassTime())


def _purpose(tasks: Tasks) -> str:
    first = min(tasks.values(), key=lambda task: task.alarm, default=None)
    return f"deadline or reminder: {first.assignee} to {first.name}" if first else ""
