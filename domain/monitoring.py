"""Stage 7, monitoring: what the posts achieved, what is owed and paid, and whether to work together again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from domain import commission, live_posts, payouts
from domain.appointments import Appointment, Appointments, kept
from domain.commission import CommissionSettled, SettleCommission
from domain.content_approval import REPORT_METRICS, DeliverableNumber, content_task, creator_task
from domain.deadlines import Task, TaskExpired, closed, opened
from domain.decider import Command, Context, Event, Role
from domain.errors import NothingToDecide, WrongStage
from domain.lifecycle import Stage
from domain.live_posts import LivePostCommand, LivePostEvent
from domain.outcomes import Outcome, end, is_through
from domain.payouts import PayoutCommand, PayoutEvent
from domain.values import Instant, Line, NotBoolean, Value
from domain.watching import POLL_METRICS, next_poll, watch_ends
from domain.work import Work, WorkStatus

if TYPE_CHECKING:
    from domain.collaboration import Collaboration

Count = Annotated[int, Field(ge=0, le=10**12), NotBoolean] | None
"""A figure, or None for one that is not known."""


class Metrics(Value):
    """One snapshot of a post's figures. None is unknown, which is not zero. Revenue in minor currency units."""

    taken_at: Instant | None = None
    impressions: Count = None
    reach: Count = None
    views: Count = None
    likes: Count = None
    comments: Count = None
    saves: Count = None
    shares: Count = None
    clicks: Count = None
    orders: Count = None
    revenue: Count = None
    source: Line | None = None
    """The service that told them; None if a person did. The engine fills it in."""

    @property
    def engagements(self) -> int | None:
        """Likes, comments, saves and shares together, of those that are known; None if none is."""
        return total((self.likes, self.comments, self.saves, self.shares))


class Unavailable(StrEnum):
    """Why a service gave no figures."""

    NOT_YET = "not_yet"
    """It has none yet: they may come two days late."""
    NOT_GIVEN = "not_given"
    """It shows neither the post nor its figures."""
    UNREACHABLE = "unreachable"
    """It has failed for as long as we try."""


class RecordMetrics(Command):
    """What a live post has achieved so far."""

    deliverable: DeliverableNumber
    metrics: Metrics


class NoteUnavailable(Command):
    """The service that reads a post gave no figures."""

    deliverable: DeliverableNumber
    cause: Unavailable


class MetricsRecorded(Event):
    """A snapshot of one post's figures."""

    deliverable: int
    metrics: Metrics
    appointment: Appointment | None = None
    """When the service is asked again; None if it was a person who told them, or for the last time."""


class MetricsUnavailable(Event):
    """A service that was asked for a post's figures gave none. If nobody has told any, the creator may be asked."""

    deliverable: int
    source: Line
    cause: Unavailable
    asked_at: Instant
    task: Task | None
    appointment: Appointment | None


class MetricsMissing(Event):
    """Nobody reported the post's figures in time; they count as unknown."""

    deliverable: int


MonitoringCommand = RecordMetrics | NoteUnavailable | PayoutCommand | SettleCommission | LivePostCommand
MonitoringEvent = (
    MetricsRecorded | MetricsUnavailable | MetricsMissing | PayoutEvent | CommissionSettled | LivePostEvent
)


def decide(command: MonitoringCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Take figures of live posts, what their platforms show, and what becomes of payouts."""
    if isinstance(command, LivePostCommand):
        return live_posts.decide(command, state, context)
    if isinstance(command, PayoutCommand):
        return payouts.decide(command, state, context)
    match command:
        case RecordMetrics():
            return [_record_metrics(command, state, context)]
        case NoteUnavailable():
            return [_note_unavailable(command, state, context)]
        case SettleCommission():
            return commission.decide(command, state)


def _record_metrics(command: RecordMetrics, state: "Collaboration", context: Context) -> Event:
    if state.stage.order < Stage.CONTENT_APPROVAL.order:
        raise WrongStage(command="RecordMetrics", needed="monitoring", subject="collaboration", stage=state.stage)
    work = state.works.get(command.deliverable)
    if work is None or not work.is_live:
        raise NothingToDecide(command="RecordMetrics", subject="the collaboration", open=state.open_tasks)
    polled = context.actor.role is Role.ENGINE and _poll_of(work) in state.appointments
    said = {"taken_at": command.metrics.taken_at or context.at, "source": _source_of(work) if polled else None}
    following = _following(work, state, context.at) if polled else None
    taken = command.metrics.model_copy(update=said)
    return MetricsRecorded(deliverable=command.deliverable, metrics=taken, appointment=following)


def _note_unavailable(command: NoteUnavailable, state: "Collaboration", context: Context) -> Event:
    """The creator is asked where nobody has told any figures and the service will not: it refuses, or it is over."""
    work = state.works.get(command.deliverable)
    if work is None or _poll_of(work) not in state.appointments:
        raise NothingToDecide(command="NoteUnavailable", subject="the collaboration", open=state.open_tasks)
    following = _following(work, state, context.at)
    known = work.status is not WorkStatus.PUBLISHED or content_task(REPORT_METRICS, command.deliverable) in state.tasks
    asked = not known and (command.cause is not Unavailable.NOT_YET or following is None)
    return MetricsUnavailable(
        deliverable=command.deliverable,
        source=_source_of(work),
        cause=command.cause,
        asked_at=context.at,
        task=creator_task(REPORT_METRICS, command.deliverable, state.agreed, context.at) if asked else None,
        appointment=following,
    )


def _poll_of(work: Work) -> str:
    return content_task(POLL_METRICS, work.deliverable.number)


def _source_of(work: Work) -> str:
    source = work.live.source if work.live is not None else None
    assert source is not None, "only what a service reads is polled"
    return source


def _following(work: Work, state: "Collaboration", at: datetime) -> Appointment | None:
    assert work.live is not None, "only published posts are polled"
    ends = watch_ends(state.works.values(), state.agreed.policies)
    return next_poll(work.deliverable.number, work.live, at, ends)


def expire(expired: TaskExpired) -> Sequence[Event]:
    """Figures that nobody reports are missing, not zero."""
    return [MetricsMissing(deliverable=int(expired.task.partition("/")[2]))]


def evolve(state: "Collaboration", event: MonitoringEvent) -> "Collaboration":
    """The collaboration after `event`."""
    if isinstance(event, LivePostEvent):
        return live_posts.evolve(state, event)
    if isinstance(event, PayoutEvent):
        return payouts.evolve(state, event)
    match event:
        case MetricsRecorded():
            return _measured(state, event)
        case MetricsUnavailable():
            tasks = opened(state.tasks, event.task) if event.task else state.tasks
            return replace(state, tasks=tasks, appointments=_polled(state, event))
        case MetricsMissing():
            return state.with_work(event.deliverable, status=WorkStatus.UNMEASURED)
        case CommissionSettled():
            return replace(state, commission_settled=True)


def _measured(state: "Collaboration", event: MetricsRecorded) -> "Collaboration":
    """What a person has told stands; a service's later figures are then kept in the record only."""
    number, told = event.deliverable, state.metrics.get(event.deliverable)
    measured = state.with_work(number, status=WorkStatus.MEASURED)
    tasks = closed(state.tasks, content_task(REPORT_METRICS, number))
    if event.metrics.source is None:
        return replace(measured, metrics={**state.metrics, number: event.metrics}, tasks=tasks)
    stands = told if told is not None and told.source is None else event.metrics
    metrics = {**state.metrics, number: stands}
    return replace(measured, metrics=metrics, tasks=tasks, appointments=_polled(state, event))


def _polled(state: "Collaboration", event: MetricsRecorded | MetricsUnavailable) -> Appointments:
    return kept(state.appointments, content_task(POLL_METRICS, event.deliverable), event.appointment)


def conclude(state: "Collaboration") -> Sequence[Event]:
    """The end, once nothing is owed and nothing is awaited any more; called after every other decision."""
    if state.ended or state.owed or state.owes_commission:
        return []
    if state.closing is not None:
        return end(state, state.closing.outcome, state.closing.reason)
    if is_through(state):
        reason = "every post is live, measured as far as possible, and paid"
        return end(state, Outcome.COMPLETED, reason)
    return []


def total(figures: Iterable[int | None]) -> int | None:
    """The sum of the figures that are known; None if none is."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None
