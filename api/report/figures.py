"""What a campaign has achieved, reckoned from its events alone: the figures behind the report, without any I/O.

A figure that nobody reported is unknown and never counted as zero: every sum comes with how many posts it rests on.
Amounts are in minor units of the campaign's currency, rates are ratios 0..1, durations are in seconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from statistics import median

from pydantic import Field

from api.report.celebrity import Comparison, compare
from api.report.creators import (
    CreatorRow,
    creator_rows,
    engagements,
    figure_of,
    posts_gone,
    posts_live,
    spent,
    usual_cost,
)
from api.report.history import CampaignHistory, Past, TaskTime
from api.report.posts import PostRow, commented, post_rows, seen_growing
from api.report.tracked import UNTRACKED, Tracked
from domain.benchmarks import DEFAULT, Benchmarks
from domain.brief import Brief, Measure, Objective, ObjectiveKind
from domain.campaign import CampaignOutcome
from domain.collaboration import Collaboration
from domain.cost_of_results import Delivered, EarnedMedia, Rate, earned_media, rates
from domain.creators import Creator, Platform, Profile
from domain.growth import DEFAULT as GROWTH
from domain.growth import Forecast, GrowthModel, together
from domain.growth_fit import Refit, refitted
from domain.lifecycle import Stage
from domain.monitoring import total
from domain.outcomes import Outcome
from domain.peers import peers_of
from domain.recommendation import DEFAULT as POLICY
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
    rates: tuple[Rate, ...] = ()
    earned_media: EarnedMedia | None = None
    earned_media_missing: str = ""
    """Why there is none."""
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
    half_lives: tuple[Refit, ...] = ()
    """In which time the campaign's posts gather half of what they will come to, by platform and format."""
    growth_model: str = GROWTH.version

    @property
    def flagged(self) -> list[tuple[CreatorRow, PostRow]]:
        """The posts whose figures stand out, with their creators."""
        rows = {row.collaboration_id: row for row in self.creators}
        return [(rows[post.collaboration_id], post) for post in self.posts if post.flags]


def reckon(
    history: CampaignHistory,
    creators: Mapping[str, Creator],
    benchmarks: Benchmarks = DEFAULT,
    tracked: Tracked = UNTRACKED,
    growth: GrowthModel = GROWTH,
) -> Report:
    """The report on what `history` has seen so far. `creators` gives names by creator id, where they are known.

    Tracked figures stand in the place of reported ones, so that nothing is counted twice. The campaign's own posts
    move what `growth` assumes.
    """
    brief = history.campaign.agreed_brief
    pasts = sorted(history.collaborations.values(), key=lambda past: past.state.rank)
    states = [past.state for past in pasts]
    profiles = {past.state.id: _profile(past, creators) for past in pasts}
    growth, half_lives = refitted(
        (seen for past in pasts for seen in seen_growing(past, _platform(profiles[past.state.id]))), growth
    )
    peers = peers_of(ratio for past in pasts for ratio in commented(past, profiles[past.state.id]))
    posts = [row for past in pasts for row in post_rows(past, profiles[past.state.id], growth, peers)]
    comparison, missing = compare(
        sum(spent(state) for state in states),
        total(engagements(state) for state in states),
        brief.budget.currency,
        benchmarks,
    )
    equivalent, no_equivalent = earned_media(
        (metrics for state in states for metrics in state.metrics.values()), brief.budget.currency
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
        rates=rates(
            Delivered.of(state, creators.get(state.creator_id), tracked.counts(state.id))
            for state in states
            if state.fee
        ),
        earned_media=equivalent,
        earned_media_missing=no_equivalent,
        funnel=tuple(Step(label=label, creators=len(times)) for label, times in _milestones(pasts).items()),
        endings=tuple(_endings(states)),
        creators=tuple(creator_rows(pasts, creators, tracked, usual_cost(brief, benchmarks), posts)),
        posts=tuple(posts),
        tracked=tracked.measures,
        timeline=_timeline(history, pasts),
        comparison=comparison,
        comparison_missing=missing,
        posts_live=sum(posts_live(state) for state in states),
        posts_gone=sum(posts_gone(state) for state in states),
        posts_measured=sum(len(state.metrics) for state in states),
        benchmarks_version=benchmarks.version,
        recommendation_policy=POLICY.version,
        half_lives=half_lives,
        growth_model=growth.version,
    )


def _profile(past: Past, creators: Mapping[str, Creator]) -> Profile | None:
    creator = creators.get(past.state.creator_id)
    return creator.profile if creator else None


def _platform(profile: Profile | None) -> Platform | None:
    return profile.platform if profile else None


def _objective(
    objective: Objective, states: Sequence[Collaboration], posts: Sequence[PostRow], tracked: Tracked
) -> ObjectiveResult:
    is_tracked = objective.measure in tracked.measures
    figures = [figure_of(metrics, objective.measure) for state in states for metrics in state.metrics.values()]
    return ObjectiveResult(
        kind=objective.kind,
        measure=objective.measure,
        target=objective.target,
        by=objective.by,
        reached=tracked.count(objective.measure) if is_tracked else total(figures),
        posts_known=sum(figure is not None for figure in figures),
        posts_live=sum(posts_live(state) for state in states),
        tracked=is_tracked,
        forecast=together(
            (figure, post.forecasts.get(objective.measure))
            for post in posts
            if post.metrics and (figure := figure_of(post.metrics, objective.measure)) is not None
        ),
    )


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
