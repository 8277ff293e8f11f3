"""How long workflow tasks waited until a worker took them, by histories: where workers fall behind, it shows first."""

from collections.abc import Iterable, Sequence

from temporalio.api.enums.v1 import EventType, TaskQueueKind, TimeoutType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from api.bench.processes import quantile
from domain.values import Value


class WaitFigures(Value):
    """Waits in seconds."""

    remembered_p99: float
    remembered_longest: float
    """Of tasks that waited for the worker that remembers their workflow."""
    anybody_longest: float
    """Of tasks that any worker could take: a workflow's first, and those that are given out again."""
    given_up: int
    """Tasks that waited too long for the worker that remembers, and were given to any, who has to replay."""


class TaskWaits:
    """Collects the waits of one history after the other."""

    def __init__(self) -> None:
        self._remembered: list[float] = []
        self._anybody: list[float] = []
        self._given_up = 0

    def add(self, events: Iterable[HistoryEvent]) -> None:
        """The tasks of one more history."""
        scheduled: dict[int, HistoryEvent] = {}
        for event in events:
            match event.event_type:
                case EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
                    scheduled[event.event_id] = event
                case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                    self._add(scheduled[event.workflow_task_started_event_attributes.scheduled_event_id], event)
                case EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
                    how = event.workflow_task_timed_out_event_attributes.timeout_type
                    self._given_up += how == TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START

    def _add(self, scheduled: HistoryEvent, started: HistoryEvent) -> None:
        queue = scheduled.workflow_task_scheduled_event_attributes.task_queue
        sticky = queue.kind == TaskQueueKind.TASK_QUEUE_KIND_STICKY
        waited = started.event_time.ToDatetime() - scheduled.event_time.ToDatetime()
        (self._remembered if sticky else self._anybody).append(waited.total_seconds())

    @property
    def figures(self) -> WaitFigures:
        """What they come to."""
        return WaitFigures(
            remembered_p99=quantile(self._remembered, 0.99),
            remembered_longest=max(self._remembered, default=0.0),
            anybody_longest=max(self._anybody, default=0.0),
            given_up=self._given_up,
        )


async def waits_of(client: Client, workflows: Sequence[tuple[str, str]]) -> WaitFigures:
    """The waits of these workflows' tasks, each named by its id and its run's."""
    waits = TaskWaits()
    for id_, run_id in workflows:
        history = await client.get_workflow_handle(id_, run_id=run_id).fetch_history()
        waits.add(history.events)
    return waits.figures
