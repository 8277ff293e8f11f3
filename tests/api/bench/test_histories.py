"""The size of a history, and what of it is there only because letters and payments reach outside."""

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from api.bench.histories import size_of


def history(*kinds: str) -> list[HistoryEvent]:
    """Events of these kinds, numbered from 1; `schedule NAME` schedules an activity, `start N` and `end N` are about
    the one that event N has scheduled, `task` is a workflow task of three events."""
    events: list[HistoryEvent] = []

    def add(kind: str) -> HistoryEvent:
        event = HistoryEvent(event_id=len(events) + 1, event_type=EventType.Value(f"EVENT_TYPE_{kind}"))
        events.append(event)
        return event

    for kind in kinds:
        word, _, rest = kind.partition(" ")
        match word:
            case "task":
                for part in ("SCHEDULED", "STARTED", "COMPLETED"):
                    add(f"WORKFLOW_TASK_{part}")
            case "schedule":
                scheduled = add("ACTIVITY_TASK_SCHEDULED")
                scheduled.activity_task_scheduled_event_attributes.activity_type.name = rest
            case "start":
                add("ACTIVITY_TASK_STARTED").activity_task_started_event_attributes.scheduled_event_id = int(rest)
            case "end":
                ended = add("ACTIVITY_TASK_COMPLETED")
                ended.activity_task_completed_event_attributes.scheduled_event_id = int(rest)
            case _:
                add(kind)
    return events


def test_a_letter_is_three_events_and_the_three_of_the_task_that_only_its_end_has_caused() -> None:
    """Without it the history would not have them."""
    size = size_of(history("WORKFLOW_EXECUTION_STARTED", "task", "schedule notify", "start 5", "end 5", "task"))
    assert size.events == 10
    assert (size.of_outside_activities, size.of_outside_tasks) == (3, 3)
    assert (size.inside_events, size.without_activities) == (4, 7)


def test_a_task_that_has_heard_of_something_else_as_well_is_not_the_letters() -> None:
    """An update that came with it, an assessment that ended meanwhile, or the start of the workflow."""
    begun = ("WORKFLOW_EXECUTION_STARTED", "task", "schedule notify", "schedule assess_creator")
    with_update = history(*begun[:3], "start 5", "end 5", "task", "WORKFLOW_EXECUTION_UPDATE_ACCEPTED")
    with_other = history(*begun, "start 5", "end 5", "start 6", "end 6", "task")
    assert size_of(with_update).of_outside_tasks == 0
    assert size_of(with_other).of_outside_tasks == 0
    assert size_of(with_other).of_outside_activities == 3


def test_two_letters_that_end_together_share_a_task() -> None:
    """Both are outside, so their task is too; what is local or inside is not."""
    events = history("task", "schedule notify", "schedule pay", "start 4", "start 5", "end 4", "end 5", "task")
    size = size_of(events)
    assert (size.of_outside_activities, size.of_outside_tasks) == (6, 3)
    assert size.activities == {"notify": 1, "pay": 1}
    assert size.bytes == sum(event.ByteSize() for event in events)


def test_an_assessment_counts_in_full() -> None:
    """It sends nothing outside, so it is part of what a collaboration costs."""
    size = size_of(history("task", "schedule assess_creator", "start 4", "end 4", "task"))
    assert size.inside_events == size.events == 9
    assert size.by_kind["ACTIVITY_TASK_COMPLETED"] == 1
