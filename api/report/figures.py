"""What a campaign has achieved, reckoned from its events alone: the figures behind the report, without any I/O.

A figure that nobody reported is unknown and never counted as zero: every sum comes with how many posts it rests on.
Amounts are in minor units of the campaign's currency, rates are ratios 0..1, durations are in seconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from statistics import median

from pydantic import Field

from api.report.advice import advice_on
from api.report.celebrity import Comparison, compare
from api.report.history import CampaignHistory, Past, TaskTime
from api.report.posts import PostRow, post_rows
from api.report.tracked import UNTRACKED, Tracked
from domain.benchmarks import DEFAULT, Benchmarks
from domain.brief import Brief, Measure, Objective, ObjectiveKind
from domain.campaign import CampaignOutcome
from domain.collaboration import Collaboration
from domain.creators import Creator, Platform
from domain.growth import Forecast, together
from domain.lifecycle import Stage
from domain.monitoring import Metrics, total
from domain.outcomes import Outcome
from domain.personal import NOBODY
from domain.recommendation import DEFAULT as POLICY
from domain.recommendation import Reason, Recommendation, Yardstick
from domain.values import Instant, Value


class ObjectiveResult(Value):
    """One objective against its target. `reached` is None while no post has reported that figure."""

    kind: ObjectiveKind
    measure: Measure
    target: int
    by: date
    reached: int | None
    posts_known: int
    """Live posts that reported this figure."""
    posts_live: int
    tracked: bool = False
    """Counted by links, codes and the shop; what people reported of it is left out."""
    forecast: Forecast | None = None
    """What the known posts will come to; None unless some of them were measured early."""

    @property
    def ratio(self) -> float | None:
        """Reached over target; None if nothing is known."""
        return None if self.reached is None else self.reached / self.target


class Money(Value):
    """Where the budget is. `available` is what new offers could still be made with."""

    currency: str
    budget: int
    reserved: int
    committed: int
    paid: int

    @property
    def available(self) -> int:
        """The rest."""
        return self.budget - self.reserved - self.committed - self.paid


class Step(Value):
    """How many creators came that far."""

    label: str
    creators: int


class Ending(Value):
    """How many collaborations ended in one way, and why: reasons with their counts, the most frequent first."""

    outcome: Outcome
    creators: int
    reasons: tuple[tuple[str, int], ...]


class CreatorRow(Value):
    """One creator's part. Names come from the directory; a creator who has left it has none."""

    collaboration_id: str
    name: str
    handle: str
    rank: int
    stage: Stage
    outcome: Outcome | None
    reason: str
    fee: int | None
    paid: int
    posts_agreed: int
    posts_live: int
    posts_gone: int = 0
    """Of those, found missing or without their disclosure, and not restored."""
    posts_measured: int
    impressions: int | None
    engagements: int | None
    clicks: int | None
    orders: int | None
    revenue: int | None
    """These three as they were tracked where they are, otherwise as they were reported."""
    cost_per_engagement: float | None
    """The fee, spread evenly over the posts, of the measured posts, for each of their engagements; minor units."""
    recommendation: Recommendation | None
    because: str
    """The reasons that decided, in words."""
    reasons: tuple[Reason, ...] = ()


class TaskRow(Value):
    """How one kind of request to a person went; `median_seconds` is of those that were answered."""

    task: str
    asked: int
    answered: int
    reminded: int
    extended: int
    escalated: int
    expired: int
    median_seconds: float | None


class Timeline(Value):
    """When it happened and who decided."""

    started_at: Instant
    ended_at: Instant | None
    events: int
    decided_by: Mapping[str, int]
    """Decisions by what entitled them: a person, a policy of the brief, or a deadline that passed."""
    tasks: tuple[TaskRow, ...]
    milestones: Mapping[str, tuple[Instant, ...]]
    """When each creator reached each step, in order of time; the steps are the funnel's."""


class Report(Value):
    """Everything that the report says."""

    campaign_id: str
    brand: str
    product: str
    category: str
    stage: Stage
    outcome: CampaignOutcome | None
    as_of: Instant
    creators_wanted: int
    creators_considered: int
    objectives: tuple[ObjectiveResult, ...]
    money: Money
    funnel: tuple[Step, ...]
    endings: tuple[Ending, ...]
    creators: tuple[CreatorRow, ...]
    posts: tuple[PostRow, ...] = ()
    """What was agreed with each creator, in the order of `creators`."""
    tracked: tuple[Measure, ...] = ()
    """What was counted by links, codes and the shop, and not by what people reported."""
    timeline: Timeline
    comparison: Comparison | None
    comparison_missing: str = ""
    """Why there is no comparison."""
    posts_live: int = Field(ge=0)
    posts_gone: int = Field(default=0, ge=0)
    """Of those, found missing or without their disclosure, and not restored."""
    posts_measured: int = Field(ge=0)
    benchmarks_version: str
    recommendation_policy: str


def reckon(
    history: CampaignHistory,
    creators: Mapping[str, Creator],
    benchmarks: Benchmarks = DEFAULT,
    tracked: Tracked = UNTRACKED,
) -> Report:
    """The report on what `history` has seen so far. `creators` gives names by creator id, where they are known.

    Tracked figures stand in the place of reported ones, so that nothing is counted twice.
    """
    brief = history.campaign.agreed_brief
    pasts = sorted(history.collaborations.values(), key=lambda past: past.state.rank)
    states = [past.state for past in pasts]
    posts = [row for past in pasts for row in post_rows(past, _platform(past, creators))]
    comparison, missing = compare(
        sum(_spent(state) for state in states),
        total(_engagements(state) for state in states),
        brief.budget.currency,
        benchmarks,
    )
    return Report(
        campaign_id=history.campaign.id,
        brand=brief.brand,
        product=brief.product,
        category=brief.category,
        stage=history.campaign.stage,
        outcome=history.campaign.outcome,
        as_of=history.last_at,
        creators_wanted=brief.creators_wanted,
        creators_considered=history.considered,
        objectives=tuple(_objective(objective, states, posts, tracked) for objective in brief.objectives),
        money=_money(history, brief),
        funnel=tuple(Step(label=label, creators=len(times)) for label, times in _milestones(pasts).items()),
        endings=tuple(_endings(states)),
        creators=tuple(_rows(pasts, creators, tracked, _usual_cost(brief, benchmarks))),
        posts=tuple(posts),
        tracked=tracked.measures,
        timeline=_timeline(history, pasts),
        comparison=comparison,
        comparison_missing=missing,
        posts_live=sum(_live(state) for state in states),
        posts_gone=sum(_gone(state) for state in states),
        posts_measured=sum(len(state.metrics) for state in states),
        benchmarks_version=benchmarks.version,
        recommendation_policy=POLICY.version,
    )


def _platform(past: Past, creators: Mapping[str, Creator]) -> Platform | None:
    creator = creators.get(past.state.creator_id)
    return creator.profile.platform if creator else None


def _objective(
    objective: Objective, states: Sequence[Collaboration], posts: Sequence[PostRow], tracked: Tracked
) -> ObjectiveResult:
    is_tracked = objective.measure in tracked.measures
    figures = [_figure(metrics, objective.measure) for state in states for metrics in state.metrics.values()]
    return ObjectiveResult(
        kind=objective.kind,
        measure=objective.measure,
        target=objective.target,
        by=objective.by,
        reached=tracked.count(objective.measure) if is_tracked else total(figures),
        posts_known=sum(figure is not None for figure in figures),
        posts_live=sum(_live(state) for state in states),
        tracked=is_tracked,
        forecast=together(
            (figure, post.forecasts.get(objective.measure))
            for post in posts
            if post.metrics and (figure := _figure(post.metrics, objective.measure)) is not None
        ),
    )


def _figure(metrics: Metrics, measure: Measure) -> int | None:
    figure: int | None = getattr(metrics, measure.value)
    return figure


def _led_to(state: Collaboration, measure: Measure, tracked: Tracked) -> int | None:
    if measure in tracked.measures:
        return tracked.count(measure, state.id)
    return total(_figure(metrics, measure) for metrics in state.metrics.values())


def _live(state: Collaboration) -> int:
    return sum(work.is_live for work in state.works.values())


def _gone(state: Collaboration) -> int:
    return sum(work.is_live and work.in_doubt for work in state.works.values())


def _money(history: CampaignHistory, brief: Brief) -> Money:
    moved = history.moved
    return Money(
        currency=brief.budget.currency,
        budget=brief.budget.amount,
        reserved=moved["reserved"],
        committed=moved["committed"],
        paid=moved["paid"],
    )


def _milestones(pasts: Iterable[Past]) -> dict[str, tuple[datetime, ...]]:
    reached: dict[str, list[datetime]] = {label: [] for label in Past.MILESTONES.values()}
    for past in pasts:
        for label, at in past.milestones.items():
            reached[label].append(at)
    return {label: tuple(sorted(times)) for label, times in reached.items()}


def _endings(states: Sequence[Collaboration]) -> Iterable[Ending]:
    for outcome in Outcome:
        reasons = Counter(state.reason for state in states if state.outcome is outcome)
        if reasons:
            yield Ending(outcome=outcome, creators=reasons.total(), reasons=tuple(reasons.most_common()))


def _usual_cost(brief: Brief, benchmarks: Benchmarks) -> float | None:
    return benchmarks.cpe.high if brief.budget.currency == benchmarks.currency else None


def _rows(
    pasts: Sequence[Past], creators: Mapping[str, Creator], tracked: Tracked, usual_cost: float | None
) -> Iterable[CreatorRow]:
    costs = [cost for past in pasts if (cost := _cost_per_engagement(past.state)) is not None]
    by = Yardstick(median=median(costs) if costs else None, creators=len(costs), benchmark_high=usual_cost)
    for past in pasts:
        state = past.state
        creator = creators.get(state.creator_id)
        cost = _cost_per_engagement(state)
        advice = advice_on(past, _engagements(state), cost, by)
        yield CreatorRow(
            collaboration_id=state.id,
            name=creator.profile.name if creator else NOBODY,
            handle=creator.profile.handle if creator else "",
            rank=state.rank,
            stage=state.stage,
            outcome=state.outcome,
            reason=state.reason,
            fee=state.fee.amount if state.fee else None,
            paid=_paid(state),
            posts_agreed=len(state.agreed.deliverables) if state.fee else 0,
            posts_live=_live(state),
            posts_gone=_gone(state),
            posts_measured=len(state.metrics),
            impressions=total(metrics.impressions for metrics in state.metrics.values()),
            engagements=_engagements(state),
            clicks=_led_to(state, Measure.CLICKS, tracked),
            orders=_led_to(state, Measure.ORDERS, tracked),
            revenue=_led_to(state, Measure.REVENUE, tracked),
            cost_per_engagement=None if cost is None else round(cost, 2),
            recommendation=advice.recommendation if advice else None,
            because=advice.because if advice else "",
            reasons=advice.reasons if advice else (),
        )


def _engagements(state: Collaboration) -> int | None:
    return total(metrics.engagements for metrics in state.metrics.values())


def _paid(state: Collaboration) -> int:
    return sum(payout.paid for payout in state.payouts.values())


def _spent(state: Collaboration) -> float:
    """What the posts with known engagements cost: their even share of the fee, in minor units."""
    if state.fee is None:
        return 0
    known = sum(metrics.engagements is not None for metrics in state.metrics.values())
    return state.fee.amount * known / len(state.agreed.deliverables)


def _cost_per_engagement(state: Collaboration) -> float | None:
    engagements = _engagements(state)
    return _spent(state) / engagements if engagements else None


def _timeline(history: CampaignHistory, pasts: Sequence[Past]) -> Timeline:
    return Timeline(
        started_at=history.started_at,
        ended_at=history.last_at if history.campaign.ended else None,
        events=history.events,
        decided_by=dict(history.decided_by),
        tasks=tuple(_task_rows(history.task_times)),
        milestones=_milestones(pasts),
    )


def _task_rows(times: Sequence[TaskTime]) -> Iterable[TaskRow]:
    """In the order of the lifecycle, which is the order in which each kind is first asked."""
    for kind in dict.fromkeys(time.kind for time in times):
        of_kind = [time for time in times if time.kind == kind]
        answered = [time.seconds for time in of_kind if time.answered and time.seconds is not None]
        yield TaskRow(
            task=kind.replace("_", " "),
            asked=len(of_kind),
            answered=len(answered),
            reminded=sum(time.reminded for time in of_kind),
            extended=sum(time.extended for time in of_kind),
            escalated=sum(time.escalated for time in of_kind),
            expired=sum(time.expired for time in of_kind),
            median_seconds=round(median(answered), 3) if answered else None,
        )
