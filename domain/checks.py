"""The four verification checks as weighted evidence: pass, fail, or a person looks at it.

Fraud signals are weak one by one. Measured on hand-labelled real accounts (two sets, share of fake accounts caught /
share of real accounts wrongly flagged): following/followers >= 3 catches 85 % / 32 % and 89 % / 6 %, following > 1,500
55 % / 27 % and 50 % / 2 %, fewer than 3 posts 63 % / 9 %. So no signal, and no family of signals that say the same
thing, fails a creator alone: a failure takes a low score and signals of two families.

Reasons hold counts and ratios only: no names, no comment texts, no hashtags.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.audience import AudienceAudit
from domain.benchmarks import DEFAULT, Benchmarks, EngagementKind, benchmark_engagement
from domain.check_policy import DEFAULT_POLICY, FAMILY, FLAGS, Check, CheckPolicy, Finding, Signal
from domain.creators import Country, Profile
from domain.peers import Peers
from domain.performance_report import PerformanceReport, compared
from domain.personal import PERSONAL
from domain.relevance import concerns, share_about, subject, words
from domain.third_party import AudienceReport
from domain.values import Line, Text, Value


class Verdict(StrEnum):
    """What follows from the evidence."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    REVIEW = "review"
    FAIL = "fail"


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


def assess(
    profile: Profile,
    brand: str,
    category: str,
    benchmarks: Benchmarks = DEFAULT,
    policy: CheckPolicy = DEFAULT_POLICY,
    report: PerformanceReport | None = None,
    audience: AudienceAudit | None = None,
    third_party: AudienceReport | None = None,
    country: Country | None = None,
    peers: Peers | None = None,
) -> Assessment:
    """The four checks on the data at hand, for a brand in a category.

    `report` is the creator's own, `audience` what a sample of their followers said, `third_party` what somebody else
    reports of all of them, `peers` what is usual among similar accounts, if there are any. `country` is where the brand
    wants to reach people; None is anywhere.
    """
    about = subject([brand, category])
    evidence = (
        _comments_and_tags(profile, about, policy),
        _branded_hashtags(profile, brand, about, policy),
        _third_party(profile, audience, third_party, country, benchmarks, policy),
        _performance(profile, report, country, peers, policy),
    )
    total = sum(one.weight for one in evidence)
    score = round(sum(one.weight * one.score for one in evidence) / total, 4)
    signals = [signal for one in evidence for signal in one.signals]
    return Assessment(
        evidence=evidence, score=score, verdict=_verdict(score, signals, policy), formula_version=policy.version
    )


def _verdict(score: float, signals: Sequence[Signal], policy: CheckPolicy) -> Verdict:
    families = {FAMILY[signal] for signal in signals if signal not in FLAGS}
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
    country: Country | None,
    benchmarks: Benchmarks,
    policy: CheckPolicy,
) -> Evidence:
    in_country = third_party.share_in(country) if third_party is not None and country is not None else None
    findings = [
        *_engagement(profile, benchmarks, policy),
        *_following(profile, policy),
        *_posts(profile, policy),
        *_audience(audience, policy),
        *_reported(third_party, policy),
        *_where(in_country, country, policy),
    ]
    if not findings:
        return _unknown(Check.THIRD_PARTY_REPORT, "no engagement, following or posts at hand", policy)
    return _found(Check.THIRD_PARTY_REPORT, findings, policy.weights[Check.THIRD_PARTY_REPORT], policy)


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


def _where(share: float | None, country: Country | None, policy: CheckPolicy) -> Iterable[Finding]:
    """Whether the audience is where the brand wants to reach people."""
    if share is not None:
        elsewhere = share < policy.audience_share_below
        yield f"{share:.0%} of the audience is in {country}", [Signal.AUDIENCE_ELSEWHERE] if elsewhere else []


def _performance(
    profile: Profile,
    report: PerformanceReport | None,
    country: Country | None,
    peers: Peers | None,
    policy: CheckPolicy,
) -> Evidence:
    """Do the public figures fit together, and does the creator's report fit them?"""
    findings = [*_likes_and_comments(profile, peers, policy), *_stated_by_roster(profile, policy)]
    comparisons = list(compared(report, profile, policy)) if report is not None else []
    if not findings and not comparisons:
        return _unknown(Check.PERFORMANCE_REPORT, "no figures to compare", policy)
    weight = policy.weights[Check.PERFORMANCE_REPORT]
    if report is None:
        return _found(Check.PERFORMANCE_REPORT, findings, weight, policy)
    if len(comparisons) >= policy.comparisons_at_least:
        weight = policy.reported_weight if report.proof is None else policy.proven_weight
    in_country = report.countries.get(country, 0.0) if report.countries and country is not None else None
    proof = "there is no proof of the report" if report.proof is None else "there is a proof of the report to look at"
    findings += [*comparisons, *_where(in_country, country, policy), (proof, [])]
    return _found(Check.PERFORMANCE_REPORT, findings, weight, policy)


def _found(check: Check, findings: Sequence[Finding], weight: float, policy: CheckPolicy) -> Evidence:
    signals = [signal for _, found in findings for signal in found]
    return _evidence(check, 1.0, [because for because, _ in findings], signals, policy, weight)


def _likes_and_comments(profile: Profile, peers: Peers | None, policy: CheckPolicy) -> Iterable[Finding]:
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
    because = f"{ratio:.3f} comments a like"
    if peers is not None and peers.accounts >= policy.peers_at_least and likes >= 1 and comments > 0:
        because += f", {peers.comments_per_like:.3f} are usual among {peers.accounts} similar accounts"
        if peers.apart(ratio) > policy.peers_apart:
            signals.append(Signal.UNUSUAL_COMMENTS_PER_LIKE)
    yield because, signals


def _stated_by_roster(profile: Profile, policy: CheckPolicy) -> Iterable[Finding]:
    """Whether a roster's engagement is the one that its own figures give."""
    said, counted = profile.engagement_stated, profile.engagement_rate
    if said is not None and counted is not None:
        apart = abs(said - counted) / max(said, counted) if max(said, counted) > 0 else 0.0
        signals = [Signal.REPORT_DIFFERS] if apart > policy.report_tolerance else []
        yield f"the roster's engagement stated and public differ by {apart:.0%}", signals


def _identical_share(comments: Sequence[str]) -> float:
    """The share of comments that somebody else left in the same words, whatever their case and punctuation."""
    plain = Counter("".join(filter(str.isalnum, comment.casefold())) or comment for comment in comments)
    return sum(count for count in plain.values() if count > 1) / len(comments)


def _evidence(
    check: Check,
    score: float,
    reasons: Sequence[str],
    signals: Sequence[Signal],
    policy: CheckPolicy,
    weight: float | None = None,
) -> Evidence:
    raised = tuple(dict.fromkeys(signals))
    left = score - sum(policy.penalties[signal] for signal in raised)
    return Evidence(
        check=check,
        weight=weight or policy.weights[check],
        score=round(min(max(left, 0.0), 1.0), 4),
        because="; ".join(reasons),
        signals=raised,
    )


def _unknown(check: Check, why: str, policy: CheckPolicy) -> Evidence:
    because = f"{why}: scored below neutral"
    return Evidence(check=check, weight=policy.weights[check], score=policy.unknown, because=because, known=False)
