"""Deadlines as data: reminders, one extension or escalation, an expiry, and an end by the clock alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendars import MONDAY_TO_FRIDAY, ROUND_THE_CLOCK, Calendar, QuietHours
from domain.deadlines import (
    Contact,
    DeadlinePolicy,
    ExtendDeadline,
    OnExpiry,
    Paused,
    Task,
    TaskEscalated,
    TaskEvent,
    TaskExpired,
    TaskExtended,
    TaskReminded,
    closed,
    decide_extension,
    due,
    evolve_tasks,
    next_alarm,
    open_task,
    opened,
    pause,
    resume,
)
from domain.decider import Authority, Role
from domain.durations import BusinessTime, business_days, business_hours, nominal
from domain.errors import AlreadyExtended, NothingToDecide, NotYourTurn
from tests.domain.given import BRAND, CREATOR, HOUR, T0, a_policy, an_assignment, context
from tests.domain.random_walk import Walk, walks

LAST_WORDS = [OnExpiry.APPROVE, OnExpiry.DECLINE]


def a_task(on_expiry: OnExpiry = OnExpiry.DECLINE, then: OnExpiry = OnExpiry.DECLINE, **facts: Any) -> Task:
    """Two days to answer from T0, a reminder after 36 hours."""
    return open_task("answer", BRAND, a_policy(on_expiry, then=then), T0).model_copy(update=facts)


def brought(task: Task, at: datetime) -> list[TaskEvent]:
    """What the clock brings to one task."""
    return list(due({task.name: task}, at))


def test_a_task_has_its_instants() -> None:
    """Deadline and reminders are absolute, the reminders earliest first."""
    policy = DeadlinePolicy(within=48 * HOUR, remind_before=(2 * HOUR, 24 * HOUR))
    task = open_task("answer", CREATOR, policy, T0)
    assert (task.opened_at, task.due_at) == (T0, T0 + 48 * HOUR)
    assert task.remind_at == (T0 + 24 * HOUR, T0 + 46 * HOUR)
    assert task.alarm == T0 + 24 * HOUR


def test_time_runs_from_when_a_task_can_be_done() -> None:
    """A task for later has its whole time then; one that could be done already has it from now."""
    policy = DeadlinePolicy(within=48 * HOUR, remind_before=(12 * HOUR,))
    later = open_task("answer", CREATOR, policy, T0, not_before=T0 + 100 * HOUR)
    assert (later.opened_at, later.due_at) == (T0, T0 + 148 * HOUR)
    assert later.remind_at == (T0 + 136 * HOUR,)
    assert open_task("answer", CREATOR, policy, T0, not_before=T0 - HOUR) == open_task("answer", CREATOR, policy, T0)


def test_a_reminder_falls_inside_the_time_given() -> None:
    """A policy that reminds before it begins is refused."""
    with pytest.raises(ValidationError, match="is not shorter than within"):
        DeadlinePolicy(within=HOUR, remind_before=(HOUR,))


@pytest.mark.parametrize("within", [0, -1, 366 * 24 * 3600])
def test_a_span_is_positive_and_at_most_a_year(within: int) -> None:
    """Seconds outside of (0, one year] are refused."""
    with pytest.raises(ValidationError):
        DeadlinePolicy.model_validate({"within": within})


def test_a_span_is_iso_8601_in_json() -> None:
    """A policy is readable JSON and comes back from it."""
    policy = DeadlinePolicy(within=72 * HOUR)
    assert '"within":"P3D"' in policy.model_dump_json()
    assert DeadlinePolicy.model_validate_json('{"within": "PT72H"}') == policy
    assert DeadlinePolicy.model_validate_json('{"within": 259200}') == policy


def test_nothing_is_due_early() -> None:
    """A second before its alarm a task is silent; at the alarm it speaks."""
    assert brought(a_task(), T0 + 36 * HOUR - timedelta(seconds=1)) == []
    assert brought(a_task(), T0 + 36 * HOUR) == [
        TaskReminded(task="answer", assignee=BRAND, due_at=T0 + 48 * HOUR, reminded_at=T0 + 36 * HOUR)
    ]


def test_a_reminder_is_used_up() -> None:
    """After a reminder the next alarm is the deadline."""
    [event] = brought(a_task(), T0 + 36 * HOUR)
    [task] = evolve_tasks({"answer": a_task()}, event).values()
    assert task.alarm == task.due_at == T0 + 48 * HOUR


def test_a_missed_deadline_swallows_its_reminders() -> None:
    """Whoever was away past the deadline gets one event, not a burst."""
    assert brought(a_task(), T0 + 500 * HOUR) == [TaskExpired(task="answer", assignee=BRAND, answer=OnExpiry.DECLINE)]


@pytest.mark.parametrize("answer", LAST_WORDS)
def test_the_policys_answer_is_in_the_expiry(answer: Any) -> None:
    """Silence means what the policy says."""
    expired = TaskExpired(task="answer", assignee=BRAND, answer=answer)
    assert brought(a_task(answer), T0 + 48 * HOUR) == [expired]
    assert evolve_tasks({"answer": a_task(answer)}, expired) == {}


@pytest.mark.parametrize("then", LAST_WORDS)
@pytest.mark.parametrize(
    ("on_expiry", "kind", "mark"),
    [(OnExpiry.EXTEND, TaskExtended, "extended"), (OnExpiry.ESCALATE, TaskEscalated, "escalated")],
)
def test_more_time_is_given_once(on_expiry: OnExpiry, kind: Any, mark: str, then: Any) -> None:
    """More time counts from when it is given, is reminded of as before, and ends with the policy's last word."""
    at = T0 + 50 * HOUR
    more = kind(task="answer", assignee=BRAND, due_at=at + 24 * HOUR, remind_at=(at + 12 * HOUR,))
    assert brought(a_task(on_expiry, then), at) == [more]
    [task] = evolve_tasks({"answer": a_task(on_expiry, then)}, more).values()
    assert getattr(task, mark)
    assert (task.alarm, task.due_at) == (at + 12 * HOUR, at + 24 * HOUR)
    assert brought(task, at + 24 * HOUR) == [TaskExpired(task="answer", assignee=BRAND, answer=then)]


def test_what_fell_due_first_comes_first() -> None:
    """Deadlines that were missed together are told in the order in which they passed."""
    first, second = a_task(name="first", due_at=T0 + 40 * HOUR, remind_at=()), a_task(name="second")
    names = [event.task for event in due({"second": second, "first": first}, T0 + 99 * HOUR)]
    assert names == ["first", "second"]


def test_tasks_are_opened_replaced_and_closed() -> None:
    """A task is known by its name; closing what is not open does nothing."""
    tasks = opened({}, a_task(name="a"), a_task(name="b"))
    later = a_task(name="a", escalated=True)
    assert opened(tasks, later)["a"] is later
    assert set(closed(tasks, "a", "x")) == {"b"}
    assert set(tasks) == {"a", "b"}


def test_the_next_alarm_is_the_earliest() -> None:
    """One timer is enough for all tasks, and none is needed for none."""
    tasks = opened({}, a_task(name="a"), a_task(name="b", due_at=T0 + 5 * HOUR))
    assert next_alarm(tasks) == T0 + 5 * HOUR
    assert next_alarm({}) is None


def policies() -> st.SearchStrategy[DeadlinePolicy]:
    return st.builds(
        lambda within, before, on_expiry, then, extend: DeadlinePolicy.model_validate(
            {
                "within": within * HOUR,
                "remind_before": tuple(hours * HOUR for hours in before if hours < within),
                "on_expiry": on_expiry,
                "extend_by": extend * HOUR,
                "then": then,
            }
        ),
        st.integers(1, 200),
        st.lists(st.integers(1, 200), max_size=4),
        st.sampled_from(OnExpiry),
        st.sampled_from(LAST_WORDS),
        st.integers(1, 100),
    )


@settings(max_examples=200, deadline=None)
@given(policies())
def test_a_task_ends_by_its_alarms_alone(policy: DeadlinePolicy) -> None:
    """At every alarm exactly one thing happens; each reminder once, more time once, then the expiry."""
    tasks, events = opened({}, open_task("answer", BRAND, policy, T0)), list[TaskEvent]()
    while (alarm := next_alarm(tasks)) is not None:
        [event] = due(tasks, alarm)
        tasks = evolve_tasks(tasks, event)
        events.append(event)
    kinds = [type(event) for event in events]
    asked_more = policy.on_expiry in (OnExpiry.EXTEND, OnExpiry.ESCALATE)
    more = [before for before in set(policy.remind_before) if nominal(before) < nominal(policy.extend_by)]
    assert kinds.count(TaskReminded) == len(set(policy.remind_before)) + asked_more * len(more)
    assert kinds.count(TaskExtended) + kinds.count(TaskEscalated) == int(asked_more)
    assert kinds.count(TaskExpired) == 1
    assert kinds[-1] is TaskExpired


@settings(max_examples=100, deadline=None)
@given(walks())
def test_every_collaboration_ends_by_the_clock_alone(walk: Walk) -> None:
    """Wherever a collaboration stands, silence and the engine's own acts end it; every alarm moves it on."""
    walk.finish()
    assert walk.state.ended
    assert not walk.state.tasks
    assert (walk.state.reserved, walk.state.committed) == (0, 0)


def test_reminders_that_were_missed_together_are_one() -> None:
    """Whoever was away over two reminders is told once."""
    policy = DeadlinePolicy(within=48 * HOUR, remind_before=(24 * HOUR, 12 * HOUR))
    task = open_task("answer", BRAND, policy, T0)
    [event] = brought(task, T0 + 40 * HOUR)
    [reminded] = evolve_tasks({"answer": task}, event).values()
    assert reminded.remind_at == ()


BUSINESS = DeadlinePolicy(within=business_days(2), remind_before=(business_hours(12),), on_expiry=OnExpiry.ESCALATE)
WEEKDAYS = Calendar(time_zone="Europe/Berlin", working_days=MONDAY_TO_FRIDAY, quiet_hours=QuietHours())
FRIDAY = datetime(2026, 3, 6, 9, tzinfo=UTC)
"""Ten in the morning in Berlin."""


def test_a_deadline_is_counted_in_the_campaign_s_calendar() -> None:
    """Two business days from Friday are over on Tuesday; twelve business hours before, everybody sleeps."""
    task = open_task("answer", CREATOR, BUSINESS, FRIDAY, calendar=WEEKDAYS)
    assert task.due_at == FRIDAY + 4 * 24 * HOUR
    assert task.remind_at == (datetime(2026, 3, 10, 7, tzinfo=UTC),)  # eight in the morning instead of ten at night


def test_a_reminder_that_would_come_too_late_comes_the_evening_before() -> None:
    """Where the quiet hours end after the deadline, the reminder goes out before they begin."""
    policy = DeadlinePolicy(within=20 * HOUR, remind_before=(2 * HOUR,))
    task = open_task("answer", CREATOR, policy, FRIDAY, calendar=WEEKDAYS)
    assert task.due_at == FRIDAY + 20 * HOUR  # six in the morning
    assert task.remind_at == (datetime(2026, 3, 6, 18, 59, tzinfo=UTC),)


def test_the_second_person_has_a_deadline_from_when_they_can_hear_of_it() -> None:
    """Time that is up at night is escalated then; the business day of the second person begins in the morning."""
    task = open_task("answer", BRAND, BUSINESS, FRIDAY - 7 * HOUR, calendar=WEEKDAYS)
    at = task.due_at
    assert at == datetime(2026, 3, 10, 2, tzinfo=UTC)
    [escalated] = due({"answer": task}, at, WEEKDAYS)
    assert isinstance(escalated, TaskEscalated)
    assert escalated.due_at == datetime(2026, 3, 11, 7, tzinfo=UTC)
    [after] = evolve_tasks({"answer": task}, escalated).values()
    assert (task.contact, after.contact) == (Contact.MANAGER, Contact.ESCALATION)
    [reminded] = due({"answer": after}, after.alarm, WEEKDAYS)
    assert isinstance(reminded, TaskReminded)
    assert reminded.escalated
    [expired] = due({"answer": after}, after.due_at, WEEKDAYS)
    assert expired == TaskExpired(task="answer", assignee=BRAND, answer=OnExpiry.DECLINE)


def test_what_a_creator_has_to_do_stays_theirs() -> None:
    """The second person is told of an overdue creator; the task still waits for the creator."""
    assert open_task("answer", CREATOR, BUSINESS, T0).model_copy(update={"escalated": True}).contact is Contact.CREATOR


def asked(task: Task, by: Role, at: datetime = T0 + HOUR) -> Sequence[TaskEvent]:
    """An extension of one open task."""
    command = ExtendDeadline(task=task.name)
    return decide_extension(command, {task.name: task}, context(by, at), ROUND_THE_CLOCK, subject="it")


@pytest.mark.parametrize(("assignee", "by"), [(CREATOR, CREATOR), (CREATOR, BRAND), (BRAND, BRAND)])
def test_more_time_is_taken_or_given_once(assignee: Role, by: Role) -> None:
    """A day after the deadline that was; then neither a person nor the policy extends it again."""
    task = open_task("answer", assignee, a_policy(OnExpiry.EXTEND), T0)
    [extended] = asked(task, by)
    due_at = T0 + 72 * HOUR
    assert extended == TaskExtended(
        task="answer", assignee=assignee, due_at=due_at, remind_at=(T0 + 60 * HOUR,), authority=Authority.PERSON
    )
    [after] = evolve_tasks({"answer": task}, extended).values()
    with pytest.raises(AlreadyExtended, match="answer has been extended before"):
        asked(after, by)
    [expired] = brought(after, due_at)
    assert isinstance(expired, TaskExpired)


def test_an_extension_has_its_limits() -> None:
    """A creator does not extend what the brand has to do, nor anybody what is not open."""
    with pytest.raises(NotYourTurn, match="for the brand to give"):
        asked(a_task(), CREATOR)
    tasks = {"answer": a_task()}
    with pytest.raises(NothingToDecide, match="open are answer, not other"):
        decide_extension(ExtendDeadline(task="other"), tasks, context(BRAND), ROUND_THE_CLOCK, subject="it")


def test_an_extension_that_is_asked_for_late_counts_from_now() -> None:
    """Whoever asks before the clock has said that time was up has the whole extension."""
    [extended] = asked(a_task(), BRAND, at=T0 + 50 * HOUR)
    assert isinstance(extended, TaskExtended)
    assert extended.due_at == T0 + 74 * HOUR


def test_a_paused_clock_goes_on_with_what_is_left() -> None:
    """Stopped on Monday noon, started on Thursday: the weekend and the pause cost nothing."""
    task = open_task("answer", BRAND, BUSINESS, FRIDAY, calendar=WEEKDAYS)
    paused = pause(task, FRIDAY + 3 * 24 * HOUR + 2 * HOUR, WEEKDAYS)
    assert paused == Paused(task="answer", left=22 * HOUR, extended=False, escalated=False)
    thursday = FRIDAY + 6 * 24 * HOUR
    again = resume(paused, BRAND, BUSINESS, thursday, calendar=WEEKDAYS, at_least=HOUR)
    assert (again.opened_at, again.due_at) == (thursday, thursday + 22 * HOUR)
    assert again.remind_at == (datetime(2026, 3, 12, 18, 59, tzinfo=UTC),)


def test_little_time_left_becomes_enough_and_is_told_at_once() -> None:
    """A review that had run out has the least that the policy gives, and its reminder when people are awake."""
    task = open_task("answer", BRAND, BUSINESS, FRIDAY, calendar=WEEKDAYS)
    paused = pause(task.model_copy(update={"escalated": True}), task.due_at + HOUR, WEEKDAYS)
    assert paused.left == timedelta(0)
    night = datetime(2026, 3, 11, 22, tzinfo=UTC)
    again = resume(paused, BRAND, BUSINESS, night, calendar=WEEKDAYS, at_least=business_hours(10))
    assert again.due_at == night + 10 * HOUR
    assert again.remind_at == (datetime(2026, 3, 12, 7, tzinfo=UTC),)
    assert again.escalated


def test_a_resumed_step_never_has_more_than_the_whole() -> None:
    """The least that there is to be is no way to more time than the step is given."""
    short = a_policy(OnExpiry.DECLINE, hours=13)
    paused = pause(open_task("answer", BRAND, short, T0), T0 + 12 * HOUR, ROUND_THE_CLOCK)
    assert resume(paused, BRAND, short, T0 + 20 * HOUR, at_least=business_days(1)).due_at == T0 + 33 * HOUR


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 60 * 24 * 60), st.integers(0, 60 * 24 * 60), st.integers(1, 30 * 24 * 60), st.booleans())
def test_pause_and_resume_conserve_what_is_left(opened_at: int, used: int, away: int, working: bool) -> None:
    """Wherever the clock stops and goes on, over weekends, nights and the change to summer time."""
    policy = BUSINESS if working else a_policy(OnExpiry.DECLINE)
    at = FRIDAY + timedelta(minutes=opened_at)
    task = open_task("answer", BRAND, policy, at, calendar=WEEKDAYS)
    stopped = at + timedelta(minutes=used)
    paused = pause(task, stopped, WEEKDAYS)
    assert task.due_at <= stopped or paused.left > timedelta(0) or working
    resumed_at = stopped + timedelta(minutes=away)
    least = timedelta(microseconds=1)
    again = resume(paused, BRAND, policy, resumed_at, calendar=WEEKDAYS, at_least=least)
    if paused.left >= least:
        assert pause(again, resumed_at, WEEKDAYS).left == paused.left
    assert all(resumed_at <= instant < again.due_at for instant in again.remind_at)
    assert all(WEEKDAYS.quiet(instant) is None for instant in again.remind_at)


@settings(max_examples=60, deadline=None)
@given(walks(assigned=st.just(an_assignment(calendar=WEEKDAYS))))
def test_every_step_of_every_stage_is_counted_in_the_campaign_s_calendar(walk: Walk) -> None:
    """Whatever happens, what is counted in business time falls due in working time, and nobody is reminded at night."""
    walk.finish()
    for task in (task for step in walk.steps for task in step.after.tasks.values()):
        if isinstance(task.policy.within, BusinessTime):
            moment = timedelta(microseconds=1)
            assert WEEKDAYS.worked(task.due_at - moment, task.due_at) == moment, task
        assert all(WEEKDAYS.quiet(instant) is None for instant in task.remind_at), task
