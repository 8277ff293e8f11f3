"""Stage 7, monitoring: what the posts achieved, what is owed and paid, and whether to work together again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from domain.content_approval import REPORT_METRICS, DeliverableNumber, content_task
from domain.deadlines import TaskExpired, closed
from domain.decider import Command, Context, Event
from domain.errors import NothingToDecide, WrongStage
from domain.lifecycle import Stage
from domain.outcomes import Outcome, end
from domain.payouts import PayoutMade, PayoutScheduled, RecordPayout
from domain.values import Instant, Value
from domain.work import WorkStatus

if TYPE_CHECKING:
    from domain.collaboration import Collaboration

Count = Annotated[int, Field(ge=0, le=10**12)] | None
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

    @property
    def engagements(self) -> int | None:
        """Likes, comments, saves and shares together, of those that are known; None if none is."""
        return total((self.likes, self.comments, self.saves, self.shares))


class RecordMetrics(Command):
    """What a live post has achieved so far."""

    deliverable: DeliverableNumber
    metrics: Metrics


class MetricsRecorded(Event):
    """A snapshot of one post's figures."""

    deliverable: int
    metrics: Metrics


class MetricsMissing(Event):
    """Nobody reported the post's figures in time; they count as unknown."""

    deliverable: int


MonitoringCommand = RecordMetrics | RecordPayout
MonitoringEvent = MetricsRecorded | MetricsMissing | PayoutScheduled | PayoutMade


def decide(command: MonitoringCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Take figures of live posts, and the engine's word that a scheduled payout was made."""
    match command:
        case RecordMetrics():
            return [_record_metrics(command, state, context)]
        case RecordPayout():
            return [_record_payout(command, state)]


def _record_metrics(command: RecordMetrics, state: "Collaboration", context: Context) -> Event:
    if state.stage.order < Stage.CONTENT_APPROVAL.order:
        raise WrongStage(command="RecordMetrics", needed="monitoring", subject="collaboration", stage=state.stage)
    work = state.works.get(command.deliverable)
    if work is None or not work.is_live:
        raise NothingToDecide(command="RecordMetrics", subject="the collaboration", open=state.open_tasks)
    taken = command.metrics.model_copy(update={"taken_at": command.metrics.taken_at or context.at})
    return MetricsRecorded(deliverable=command.deliverable, metrics=taken)


def _record_payout(command: RecordPayout, state: "Collaboration") -> Event:
    payout = state.payouts.get(command.payout_id)
    if payout is None or payout.reference is not None:
        raise NothingToDecide(command="RecordPayout", subject="the collaboration", open="no such payout is owed")
    return PayoutMade(payout_id=payout.id, amount=payout.amount, reference=command.reference)


def expire(expired: TaskExpired) -> Sequence[Event]:
    """Figures that nobody reports are missing, not zero."""
    return [MetricsMissing(deliverable=int(expired.task.partition("/")[2]))]


def evolve(state: "Collaboration", event: MonitoringEvent) -> "Collaboration":
    """The collaboration after `event`."""
    match event:
        case MetricsRecorded():
            task = content_task(REPORT_METRICS, event.deliverable)
            measured = state.with_work(event.deliverable, status=WorkStatus.MEASURED)
            metrics = {**state.metrics, event.deliverable: event.metrics}
            return replace(measured, metrics=metrics, tasks=closed(state.tasks, task))
        case MetricsMissing():
            return state.with_work(event.deliverable, status=WorkStatus.UNMEASURED)
        case PayoutScheduled():
            return replace(state, payouts={**state.payouts, event.payout.id: event.payout})
        case PayoutMade():
            paid = state.payouts[event.payout_id].model_copy(update={"reference": event.reference})
            committed = state.committed - event.amount.amount
            return replace(state, payouts={**state.payouts, paid.id: paid}, committed=committed)


def conclude(state: "Collaboration") -> Sequence[Event]:
    """The end, once nothing is owed and nothing is awaited any more; called after every other decision."""
    if state.ended or state.owed:
        return []
    if state.closing is not None:
        return end(state, state.closing.outcome, state.closing.reason)
    finished = (WorkStatus.MEASURED, WorkStatus.UNMEASURED)
    if state.stage is Stage.MONITORING and all(work.status in finished for work in state.works.values()):
        reason = "every post is live, measured as far as possible, and paid"
        return end(state, Outcome.COMPLETED, reason)
    return []


def total(figures: Iterable[int | None]) -> int | None:
    """The sum of the figures that are known; None if none is."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None
