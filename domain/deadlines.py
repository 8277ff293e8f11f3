"""What waits for a person until when, and what happens if nobody answers.

A wait is a `Task`: data inside the event that opens it, with absolute instants, computed once with the campaign's
calendar. Timers are only its alarm clock, so a lost timer is re-armed from the event. `PassTime` asks what the clock
has brought: reminders, an extension, an escalation, or the expiry with the policy's answer. `ExtendDeadline` is the
extension asked for by a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import model_validator

from domain.calendars import ROUND_THE_CLOCK, Calendar
from domain.decider import Authority, Command, Context, Event, Role
from domain.durations import BusinessTime, Duration, business_days, nominal
from domain.errors import AlreadyExtended, NothingToDecide, NotYourTurn
from domain.values import Instant, Line, Value


class OnExpiry(StrEnum):
    """What happens when the time for an answer is up."""

    APPROVE = "approve"
    DECLINE = "decline"
    ESCALATE = "escalate"
    EXTEND = "extend"


class DeadlinePolicy(Value):
    """How long a person has, when they are reminded, and what their silence means.

    `escalate` and `extend` happen once and are followed by `then`. `extend_by` is what an extension adds, and what the
    second person has after an escalation.
    """

    within: Duration
    remind_before: tuple[Duration, ...] = ()
    on_expiry: OnExpiry = OnExpiry.DECLINE
    extend_by: Duration = business_days(1)
    then: Literal[OnExpiry.APPROVE, OnExpiry.DECLINE] = OnExpiry.DECLINE

    @model_validator(mode="after")
    def _reminders_fall_inside(self) -> "DeadlinePolicy":
        for before in self.remind_before:
            if nominal(before) >= nominal(self.within):
                raise ValueError(f"remind_before {before} is not shorter than within {self.within}")
        return self


class Contact(StrEnum):
    """Who is asked: the creator, or one of the two people whom the brief names on the brand's side."""

    CREATOR = "creator"
    MANAGER = "manager"
    ESCALATION = "escalation"


def contact(assignee: Role, *, escalated: bool) -> Contact:
    """Whom a task waits for: what a creator has to do stays theirs, also when somebody else is told of it."""
    if assignee is Role.CREATOR:
        return Contact.CREATOR
    return Contact.ESCALATION if escalated else Contact.MANAGER


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
    def contact(self) -> Contact:
        """Who is asked."""
        return contact(self.assignee, escalated=self.escalated)

    @property
    def alarm(self) -> datetime:
        """The next instant at which something happens by itself."""
        return min((*self.remind_at, self.due_at))


Tasks = Mapping[str, Task]
"""The open tasks of a stream by name."""


class Paused(Value):
    """A step whose clock stands still while the other side holds the ball."""

    task: Line
    left: timedelta
    """What it had left, 0 or more: working time if the step is counted in business time, else time by the clock."""
    extended: bool
    escalated: bool


class PassTime(Command):
    """Let everything happen that is due at the time of the command."""


class ExtendDeadline(Command):
    """Give the assignee of an open task more time, once. They may take it; the brand may also give it to a creator."""

    task: Line


class TaskReminded(Event):
    """A reminder fell due; the assignee is told again. Reminders that were missed with it are not made up for."""

    task: Line
    assignee: Role
    due_at: Instant
    reminded_at: Instant
    escalated: bool = False
    """Whether it is the second person who is reminded."""


class TaskExtended(Event):
    """There is more time, once: somebody asked for it, or time was up and the policy gave it."""

    task: Line
    assignee: Role
    due_at: Instant
    remind_at: tuple[Instant, ...] = ()
    authority: Authority = Authority.TIMEOUT


class TaskEscalated(Event):
    """Time was up; a second person of the same side is asked, once, and has a deadline of their own."""

    task: Line
    assignee: Role
    due_at: Instant
    remind_at: tuple[Instant, ...] = ()


class TaskExpired(Event):
    """Time was up for good; `answer` is what the policy says in the assignee's place."""

    task: Line
    assignee: Role
    answer: Literal[OnExpiry.APPROVE, OnExpiry.DECLINE]


TaskEvent = TaskReminded | TaskExtended | TaskEscalated | TaskExpired


def open_task(
    name: str,
    assignee: Role,
    policy: DeadlinePolicy,
    at: datetime,
    *,
    calendar: Calendar = ROUND_THE_CLOCK,
    not_before: datetime | None = None,
    at_most: Duration | None = None,
) -> Task:
    """A task opened at `at`, with its reminders and its deadline as instants.

    Where the task cannot be done before some instant, the time for it only runs from then. `at_most` is a limit that
    counts where it is shorter than the policy's.
    """
    starts_at = max(at, not_before or at)
    due_at = calendar.after(starts_at, policy.within)
    if at_most is not None:
        due_at = min(due_at, calendar.after(starts_at, at_most))
    return Task(
        name=name,
        assignee=assignee,
        opened_at=at,
        due_at=due_at,
        remind_at=_reminders(policy, at, due_at, calendar),
        policy=policy,
    )


def _reminders(policy: DeadlinePolicy, at: datetime, due_at: datetime, calendar: Calendar) -> tuple[datetime, ...]:
    """When to remind of a deadline, earliest first: after `at`, before the deadline, and not within quiet hours.

    One that would fall into them waits until they end or, if that is too late, comes before they begin.
    """
    wanted = {_awake(calendar.before(due_at, before), due_at, calendar) for before in policy.remind_before}
    return tuple(sorted(instant for instant in wanted if at < instant < due_at))


def _awake(at: datetime, due_at: datetime, calendar: Calendar) -> datetime:
    night = calendar.quiet(at)
    if night is None:
        return at
    begins, ends = night
    return ends if ends < due_at else begins - timedelta(minutes=1)


def pause(task: Task, at: datetime, calendar: Calendar) -> Paused:
    """The clock of a task as it is stopped at `at`."""
    working = isinstance(task.policy.within, BusinessTime)
    left = calendar.worked(at, task.due_at) if working else max(task.due_at - at, timedelta(0))
    return Paused(task=task.name, left=left, extended=task.extended, escalated=task.escalated)


def resume(
    paused: Paused,
    assignee: Role,
    policy: DeadlinePolicy,
    at: datetime,
    *,
    calendar: Calendar = ROUND_THE_CLOCK,
    at_least: Duration,
) -> Task:
    """A task whose clock runs on from `at` with what it had left; more than one extension does not come of it.

    Somebody who has less than `at_least` left gets that much, but never more than the step has from the beginning. If
    the time for every reminder has gone by, they are reminded at once.
    """
    working = isinstance(policy.within, BusinessTime)
    left_until = calendar.after_work(at, paused.left) if working else at + paused.left
    floor = min(calendar.after(at, at_least), calendar.after(at, policy.within))
    due_at = max(left_until, floor)
    remind_at = _reminders(policy, at, due_at, calendar)
    if policy.remind_before and not remind_at:
        soon = calendar.waking(at)
        remind_at = (soon,) if soon < due_at else ()
    return Task(
        name=paused.task,
        assignee=assignee,
        opened_at=at,
        due_at=due_at,
        remind_at=remind_at,
        policy=policy,
        escalated=paused.escalated,
        extended=paused.extended,
    )


def rescheduled(
    task: Task,
    policy: DeadlinePolicy,
    at: datetime,
    *,
    calendar: Calendar = ROUND_THE_CLOCK,
    not_before: datetime | None = None,
    at_least: Duration,
) -> Task:
    """An open task under another policy from `at` on, its time counted from when it was asked for, or `not_before`.

    Whoever had more time has so much more of the new one, and nobody has less than `at_least` left.
    """
    due_at = calendar.after(max(task.opened_at, not_before or task.opened_at), policy.within)
    if task.extended:
        due_at = calendar.after(due_at, policy.extend_by)
    due_at = max(due_at, calendar.after(at, at_least))
    remind_at = _reminders(policy, at, due_at, calendar)
    return task.model_copy(update={"due_at": due_at, "remind_at": remind_at, "policy": policy})


def next_alarm(tasks: Tasks) -> datetime | None:
    """The earliest instant at which any of the tasks needs attention; None if nothing is open."""
    return min((task.alarm for task in tasks.values()), default=None)


def due(tasks: Tasks, at: datetime, calendar: Calendar = ROUND_THE_CLOCK) -> Iterator[TaskEvent]:
    """What the clock has brought by `at`, in the order in which it fell due.

    A task whose deadline has passed gets no reminders any more: several missed alarms make one event, not a burst.
    """

    def fell_due(task: Task) -> tuple[datetime, str]:
        return (task.due_at if task.due_at <= at else task.alarm, task.name)

    for task in sorted(tasks.values(), key=fell_due):
        if task.due_at <= at:
            yield _expiry(task, at, calendar)
        elif task.alarm <= at:
            yield TaskReminded(
                task=task.name,
                assignee=task.assignee,
                due_at=task.due_at,
                reminded_at=at,
                escalated=task.escalated,
            )


def _expiry(task: Task, at: datetime, calendar: Calendar) -> TaskEvent:
    policy = task.policy
    if policy.on_expiry is OnExpiry.EXTEND and not task.extended:
        return _extended(task, at, calendar, Authority.TIMEOUT)
    if policy.on_expiry is OnExpiry.ESCALATE and not task.escalated:
        # The second person hears of it when mail goes out again: their time does not run before.
        due_at = calendar.after(calendar.waking(at), policy.extend_by)
        remind_at = _reminders(policy, at, due_at, calendar)
        return TaskEscalated(task=task.name, assignee=task.assignee, due_at=due_at, remind_at=remind_at)
    answer = policy.then if policy.on_expiry in (OnExpiry.EXTEND, OnExpiry.ESCALATE) else policy.on_expiry
    return TaskExpired(
        task=task.name,
        assignee=task.assignee,
        answer=OnExpiry.APPROVE if answer is OnExpiry.APPROVE else OnExpiry.DECLINE,
    )


def _extended(task: Task, at: datetime, calendar: Calendar, authority: Authority) -> TaskExtended:
    """More time from the deadline on, or from now if that has passed."""
    due_at = calendar.after(max(task.due_at, at), task.policy.extend_by)
    return TaskExtended(
        task=task.name,
        assignee=task.assignee,
        due_at=due_at,
        remind_at=_reminders(task.policy, at, due_at, calendar),
        authority=authority,
    )


def decide_extension(
    command: ExtendDeadline, tasks: Tasks, context: Context, calendar: Calendar, *, subject: str
) -> Sequence[TaskEvent]:
    """More time for a step that has not had any before."""
    task, role = tasks.get(command.task), context.actor.role
    if task is None:
        names = ", ".join(sorted(tasks))
        is_open = f"open are {names}, not {command.task}" if names else "nothing is open"
        raise NothingToDecide(command="ExtendDeadline", subject=subject, open=is_open)
    if role not in (task.assignee, Role.BRAND):
        raise NotYourTurn(command="ExtendDeadline", needed=task.assignee, role=role)
    if task.extended:
        raise AlreadyExtended(task=task.name)
    return [_extended(task, context.at, calendar, Authority.PERSON)]


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
            more = {"due_at": event.due_at, "remind_at": event.remind_at, "extended": True}
            return opened(tasks, task.model_copy(update=more))
        case TaskEscalated():
            more = {"due_at": event.due_at, "remind_at": event.remind_at, "escalated": True}
            return opened(tasks, task.model_copy(update=more))
        case TaskExpired():
            return closed(tasks, event.task)
