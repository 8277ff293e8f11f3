"""What the API shows of the open tasks of a campaign or collaboration."""

from pydantic import AwareDatetime

from domain.calendars import Calendar
from domain.deadlines import Contact, Tasks
from domain.decider import Role
from domain.values import Instant, Value


class TaskView(Value):
    """Something that one side is asked to do by an instant: `review_draft/2` is about deliverable 2."""

    name: str
    assignee: Role
    opened_at: Instant
    due_at: Instant
    remind_at: tuple[Instant, ...]
    escalated: bool
    extended: bool
    contact: Contact
    time_zone: str
    """The campaign's."""
    due_local: AwareDatetime
    """`due_at` by the clocks of the campaign."""


def task_views(tasks: Tasks, calendar: Calendar) -> tuple[TaskView, ...]:
    """Open tasks, most urgent first."""
    return tuple(
        TaskView(
            **{name: getattr(task, name) for name in set(TaskView.model_fields) - {"time_zone", "due_local"}},
            time_zone=calendar.time_zone,
            due_local=task.due_at.astimezone(calendar.zone),
        )
        for task in sorted(tasks.values(), key=lambda task: (task.due_at, task.name))
    )
