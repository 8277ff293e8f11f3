"""The creators of a campaign, each with what they did, what it cost, and whether to work with them again.

Amounts are in minor units of the campaign's currency.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from api.report.advice import Flagged, advice_on
from api.report.history import Past
from api.report.posts import PostRow
from api.report.tracked import Tracked
from domain.anomalies import Flag, Severity
from domain.benchmarks import Benchmarks
from domain.brief import Brief, Measure
from domain.collaboration import Collaboration
from domain.creators import Creator
from domain.lifecycle import Stage
from domain.monitoring import Metrics, total
from domain.outcomes import Outcome
from domain.personal import NOBODY
from domain.recommendation import Reason, Recommendation, Yardstick
from domain.values import Value


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
    posts_flagged: int = 0
    """Posts whose figures stand out; `Report.posts` has the flags."""


def usual_cost(brief: Brief, benchmarks: Benchmarks) -> float | None:
    """The high end of what an engagement costs; None in a currency in which that is not known."""
    return benchmarks.cpe.high if brief.budget.currency == benchmarks.currency else None


def creator_rows(
    pasts: Sequence[Past],
    creators: Mapping[str, Creator],
    tracked: Tracked,
    usual: float | None,
    posts: Sequence[PostRow] = (),
) -> Iterator[CreatorRow]:
    """In the order of `pasts`; `usual` is the high end of what an engagement costs, `posts` are theirs."""
    costs = [cost for past in pasts if (cost := _cost_per_engagement(past.state)) is not None]
    by = Yardstick(median=median(costs) if costs else None, creators=len(costs), benchmark_high=usual)
    flags: defaultdict[str, list[tuple[Flag, ...]]] = defaultdict(list)
    for post in posts:
        if post.flags:
            flags[post.collaboration_id].append(post.flags)
    for past in pasts:
        state = past.state
        creator = creators.get(state.creator_id)
        cost = _cost_per_engagement(state)
        flagged = flags[state.id]
        severely = sum(found[0].severity is Severity.HIGH for found in flagged)
        advice = advice_on(past, engagements(state), cost, by, Flagged(len(flagged), severely))
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
            posts_live=posts_live(state),
            posts_gone=posts_gone(state),
            posts_measured=len(state.metrics),
            impressions=total(metrics.impressions for metrics in state.metrics.values()),
            engagements=engagements(state),
            clicks=_led_to(state, Measure.CLICKS, tracked),
            orders=_led_to(state, Measure.ORDERS, tracked),
            revenue=_led_to(state, Measure.REVENUE, tracked),
            cost_per_engagement=None if cost is None else round(cost, 2),
            recommendation=advice.recommendation if advice else None,
            because=advice.because if advice else "",
            reasons=advice.reasons if advice else (),
            posts_flagged=len(flagged),
        )


def engagements(state: Collaboration) -> int | None:
    """Of all posts; None if those of none are known."""
    return total(metrics.engagements for metrics in state.metrics.values())


def _paid(state: Collaboration) -> int:
    return sum(payout.paid for payout in state.payouts.values())


def spent(state: Collaboration) -> float:
    """What the posts with known engagements cost: their even share of the fee, in minor units."""
    if state.fee is None:
        return 0
    known = sum(metrics.engagements is not None for metrics in state.metrics.values())
    return state.fee.amount * known / len(state.agreed.deliverables)


def _cost_per_engagement(state: Collaboration) -> float | None:
    known = engagements(state)
    return spent(state) / known if known else None


def _led_to(state: Collaboration, measure: Measure, tracked: Tracked) -> int | None:
    if measure in tracked.measures:
        return tracked.count(measure, state.id)
    return total(figure_of(metrics, measure) for metrics in state.metrics.values())


def figure_of(metrics: Metrics, measure: Measure) -> int | None:
    """One of a post's figures; None if it is unknown."""
    figure: int | None = getattr(metrics, measure.value)
    return figure


def posts_live(state: Collaboration) -> int:
    """How many posts have been published."""
    return sum(work.is_live for work in state.works.values())


def posts_gone(state: Collaboration) -> int:
    """How many of those were found missing or without their disclosure, and have not been restored."""
    return sum(work.is_live and work.in_doubt for work in state.works.values())
