"""Deadlines as data: reminders, one extension or escalation, an expiry, and an end by the clock alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.deadlines import (
    DeadlinePolicy,
    OnExpiry,
    Task,
    TaskEscalated,
    TaskEvent,
    TaskExpired,
    TaskExtended,
    TaskReminded,
    closed,
    due,
    evolve_tasks,
    next_alarm,
    open_task,
    opened,
)
from tests.domain.given import BRAND, CREATOR, HOUR, T0, a_policy
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
    """More time counts from when it is given, brings no reminders, and ends with the policy's last word."""
    at = T0 + 50 * HOUR
    more = kind(task="answer", assignee=BRAND, due_at=at + 24 * HOUR)
    assert brought(a_task(on_expiry, then), at) == [more]
    [task] = evolve_tasks({"answer": a_task(on_expiry, then)}, more).values()
    assert getattr(task, mark)
    assert task.alarm == at + 24 * HOUR
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
    assert kinds.count(TaskReminded) == len(set(policy.remind_before))
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
