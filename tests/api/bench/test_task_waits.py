"""How long workflow tasks waited, read from histories."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType, TaskQueueKind, TimeoutType
from temporalio.api.history.v1 import HistoryEvent

from api.bench.task_waits import TaskWaits, WaitFigures

BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)
STICKY, NORMAL = TaskQueueKind.TASK_QUEUE_KIND_STICKY, TaskQueueKind.TASK_QUEUE_KIND_NORMAL


def a_task(kind: TaskQueueKind.ValueType, waited: float, how: str = "STARTED") -> list[HistoryEvent]:
    """A task in a queue of this kind, and what came of it so many seconds later."""
    scheduled = HistoryEvent(event_id=1, event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
    scheduled.workflow_task_scheduled_event_attributes.task_queue.kind = kind
    scheduled.event_time.FromDatetime(BEGAN)
    then = HistoryEvent(event_id=2, event_type=EventType.Value(f"EVENT_TYPE_WORKFLOW_TASK_{how}"))
    then.event_time.FromDatetime(BEGAN + timedelta(seconds=waited))
    if how == "STARTED":
        then.workflow_task_started_event_attributes.scheduled_event_id = 1
    return [scheduled, then]


def test_waits_are_told_apart_by_who_may_take_a_task() -> None:
    """A first task may go to anybody; later ones wait for the worker that remembers."""
    waits = TaskWaits()
    for task in (a_task(NORMAL, 7.0), a_task(STICKY, 0.5), a_task(STICKY, 2.5)):
        waits.add(task)
    assert waits.figures == WaitFigures(remembered_p99=2.5, remembered_longest=2.5, anybody_longest=7.0, given_up=0)


def test_a_task_that_waited_too_long_was_given_up_and_one_that_took_too_long_was_not() -> None:
    """The first was never begun; the second counts as failed elsewhere."""
    waits = TaskWaits()
    for how in (TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START, TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE):
        task = a_task(STICKY, 30.0, "TIMED_OUT")
        task[1].workflow_task_timed_out_event_attributes.timeout_type = how
        waits.add(task)
    assert waits.figures.given_up == 1
    assert waits.figures.remembered_longest == 0


def test_without_histories_nobody_has_waited() -> None:
    assert TaskWaits().figures == WaitFigures(remembered_p99=0, remembered_longest=0, anybody_longest=0, given_up=0)
