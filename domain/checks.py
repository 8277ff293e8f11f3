"""The four verification checks as weighted evidence: pass, fail, or a person looks at it.

Fraud signals are weak one by one. Measured on hand-labelled real accounts (two sets, share of fake accounts caught /
share of real accounts wrongly flagged): following/followers >= 3 catches 85 % / 32 % and 89 % / 6 %, following > 1,500
55 % / 27 % and 50 % / 2 %, fewer than 3 posts 63 % / 9 %. So no signal, and no family of signals that say the same
thing, fails a creator alone: a failure takes a low score and signals of two families.

Reasons hold counts and ratios only: no names, no comment texts, no hashtags.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.audience import AudienceAudit
from domain.benchmarks import DEFAULT, Benchmarks, EngagementKind, benchmark_engagement
from domain.creators import Profile
from domain.personal import PERSONAL
from domain.relevance import concerns, share_about, subject, words
from domain.third_party import AudienceReport
from domain.values import Line, Text, Value


class Verdict(StrEnum):
    """What follows from the evidence."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    REVIEW = "review"
    FAIL = "fail"


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
    REPORT_DIFFERS = "report_differs"
    FAKE_AUDIENCE = "fake_audience"


class Family(StrEnum):
    """Signals of one family say the same thing in other words, so together they count once."""

    COMMENTS = "comments"
    ENGAGEMENT = "engagement"
    FOLLOWING = "following"
    POSTS = "posts"
    REPORT = "report"
    AUDIENCE = "audience"


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
    Signal.FOLLOWING_RATIO: Family.FOLLOWING,
    Signal.FOLLOWS_MANY: Family.FOLLOWING,
    Signal.FEW_POSTS: Family.POSTS,
    Signal.REPORT_DIFFERS: Family.REPORT,
    Signal.FAKE_AUDIENCE: Family.AUDIENCE,
}


class Evidence(Value):
    """One check's finding: weight and score are 0..1, 1 is what a genuine and fitting account shows."""

    check: Check
    weight: float = Field(gt=0, le=1)
    score: float = Field(ge=0, le=1)
    because: Annotated[Text, PERSONAL]
    signals: tuple[Signal, ...] = ()
    known: bool = True


class Assessment(Value):
    """All evidence about one account, its weighted mean (0..1), and the verdict under `formula_version`."""

    evidence: tuple[Evidence, ...]
    score: float = Field(ge=0, le=1)
    verdict: Verdict
    formula_version: Line

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal that was raised."""
        return tuple(signal for one in self.evidence for signal in one.signals)


class PerformanceReport(Value):
    """What the creator's own report says, after being asked for it. None is not stated."""

    followers: int | None = Field(default=None, ge=0)
    average_likes: float | None = Field(default=None, ge=0)
    average_comments: float | None = Field(default=None, ge=0)
    engagement_rate: float | None = Field(default=None, ge=0)
    """A ratio by followers."""


class CheckPolicy(Value):
    """Thresholds and weights of one version. Ratios are 0..1.

    The thresholds on comments, engagement, following and posts are practitioners' (grade C); weights, penalties, the
    likes-to-comments bounds, the tolerance and the verdicts' bounds are this engine's own assumptions (grade C).
    """

    version: Line = "checks 2026-11.2"
    weights: Mapping[Check, float] = {
        Check.COMMENTS_AND_TAGS: 0.30,
        Check.BRANDED_HASHTAGS: 0.15,
        Check.THIRD_PARTY_REPORT: 0.35,
        Check.PERFORMANCE_REPORT: 0.20,
    }
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
    report_tolerance: float = Field(default=0.25, ge=0)
    fake_audience_above: float = Field(default=0.30, ge=0, le=1)
    """What the whole interval of an audit must exceed to raise a signal: a mean influencer's share of fake followers
    (SRF Data 2017, grade B)."""
    unknown: float = Field(default=0.45, ge=0, le=1)
    """The score of a check without data: a little below neutral (0.5)."""
    pass_from: float = Field(default=0.65, ge=0, le=1)
    fail_below: float = Field(default=0.45, ge=0, le=1)
    families_to_fail: int = Field(default=2, ge=2)


DEFAULT_POLICY = CheckPolicy()


def assess(
    profile: Profile,
    brand: str,
    category: str,
    benchmarks: Benchmarks = DEFAULT,
    policy: CheckPolicy = DEFAULT_POLICY,
    report: PerformanceReport | None = None,
    audience: AudienceAudit | None = None,
    third_party: AudienceReport | None = None,
) -> Assessment:
    """The four checks on the data at hand, for a brand in a category.

    `report` is the creator's own, `audience` what a sample of their followers said, `third_party` what somebody else
    reports of all of them, if there are any.
    """
    about = subject([brand, category])
    evidence = (
        _comments_and_tags(profile, about, policy),
        _branded_hashtags(profile, brand, about, policy),
        _third_party(profile, audience, third_party, benchmarks, policy),
        _performance(profile, report, policy),
    )
    total = sum(one.weight for one in evidence)
    score = round(sum(one.weight * one.score for one in evidence) / total, 4)
    signals = [signal for one in evidence for signal in one.signals]
    return Assessment(
        evidence=evidence, score=score, verdict=_verdict(score, signals, policy), formula_version=policy.version
    )


def _verdict(score: float, signals: Sequence[Signal], policy: CheckPolicy) -> Verdict:
    families = {FAMILY[signal] for signal in signals}
    if score < policy.fail_below and len(families) >= policy.families_to_fail:
        return Verdict.FAIL
    severe = any(policy.penalties[signal] >= policy.severe_from for signal in signals)
    return Verdict.PASS if score >= policy.pass_from and not severe else Verdict.REVIEW


def _comments_and_tags(profile: Profile, about: frozenset[str], policy: CheckPolicy) -> Evidence:
    comments = [comment for comment in profile.sample_comments if comment]
    tags = [*profile.topics, *(f"#{tag}" for tag in profile.branded_hashtags)]
    if not comments and not tags:
        return _unknown(Check.COMMENTS_AND_TAGS, "no comments or tags at hand", policy)
    of_comments, of_tags = share_about(comments, about), share_about(tags, about)
    reasons = [f"{of_comments:.0%} of {len(comments)} comments and {of_tags:.0%} of {len(tags)} tags fit the category"]
    signals = []
    if len(comments) >= policy.comments_at_least:
        identical = _identical_share(comments)
        length = sum(len(comment.split()) for comment in comments) / len(comments)
        reasons.append(f"{identical:.0%} of comments are repeated, {length:.1f} words on average")
        if identical > policy.identical_comments_above:
            signals.append(Signal.IDENTICAL_COMMENTS)
        if length < policy.words_per_comment_below:
            signals.append(Signal.SHORT_COMMENTS)
    score = 0.5 + 0.5 * min(1.0, max(of_comments, of_tags) / policy.relevant_share_is_enough)
    return _evidence(Check.COMMENTS_AND_TAGS, score, reasons, signals, policy)


def _branded_hashtags(profile: Profile, brand: str, about: frozenset[str], policy: CheckPolicy) -> Evidence:
    """Interest that nobody paid for. Its absence is neutral: most people never tag a brand."""
    if not profile.branded_hashtags:
        return _unknown(Check.BRANDED_HASHTAGS, "no unpaid branded hashtags at hand", policy)
    own = words(brand)
    tags = [f"#{tag}" for tag in profile.branded_hashtags]
    of_brand = sum(concerns(tag, own) for tag in tags)
    of_category = sum(concerns(tag, about) for tag in tags)
    score = 0.5 + 0.5 * min(1.0, (of_category + of_brand) / policy.hashtags_are_enough)
    because = f"of {len(tags)} unpaid branded hashtags {of_category} concern the category, {of_brand} the brand itself"
    return _evidence(Check.BRANDED_HASHTAGS, score, [because], [], policy)


def _third_party(
    profile: Profile,
    audience: AudienceAudit | None,
    third_party: AudienceReport | None,
    benchmarks: Benchmarks,
    policy: CheckPolicy,
) -> Evidence:
    findings = [
        *_engagement(profile, benchmarks, policy),
        *_following(profile, policy),
        *_posts(profile, policy),
        *_audience(audience, policy),
        *_reported(third_party, policy),
    ]
    if not findings:
        return _unknown(Check.THIRD_PARTY_REPORT, "no engagement, following or posts at hand", policy)
    signals = [signal for _, found in findings for signal in found]
    return _evidence(Check.THIRD_PARTY_REPORT, 1.0, [because for because, _ in findings], signals, policy)


Finding = tuple[str, list[Signal]]
"""What was found, in figures, and the signals that it raises."""


def _engagement(profile: Profile, benchmarks: Benchmarks, policy: CheckPolicy) -> Iterable[Finding]:
    rate = profile.engagement_rate if profile.engagement_rate is not None else profile.engagement_stated
    if rate is None:
        return
    signals = []
    usual = benchmark_engagement(profile.platform, profile.followers, benchmarks)
    because = f"engagement {rate:.2%} by followers"
    if rate < policy.engagement_floor:
        signals.append(Signal.ENGAGEMENT_BELOW_FLOOR)
    if rate > policy.engagement_ceiling:
        signals.append(Signal.ENGAGEMENT_ABOVE_CEILING)
    if usual.kind is EngagementKind.FOLLOWERS:
        multiple = rate / usual.rate
        because += f", {multiple:.1f}x the benchmark"
        if multiple < policy.benchmark_low:
            signals.append(Signal.ENGAGEMENT_FAR_BELOW_BENCHMARK)
        if multiple > policy.benchmark_high:
            signals.append(Signal.ENGAGEMENT_FAR_ABOVE_BENCHMARK)
    yield because, signals


def _following(profile: Profile, policy: CheckPolicy) -> Iterable[Finding]:
    if profile.following is None:
        return
    signals = []
    ratio = profile.following / max(profile.followers, 1)
    if profile.following > policy.following_above:
        signals.append(Signal.FOLLOWS_MANY)
    if ratio >= policy.following_ratio_from:
        signals.append(Signal.FOLLOWING_RATIO)
    yield f"follows {profile.following:,}, {ratio:.2f} of its followers", signals


def _posts(profile: Profile, policy: CheckPolicy) -> Iterable[Finding]:
    if profile.posts is not None:
        yield f"{profile.posts:,} posts", [Signal.FEW_POSTS] if profile.posts < policy.posts_below else []


def _audience(audience: AudienceAudit | None, policy: CheckPolicy) -> Iterable[Finding]:
    if audience is not None:
        yield (
            f"{audience.fake_share:.0%} of its followers look fake ({audience.low:.0%} to {audience.high:.0%}, "
            f"from {audience.sampled:,} of them)",
            [Signal.FAKE_AUDIENCE] if audience.low > policy.fake_audience_above else [],
        )


def _reported(report: AudienceReport | None, policy: CheckPolicy) -> Iterable[Finding]:
    if report is not None and report.in_words:
        above = (report.fake_share or 0.0) > policy.fake_audience_above
        yield report.in_words, [Signal.FAKE_AUDIENCE] if above else []


def _performance(profile: Profile, report: PerformanceReport | None, policy: CheckPolicy) -> Evidence:
    """Do the public figures fit together, and does the creator's report fit them?"""
    findings = [*_likes_and_comments(profile, policy), *_differences(profile, report, policy)]
    if not findings:
        return _unknown(Check.PERFORMANCE_REPORT, "no figures to compare", policy)
    signals = [signal for _, found in findings for signal in found]
    return _evidence(Check.PERFORMANCE_REPORT, 1.0, [because for because, _ in findings], signals, policy)


def _likes_and_comments(profile: Profile, policy: CheckPolicy) -> Iterable[Finding]:
    likes, comments = profile.average_likes, profile.average_comments
    if likes is None or comments is None:
        return
    signals = []
    ratio = comments / max(likes, 1.0)
    if likes >= 1 / policy.comments_per_like_low and ratio < policy.comments_per_like_low:
        signals.append(Signal.LIKES_WITHOUT_COMMENTS)
    if ratio > policy.comments_per_like_high and comments >= 1:
        signals.append(Signal.COMMENTS_WITHOUT_LIKES)
    if likes > profile.followers:
        signals.append(Signal.MORE_LIKES_THAN_FOLLOWERS)
    yield f"{ratio:.3f} comments a like", signals


def _differences(profile: Profile, report: PerformanceReport | None, policy: CheckPolicy) -> Iterable[Finding]:
    stated = report or PerformanceReport()
    pairs = (
        ("followers", stated.followers, float(profile.followers)),
        ("average likes", stated.average_likes, profile.average_likes),
        ("average comments", stated.average_comments, profile.average_comments),
        ("engagement", stated.engagement_rate, profile.engagement_rate),
        ("the roster's engagement", profile.engagement_stated, profile.engagement_rate),
    )
    for name, said, public in pairs:
        if said is not None and public is not None:
            apart = abs(said - public) / max(said, public) if max(said, public) > 0 else 0.0
            signals = [Signal.REPORT_DIFFERS] if apart > policy.report_tolerance else []
            yield f"{name} stated and public differ by {apart:.0%}", signals


def _identical_share(comments: Sequence[str]) -> float:
    """The share of comments that somebody else left in the same words, whatever their case and punctuation."""
    plain = Counter("".join(filter(str.isalnum, comment.casefold())) or comment for comment in comments)
    return sum(count for count in plain.values() if count > 1) / len(comments)


def _evidence(
    check: Check, score: float, reasons: Sequence[str], signals: Sequence[Signal], policy: CheckPolicy
) -> Evidence:
    raised = tuple(dict.fromkeys(signals))
    left = score - sum(policy.penalties[signal] for signal in raised)
    return Evidence(
        check=check,
        weight=policy.weights[check],
        score=round(min(max(left, 0.0), 1.0), 4),
        because="; ".join(reasons),
        signals=raised,
    )


def _unknown(check: Check, why: str, policy: CheckPolicy) -> Evidence:
    because = f"{why}: scored below neutral"
    return Evidence(check=check, weight=policy.weights[check], score=policy.unknown, because=because, known=False)
