"""What waits for a person until when, and what happens if nobody answers.

A wait is a `Task`: data inside the event that opens it, with absolute instants. Timers are only its alarm clock, so a
lost timer is re-armed from the event. `PassTime` asks what the clock has brought: reminders, an extension, an
escalation, or the expiry with the policy's answer.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.decider import Command, Event, Role
from domain.values import Instant, Line, Value

Span = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=365))]
"""A positive duration of at most a year; ISO 8601 in JSON (`PT72H`), seconds as a number."""


class OnExpiry(StrEnum):
    """What happens when the time for an answer is up."""

    APPROVE = "approve"
    DECLINE = "decline"
    ESCALATE = "escalate"
    EXTEND = "extend"


class DeadlinePolicy(Value):
    """How long a person has, when they are reminded, and what their silence means.

    `escalate` and `extend` happen once, give `extend_by` more time, and are followed by `then`.
    """

    within: Span
    remind_before: tuple[Span, ...] = ()
    on_expiry: OnExpiry = OnExpiry.DECLINE
    extend_by: Span = timedelta(hours=24)
    then: Literal[OnExpiry.APPROVE, OnExpiry.DECLINE] = OnExpiry.DECLINE

    @model_validator(mode="after")
    def _reminders_fall_inside(self) -> "DeadlinePolicy":
        for before in self.remind_before:
            if before >= self.within:
                raise ValueError(f"remind_before {before} is not shorter than within {self.within}")
        return self


class Task(Value):
    """Something that one side is asked to do by an instant."""

    name: Line
    assignee: Role
    opened_at: Instant
    due_at: Instant
    remind_at: tuple[Instant, ...]
    """Reminders still to come, earliest first."""
    policy: DeadlinePolicy
    escalated: bool = False
    extended: bool = False

    @property
    def alarm(self) -> datetime:
        """The next instant at which something happens by itself."""
        return min((*self.remind_at, self.due_at))


Tasks = Mapping[str, Task]
"""The open tasks of a stream by name."""


class PassTime(Command):
    """Let everything happen that is due at the time of the command."""


class TaskReminded(Event):
    """A reminder fell due; the assignee is told again. Reminders that were missed with it are not made up for."""

    task: Line
    assignee: Role
    due_at: Instant
    reminded_at: Instant


class TaskExtended(Event):
    """Time was up; the policy gave more, once."""

    task: Line
    assignee: Role
    due_at: Instant


class TaskEscalated(Event):
    """Time was up; a second person of the same side is asked, once."""

    task: Line
    assignee: Role
    due_at: Instant


class TaskExpired(Event):
    """Time was up for good; `answer` is what the policy says in the assignee's place."""

    task: Line
    assignee: Role
    answer: Literal[OnExpiry.APPROVE, OnExpiry.DECLINE]


TaskEvent = TaskReminded | TaskExtended | TaskEscalated | TaskExpired


def open_task(
    name: str, assignee: Role, policy: DeadlinePolicy, at: datetime, *, not_before: datetime | None = None
) -> Task:
    """A task opened at `at`, with its reminders and its deadline as instants.

    Where the task cannot be done before some instant, the time for it only runs from then.
    """
    due_at = max(at, not_before or at) + policy.within
    return Task(
        name=name,
        assignee=assignee,
        opened_at=at,
        due_at=due_at,
        remind_at=tuple(sorted(due_at - before for before in policy.remind_before)),
        policy=policy,
    )


def next_alarm(tasks: Tasks) -> datetime | None:
    """The earliest instant at which any of the tasks needs attention; None if nothing is open."""
    return min((task.alarm for task in tasks.values()), default=None)


def due(tasks: Tasks, at: datetime) -> Iterator[TaskEvent]:
    """What the clock has brought by `at`, in the order in which it fell due.

    A task whose deadline has passed gets no reminders any more: several missed alarms make one event, not a burst.
    """

    def fell_due(task: Task) -> tuple[datetime, str]:
        return (task.due_at if task.due_at <= at else task.alarm, task.name)

    for task in sorted(tasks.values(), key=fell_due):
        if task.due_at <= at:
            yield _expiry(task, at)
        elif task.alarm <= at:
            yield TaskReminded(task=task.name, assignee=task.assignee, due_at=task.due_at, reminded_at=at)


def _expiry(task: Task, at: datetime) -> TaskEvent:
    policy, due_at = task.policy, at + task.policy.extend_by
    if policy.on_expiry is OnExpiry.EXTEND and not task.extended:
        return TaskExtended(task=task.name, assignee=task.assignee, due_at=due_at)
    if policy.on_expiry is OnExpiry.ESCALATE and not task.escalated:
        return TaskEscalated(task=task.name, assignee=task.assignee, due_at=due_at)
    answer = policy.then if policy.on_expiry in (OnExpiry.EXTEND, OnExpiry.ESCALATE) else policy.on_expiry
    return TaskExpired(
        task=task.name,
        assignee=task.assignee,
        answer=OnExpiry.APPROVE if answer is OnExpiry.APPROVE else OnExpiry.DECLINE,
    )


def opened(tasks: Tasks, *new: Task) -> Tasks:
    """The tasks with `new` among them; a task of the same name is replaced."""
    return {**tasks, **{task.name: task for task in new}}


def closed(tasks: Tasks, *names: str) -> Tasks:
    """The tasks without those named."""
    return {name: task for name, task in tasks.items() if name not in names}


def evolve_tasks(tasks: Tasks, event: TaskEvent) -> Tasks:
    """The tasks after the clock's event."""
    task = tasks[event.task]
    match event:
        case TaskReminded():
            to_come = tuple(instant for instant in task.remind_at if instant > event.reminded_at)
            return opened(tasks, task.model_copy(update={"remind_at": to_come}))
        case TaskExtended():
            return opened(tasks, task.model_copy(update={"due_at": event.due_at, "extended": True, "remind_at": ()}))
        case TaskEscalated():
            return opened(tasks, task.model_copy(update={"due_at": event.due_at, "escalated": True, "remind_at": ()}))
        case TaskExpired():
            return closed(tasks, event.task)
