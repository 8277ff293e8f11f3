"""What the checks look at and how much it weighs: signals and their families, and one version of all figures."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from domain.benchmarks import Grade, Source
from domain.values import Line, Value


class Check(StrEnum):
    """What is looked at."""

    COMMENTS_AND_TAGS = "comments and tags"
    BRANDED_HASHTAGS = "branded hashtags"
    THIRD_PARTY_REPORT = "third-party report"
    PERFORMANCE_REPORT = "performance report"


class Signal(StrEnum):
    """Something that fraudulent accounts show more often than real ones."""

    IDENTICAL_COMMENTS = "identical_comments"
    SHORT_COMMENTS = "short_comments"
    ENGAGEMENT_BELOW_FLOOR = "engagement_below_floor"
    ENGAGEMENT_ABOVE_CEILING = "engagement_above_ceiling"
    ENGAGEMENT_FAR_BELOW_BENCHMARK = "engagement_far_below_benchmark"
    ENGAGEMENT_FAR_ABOVE_BENCHMARK = "engagement_far_above_benchmark"
    FOLLOWING_RATIO = "following_ratio"
    FOLLOWS_MANY = "follows_many"
    FEW_POSTS = "few_posts"
    LIKES_WITHOUT_COMMENTS = "likes_without_comments"
    COMMENTS_WITHOUT_LIKES = "comments_without_likes"
    MORE_LIKES_THAN_FOLLOWERS = "more_likes_than_followers"
    UNUSUAL_COMMENTS_PER_LIKE = "unusual_comments_per_like"
    GROWTH_SPIKE = "growth_spike"
    REPORT_DIFFERS = "report_differs"
    REPORT_INCONSISTENT = "report_inconsistent"
    UNUSUAL_REACH = "unusual_reach"
    FAKE_AUDIENCE = "fake_audience"
    AUDIENCE_ELSEWHERE = "audience_elsewhere"


class Family(StrEnum):
    """Signals of one family say the same thing in other words, so together they count once."""

    COMMENTS = "comments"
    ENGAGEMENT = "engagement"
    FOLLOWING = "following"
    POSTS = "posts"
    REPORT = "report"
    AUDIENCE = "audience"
    GROWTH = "growth"


FAMILY: Mapping[Signal, Family] = {
    Signal.IDENTICAL_COMMENTS: Family.COMMENTS,
    Signal.SHORT_COMMENTS: Family.COMMENTS,
    Signal.ENGAGEMENT_BELOW_FLOOR: Family.ENGAGEMENT,
    Signal.ENGAGEMENT_ABOVE_CEILING: Family.ENGAGEMENT,
    Signal.ENGAGEMENT_FAR_BELOW_BENCHMARK: Family.ENGAGEMENT,
    Signal.ENGAGEMENT_FAR_ABOVE_BENCHMARK: Family.ENGAGEMENT,
    Signal.LIKES_WITHOUT_COMMENTS: Family.ENGAGEMENT,
    Signal.COMMENTS_WITHOUT_LIKES: Family.ENGAGEMENT,
    Signal.MORE_LIKES_THAN_FOLLOWERS: Family.ENGAGEMENT,
    Signal.UNUSUAL_COMMENTS_PER_LIKE: Family.ENGAGEMENT,
    Signal.GROWTH_SPIKE: Family.GROWTH,
    Signal.FOLLOWING_RATIO: Family.FOLLOWING,
    Signal.FOLLOWS_MANY: Family.FOLLOWING,
    Signal.FEW_POSTS: Family.POSTS,
    Signal.REPORT_DIFFERS: Family.REPORT,
    Signal.REPORT_INCONSISTENT: Family.REPORT,
    Signal.UNUSUAL_REACH: Family.REPORT,
    Signal.FAKE_AUDIENCE: Family.AUDIENCE,
    Signal.AUDIENCE_ELSEWHERE: Family.AUDIENCE,
}

FLAGS = frozenset({Signal.GROWTH_SPIKE})
"""What is shown and decides nothing: followers also come by an article in the press or a giveaway."""


class Band(Value):
    """Which multiples of the public figure a reported one may be to fit it, and where the bounds come from."""

    low: float = Field(ge=0)
    high: float = Field(ge=0)
    source: Source


def _assumed(why: str) -> Source:
    return Source(grade=Grade.PLAYBOOK, origin=f"own assumption: {why}")


class CheckPolicy(Value):
    """Thresholds and weights of one version. Ratios are 0..1.

    The thresholds on comments, engagement, following and posts are practitioners' (grade C); weights, penalties, the
    likes-to-comments bounds, the tolerances and the verdicts' bounds are this engine's own assumptions (grade C). A
    figure with another source says so beside it.
    """

    version: Line = "checks 2026-11.3"
    weights: Mapping[Check, float] = {
        Check.COMMENTS_AND_TAGS: 0.30,
        Check.BRANDED_HASHTAGS: 0.15,
        Check.THIRD_PARTY_REPORT: 0.35,
        Check.PERFORMANCE_REPORT: 0.20,
    }
    reported_weight: float = Field(default=0.30, gt=0, le=1)
    """Of the performance report once the creator has given one: it says more than the public figures alone."""
    proven_weight: float = Field(default=0.40, gt=0, le=1)
    """The same with a picture or a document of the platform's own statistics, which a person can look at."""
    comparisons_at_least: int = Field(default=2, ge=1)
    """With fewer figures to compare, a report weighs no more than none."""
    penalties: Mapping[Signal, float] = {
        Signal.IDENTICAL_COMMENTS: 0.6,
        Signal.SHORT_COMMENTS: 0.2,
        Signal.ENGAGEMENT_BELOW_FLOOR: 0.5,
        Signal.ENGAGEMENT_ABOVE_CEILING: 0.5,
        Signal.ENGAGEMENT_FAR_BELOW_BENCHMARK: 0.2,
        Signal.ENGAGEMENT_FAR_ABOVE_BENCHMARK: 0.2,
        Signal.FOLLOWING_RATIO: 0.5,
        Signal.FOLLOWS_MANY: 0.2,
        Signal.FEW_POSTS: 0.5,
        Signal.LIKES_WITHOUT_COMMENTS: 0.4,
        Signal.COMMENTS_WITHOUT_LIKES: 0.4,
        Signal.MORE_LIKES_THAN_FOLLOWERS: 0.6,
        Signal.REPORT_DIFFERS: 0.7,
        Signal.FAKE_AUDIENCE: 0.6,
        Signal.UNUSUAL_COMMENTS_PER_LIKE: 0.2,
        Signal.GROWTH_SPIKE: 0.0,
        Signal.REPORT_INCONSISTENT: 0.7,
        Signal.UNUSUAL_REACH: 0.2,
        Signal.AUDIENCE_ELSEWHERE: 0.4,
    }
    severe_from: float = Field(default=0.5, gt=0)
    """A signal with at least this penalty is never passed without a person."""
    identical_comments_above: float = Field(default=0.40, ge=0, le=1)
    words_per_comment_below: float = Field(default=5, ge=0)
    comments_at_least: int = Field(default=5, ge=1)
    """Fewer sample comments say nothing about identical or short ones."""
    relevant_share_is_enough: float = Field(default=0.30, gt=0, le=1)
    hashtags_are_enough: int = Field(default=2, ge=1)
    engagement_floor: float = Field(default=0.01, ge=0, le=1)
    engagement_ceiling: float = Field(default=0.10, ge=0, le=1)
    benchmark_low: float = Field(default=0.5, ge=0)
    benchmark_high: float = Field(default=2.0, ge=0)
    following_above: int = Field(default=1_500, ge=0)
    following_ratio_from: float = Field(default=3.0, ge=0)
    posts_below: int = Field(default=3, ge=0)
    comments_per_like_low: float = Field(default=0.002, ge=0)
    comments_per_like_high: float = Field(default=0.5, ge=0)
    peers_at_least: int = Field(default=30, ge=3)
    """Fewer similar accounts say nothing about what is usual among them."""
    peers_apart: float = Field(default=3.5, gt=0)
    """How many scaled median deviations from the median are unusual (Iglewicz and Hoaglin 1993, grade B)."""
    growth_above: float = Field(default=0.25, ge=0)
    """More new followers in 30 days than this share of those before are a spike."""
    report_tolerance: float = Field(default=0.25, ge=0)
    """How far a roster's own engagement may be from the one that its figures give, as a share of the larger."""
    followers_band: Band = Band(
        low=0.8, high=1.25, source=_assumed("a public count moves by less between an import and a report")
    )
    engagement_band: Band = Band(
        low=0.5,
        high=3.0,
        source=_assumed("a platform's statistics count saves and shares too, which the public figures leave out"),
    )
    reach_band: Band = Band(
        low=0.05, high=20.0, source=_assumed("accounts reached in 30 days, as a multiple of the followers")
    )
    audience_share_below: float = Field(default=0.20, ge=0, le=1)
    """A smaller share of followers in the country that the brief wants to reach is an audience elsewhere."""
    fake_audience_above: float = Field(default=0.30, ge=0, le=1)
    """What the whole interval of an audit must exceed to raise a signal: a mean influencer's share of fake followers
    (SRF Data 2017, grade B)."""
    unknown: float = Field(default=0.45, ge=0, le=1)
    """The score of a check without data: a little below neutral (0.5)."""
    pass_from: float = Field(default=0.65, ge=0, le=1)
    fail_below: float = Field(default=0.45, ge=0, le=1)
    families_to_fail: int = Field(default=2, ge=2)


DEFAULT_POLICY = CheckPolicy()

Finding = tuple[str, list[Signal]]
"""What was found, in figures, and the signals that it raises."""
