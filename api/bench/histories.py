"""What a workflow's history is made of: events by kind, bytes, and what the activities that reach outside add to it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from domain.values import Value

OUTSIDE = ("notify", "pay")
"""Activities that send something out of the engine: letters and payments. They must be regular activities, which the
server retries and operators see; the yardstick sends nothing."""


class HistorySize(Value):
    """The size of one history."""

    events: int
    bytes: int
    by_kind: Mapping[str, int]
    activities: Mapping[str, int]
    """How often each regular activity was scheduled."""
    of_outside_activities: int
    """Events of the activities that reach outside."""
    of_outside_tasks: int
    """Events of the workflow tasks that nothing but the end of such an activity has caused."""

    @property
    def inside_events(self) -> int:
        """What is left to compare with a workflow that sends nothing."""
        return self.events - self.of_outside_activities - self.of_outside_tasks

    @property
    def without_activities(self) -> int:
        """The same, but with the workflow tasks that such activities cause: the stricter count."""
        return self.events - self.of_outside_activities


def size_of(events: Sequence[HistoryEvent], outside: Collection[str] = OUTSIDE) -> HistorySize:
    """Measure a history."""
    names = {
        event.event_id: event.activity_task_scheduled_event_attributes.activity_type.name
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    }
    theirs = {number for number, name in names.items() if name in outside}
    return HistorySize(
        events=len(events),
        bytes=sum(event.ByteSize() for event in events),
        by_kind=dict(sorted(Counter(_kind(event) for event in events).items())),
        activities=dict(sorted(Counter(names.values()).items())),
        of_outside_activities=len(_of_activities(events, theirs)),
        of_outside_tasks=len(_of_tasks(events, theirs)),
    )


def _of_activities(events: Sequence[HistoryEvent], scheduled: Collection[int]) -> list[HistoryEvent]:
    """The events of the activities that were scheduled by these ones."""
    return [event for event in events if event.event_id in scheduled or _scheduled_by(event) in scheduled]


def _of_tasks(events: Sequence[HistoryEvent], scheduled: Collection[int]) -> list[HistoryEvent]:
    """The events of workflow tasks that an end of such an activity has caused and in which nothing else was heard: no
    update was accepted, and no other activity or timer had ended."""
    found: list[HistoryEvent] = []
    for nth, event in enumerate(events):
        if event.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
            continue
        task = list(events[nth : nth + 3])
        heard = [e for e in _since_last_task(events, nth) if _kind(e) in HEARD]
        told = [e for e in events[nth + 3 :][:1] if _kind(e) == "WORKFLOW_EXECUTION_UPDATE_ACCEPTED"]
        whole = [_kind(e) for e in task] == TASK
        if whole and heard and not told and all(_scheduled_by(e) in scheduled for e in heard):
            found += task
    return found


def _since_last_task(events: Sequence[HistoryEvent], nth: int) -> Sequence[HistoryEvent]:
    """What has come between the workflow task before and the beginning of this one."""
    first = nth
    while first > 0 and _kind(events[first - 1]) != "WORKFLOW_TASK_COMPLETED":
        first -= 1
    return events[first : nth + 2]


TASK = ["WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED"]
HEARD = {
    "ACTIVITY_TASK_COMPLETED",
    "ACTIVITY_TASK_FAILED",
    "ACTIVITY_TASK_TIMED_OUT",
    "TIMER_FIRED",
    "WORKFLOW_EXECUTION_STARTED",
    "WORKFLOW_EXECUTION_SIGNALED",
}
"""Events by which a workflow learns of something."""


def _kind(event: HistoryEvent) -> str:
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")


def _scheduled_by(event: HistoryEvent) -> int:
    """The number of the event that has scheduled the activity that this event is about; 0 if it is about none."""
    attributes = event.WhichOneof("attributes") or ""
    if not attributes.startswith("activity_task_") or attributes == "activity_task_scheduled_event_attributes":
        return 0
    return int(getattr(event, attributes).scheduled_event_id)
