"""Whether to work with a creator again: a recommendation with its reasons in figures, by a versioned policy.

What a price can mend is renegotiated; what it cannot, posts that never came and content that hides who paid for it, is
a reason to look for others. The thresholds are this engine's own assumptions (grade C); pass another policy to change
them.
"""

from enum import StrEnum

from pydantic import Field

from domain.outcomes import Outcome
from domain.values import Line, Value


class Recommendation(StrEnum):
    """What to do with a creator next time, from the best to the worst."""

    WORK_AGAIN = "work again"
    RENEGOTIATE = "renegotiate"
    LOOK_FOR_OTHERS = "look for others"


class Ground(StrEnum):
    """What a reason is about."""

    DELIVERY = "delivery"
    PUNCTUALITY = "punctuality"
    CHANGES = "changes"
    DISCLOSURE = "disclosure"
    COST = "cost"
    FIGURES = "figures"


class RecommendationPolicy(Value):
    """From which figure on something speaks against a creator."""

    version: Line = "2026-11.2"
    late_share_max: float = Field(default=0.5, ge=0, le=1)
    """Late posts by published ones; above it: renegotiate."""
    rounds_per_post_max: float = Field(default=1.5, ge=0)
    """Rounds of changes by posts for which there was a draft; above it: renegotiate."""
    undisclosed_drafts_max: int = Field(default=1, ge=0)
    """Drafts that did not disclose the partnership; above it: renegotiate."""
    undisclosed_drafts_end: int = Field(default=3, ge=1)
    """From so many on: look for others."""
    cost_to_median_max: float = Field(default=1.5, gt=0)
    """Cost per engagement by the campaign's median; above it: renegotiate."""
    cost_to_benchmark_max: float = Field(default=2.0, gt=0)
    """Cost per engagement by the high end of what is usual; above it: renegotiate."""
    flagged_posts_max: int = Field(default=0, ge=0)
    """Posts with a severe flag on their figures; above it: renegotiate. Never more: a person judges the evidence."""
    compared_min: int = Field(default=2, ge=2)
    """A median of fewer creators says nothing."""


DEFAULT = RecommendationPolicy()


class Performance(Value):
    """What a creator with an agreement did in a campaign."""

    outcome: Outcome
    posts_agreed: int = Field(ge=1)
    posts_live: int = Field(ge=0)
    late: int = Field(default=0, ge=0)
    """Posts published for which one of the creator's deadlines had to be moved."""
    missed: int = Field(default=0, ge=0)
    drafted: int = Field(default=0, ge=0)
    """Posts for which there was a draft."""
    drafts: int = Field(default=0, ge=0)
    undisclosed: int = Field(default=0, ge=0)
    """Drafts that did not disclose the partnership."""
    rounds: int = Field(default=0, ge=0)
    """Rounds of changes that were asked for."""
    engagements: int | None = None
    """Of the posts whose engagements are known; None if those of none are."""
    cost_per_engagement: float | None = None
    """Minor units; None without engagements."""
    flagged: int = Field(default=0, ge=0)
    """Posts whose figures have any flag (`domain.anomalies`),"""
    flagged_severely: int = Field(default=0, ge=0)
    """and those of them with a severe one."""


class Yardstick(Value):
    """What a cost per engagement is measured by; minor units, None where it is unknown or in another currency."""

    median: float | None = None
    """Of the campaign's creators."""
    creators: int = 0
    """How many the median is of."""
    benchmark_high: float | None = None


class Reason(Value):
    """One finding, and what it alone would recommend."""

    ground: Ground
    speaks_for: Recommendation
    because: Line


class Advice(Value):
    """A recommendation: the worst that any reason speaks for."""

    recommendation: Recommendation
    reasons: tuple[Reason, ...]
    policy: Line

    @property
    def because(self) -> str:
        """The reasons that decided, in words."""
        return "; ".join(each.because for each in self.reasons if each.speaks_for is self.recommendation)


def recommend(done: Performance, by: Yardstick, policy: RecommendationPolicy = DEFAULT) -> Advice:
    """Whether to work with a creator again who was under an agreement."""
    found = [_delivery(done)]
    if done.posts_live:
        found.append(_punctuality(done, policy))
    if done.drafts:
        found += [_changes(done, policy), _disclosure(done, policy)]
    if done.posts_live:
        found += [_cost(done, by, policy), _figures(done, policy)]
    order = list(Recommendation)
    worst = max((reason.speaks_for for reason in found), key=order.index)
    return Advice(recommendation=worst, reasons=tuple(found), policy=policy.version)


def _reason(ground: Ground, because: str, against: Recommendation | None = None) -> Reason:
    return Reason(ground=ground, speaks_for=against or Recommendation.WORK_AGAIN, because=because)


def _delivery(done: Performance) -> Reason:
    agreed = f"{done.posts_agreed} {'post' if done.posts_agreed == 1 else 'posts'}"
    if done.missed or done.outcome is Outcome.MISSED:
        because = f"missed {max(done.missed, 1)} of {agreed}"
        return _reason(Ground.DELIVERY, because, Recommendation.LOOK_FOR_OTHERS)
    if done.posts_live < done.posts_agreed:
        because = f"{done.posts_live} of {agreed} live when the collaboration ended: {done.outcome}"
        return _reason(Ground.DELIVERY, because, Recommendation.RENEGOTIATE)
    return _reason(Ground.DELIVERY, f"{done.posts_live} of {agreed} live")


def _punctuality(done: Performance, policy: RecommendationPolicy) -> Reason:
    if not done.late:
        return _reason(Ground.PUNCTUALITY, "no post late")
    against = Recommendation.RENEGOTIATE if done.late > policy.late_share_max * done.posts_live else None
    return _reason(Ground.PUNCTUALITY, f"{done.late} of {done.posts_live} late", against)


def _changes(done: Performance, policy: RecommendationPolicy) -> Reason:
    average = done.rounds / max(done.drafted, 1)
    against = Recommendation.RENEGOTIATE if average > policy.rounds_per_post_max else None
    return _reason(Ground.CHANGES, f"{average:.1f} rounds of changes a post" if done.rounds else "no changes", against)


def _disclosure(done: Performance, policy: RecommendationPolicy) -> Reason:
    if not done.undisclosed:
        return _reason(Ground.DISCLOSURE, "every draft disclosed")
    against = None
    if done.undisclosed >= policy.undisclosed_drafts_end:
        against = Recommendation.LOOK_FOR_OTHERS
    elif done.undisclosed > policy.undisclosed_drafts_max:
        against = Recommendation.RENEGOTIATE
    return _reason(Ground.DISCLOSURE, f"{done.undisclosed} of {done.drafts} drafts did not disclose", against)


def _cost(done: Performance, by: Yardstick, policy: RecommendationPolicy) -> Reason:
    cost = done.cost_per_engagement
    if cost is None:
        known = "no engagement in return" if done.engagements == 0 else "no engagements are known"
        return _reason(Ground.COST, known, Recommendation.RENEGOTIATE)
    compared, dear = [], False
    if by.median and by.creators >= policy.compared_min:
        compared.append(f"{_times(cost / by.median)} the campaign's median")
        dear |= cost > policy.cost_to_median_max * by.median
    if by.benchmark_high:
        compared.append(f"{_times(cost / by.benchmark_high)} the usual high")
        dear |= cost > policy.cost_to_benchmark_max * by.benchmark_high
    because = f"an engagement cost {' and '.join(compared)}" if compared else "nothing to compare its cost with"
    return _reason(Ground.COST, because, Recommendation.RENEGOTIATE if dear else None)


def _figures(done: Performance, policy: RecommendationPolicy) -> Reason:
    if not done.flagged:
        return _reason(Ground.FIGURES, "no figure stands out")
    against = Recommendation.RENEGOTIATE if done.flagged_severely > policy.flagged_posts_max else None
    because = f"figures of {done.flagged} of {done.posts_live} posts stand out, {done.flagged_severely} severely"
    return _reason(Ground.FIGURES, because, against)


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio >= 0.1 else f"{ratio:.2f} times"  # else it reads 0.0
