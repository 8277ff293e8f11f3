"""Figures that how posts grow and what is usual do not explain: bought engagement, deleted fakes, invented reports.

A flag is evidence, not a verdict: it says what was seen, what would have been expected and by which version of this
formula, and a person judges. An honest post may go viral, a boosted one is meant to. The thresholds are this engine's
own assumptions (grade C); `tests/domain/test_anomalies.py` measures how often honest posts are flagged, and bought
ones are not.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from pydantic import Field

from domain.benchmarks import DEFAULT as BENCHMARKS
from domain.benchmarks import Benchmarks, EngagementKind
from domain.creators import Platform, Profile
from domain.formats import Format
from domain.growth import DEFAULT as GROWTH
from domain.growth import GrowthModel, HalfLife, Reading, chance_of, foretold
from domain.monitoring import Metrics
from domain.peers import Peers
from domain.values import Instant, Line, Value


class Anomaly(StrEnum):
    """What is unusual about a post's figures."""

    JUMP = "jump"
    """More came at once than the post's growth so far explains."""
    FALL = "fall"
    """A counter went down, as it does when a platform deletes fakes."""
    RATE = "rate"
    """Far more engagement than the creator's own posts have, and than is usual."""
    NO_COMMENTS = "no_comments"
    """Far fewer comments for its likes than the campaign's other posts have."""
    NO_REACH = "no_reach"
    """Likes that did not come with people whom the post reached."""
    TOLD = "told"
    """A person reported more than the platform shows."""


class Severity(StrEnum):
    """How unlikely it is that an honest post looks like this; the least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Flag(Value):
    """One finding on one post, with its evidence."""

    anomaly: Anomaly
    severity: Severity
    figure: Line
    """Which figure: `likes`, `engagements by followers`."""
    seen: float
    low: float | None = None
    """Between `low` and `high` it was expected; None where there is no such end."""
    high: float | None = None
    at: Instant | None
    """When the figure was taken."""
    because: Line
    formula: Line


class AnomalyPolicy(Value):
    """From when on a figure is remarkable."""

    version: Line = "2026-11.1"
    jump_chance: float = Field(default=0.001, gt=0, lt=0.5)
    """A step that is as high or higher with less chance than this is flagged;"""
    jump_chance_high: float = Field(default=0.000005, gt=0, lt=0.5)
    """with less than this, severely."""
    likes_to_reach: float = Field(default=3, gt=1)
    """A step that brings so many times more likes for each person reached than those before it is flagged;"""
    likes_to_reach_high: float = Field(default=6, gt=1)
    """so many times more, severely."""
    jump_min: int = Field(default=50, ge=0)
    """So many more than expected at least."""
    jump_share: float = Field(default=0.15, ge=0)
    """And so much more, by the highest that was expected."""
    fall: float = Field(default=0.02, gt=0)
    """By its value; counters fall a little by themselves when accounts are closed."""
    fall_high: float = Field(default=0.15, gt=0)
    fall_min: int = Field(default=20, ge=1)
    own_rate: float = Field(default=5, gt=1)
    """Times the creator's usual rate; and"""
    usual_rate: float = Field(default=2, gt=1)
    """times the high end of the tier's: both have to be exceeded."""
    peers_min: int = Field(default=8, ge=3)
    """Posts of a campaign that make a comparison."""
    peers_apart: float = Field(default=3.5, gt=0)
    """Scaled median deviations (Iglewicz and Hoaglin 1993)."""
    peers_factor: float = Field(default=4, gt=1)
    """And so many times fewer comments at least."""
    likes_min: int = Field(default=100, ge=1)
    """Below it, comments and rates say little."""
    told: float = Field(default=0.1, gt=0)
    """By how much a person may be above what the platform shows: they look later, and round up."""
    told_high: float = Field(default=0.5, gt=0)


POLICY = AnomalyPolicy()

GROWING = ("impressions", "views", "reach", "likes", "comments", "saves", "shares")
"""Counters of a platform, each of which grows along the curve."""
EXPLAINED = ("views", "impressions", "reach", "likes", "engagements")
"""In which jumps are looked for; of several at one instant, the most severe is told."""


class Post(Value):
    """All that is known of one post's figures."""

    platform: Platform
    format: Format
    published_at: Instant
    snapshots: tuple[Metrics, ...]
    """In any order; those that a service told have a source."""

    @property
    def shown(self) -> tuple[Metrics, ...]:
        """What the platform showed, or where no service reads it, what was told; in order of time."""
        polled = [each for each in self.snapshots if each.source is not None]
        return self._timed(polled or self.snapshots)

    @property
    def told(self) -> tuple[Metrics, ...]:
        """What people reported of a post that a service reads too."""
        told = [each for each in self.snapshots if each.source is None]
        return self._timed(told) if len(told) < len(self.snapshots) else ()

    def _timed(self, snapshots: Iterable[Metrics]) -> tuple[Metrics, ...]:
        timed = [(each.taken_at, nth, each) for nth, each in enumerate(snapshots) if each.taken_at is not None]
        return tuple(each for *_, each in sorted(timed, key=lambda one: one[:2]))

    def hours(self, snapshot: Metrics) -> float:
        """The post's age when a timed snapshot was taken."""
        assert snapshot.taken_at is not None, "only timed snapshots are ordered"
        return (snapshot.taken_at - self.published_at) / timedelta(hours=1)

    def readings(self, figure: str, snapshots: Iterable[Metrics]) -> tuple[Reading, ...]:
        """One figure of those snapshots in which it is known."""
        known = [(self.hours(each), getattr(each, figure)) for each in snapshots]
        return tuple(Reading(hours, count) for hours, count in known if count is not None)


def flags(
    post: Post,
    profile: Profile | None = None,
    peers: Peers | None = None,
    growth: GrowthModel = GROWTH,
    policy: AnomalyPolicy = POLICY,
    benchmarks: Benchmarks = BENCHMARKS,
) -> tuple[Flag, ...]:
    """What is unusual about a post, the most severe first; nothing of a post without figures.

    `profile` is its creator's, None if they are not known any more. `peers` are the campaign's posts, this one among
    them, by their comments for each like (`comments_per_like`).
    """
    found = [*_falls(post, policy), *_told(post, growth, policy)]
    if post.format is not Format.STORY:
        found += _jumps(post, growth, policy)
    if post.shown:
        latest = post.shown[-1]
        found += [*_without_comments(latest, peers, policy), *_without_reach(post, policy)]
        if profile is not None:
            found += _rate(latest, profile, policy, benchmarks)
    order = list(Severity)
    return tuple(sorted(found, key=lambda flag: -order.index(flag.severity)))


def comments_per_like(post: Post, policy: AnomalyPolicy = POLICY) -> float | None:
    """A post's comments for each like, by its latest figures; None where likes are too few or one is unknown."""
    if not post.shown:
        return None
    latest = post.shown[-1]
    if latest.likes is None or latest.comments is None or latest.likes < policy.likes_min:
        return None
    return max(latest.comments, 0.5) / latest.likes


def _jumps(post: Post, growth: GrowthModel, policy: AnomalyPolicy) -> Iterator[Flag]:
    life = growth.of(post.platform, post.format)
    found: dict[float, Flag] = {}
    for figure in EXPLAINED:
        readings = post.readings(figure, post.shown)
        for nth, (hours, seen) in enumerate(readings):
            jump = _jump(readings[:nth], hours, seen, life, policy)
            if jump is None or (hours in found and found[hours].severity is Severity.HIGH):
                continue
            severity, low, high = jump
            found[hours] = Flag(
                anomaly=Anomaly.JUMP,
                severity=severity,
                figure=figure,
                seen=seen,
                low=low,
                high=high,
                at=post.published_at + timedelta(hours=hours),
                because=f"{seen:,} {figure} after {hours:.0f} h, where {low:,} to {high:,} were expected",
                formula=policy.version,
            )
    yield from found.values()


def _jump(
    before: Sequence[Reading], hours: float, seen: int, life: HalfLife, policy: AnomalyPolicy
) -> tuple[Severity, int, int] | None:
    there = max((each.figure for each in before), default=seen)
    if seen <= there + max(policy.jump_min, policy.jump_share * there):
        return None  # as most steps: no chance is worth reckoning
    chance = chance_of(before, hours, seen, life)
    expected = foretold(before, hours, life, policy.jump_chance) if chance < policy.jump_chance else None
    if expected is None or seen <= expected[1] + max(policy.jump_min, policy.jump_share * expected[1]):
        return None
    return (Severity.HIGH if chance < policy.jump_chance_high else Severity.MEDIUM), *expected


def _falls(post: Post, policy: AnomalyPolicy) -> Iterator[Flag]:
    for figure in GROWING:
        # A person may correct what they told; a platform's own counters should only ever grow.
        polled = [each for each in post.shown if each.source is not None]
        readings = post.readings(figure, polled)
        fallen = [(after, before.figure) for before, after in pairwise(readings) if before.figure > after.figure]
        fallen = [(after, top) for after, top in fallen if top - after.figure >= policy.fall_min]
        fallen = [(after, top) for after, top in fallen if top - after.figure > policy.fall * top]
        for after, top in fallen:
            severity = Severity.HIGH if top - after.figure > policy.fall_high * top else Severity.MEDIUM
            at = post.published_at + timedelta(hours=after.hours)
            because = f"{figure} fell from {top:,} to {after.figure:,}"
            yield Flag(
                anomaly=Anomaly.FALL,
                severity=severity,
                figure=figure,
                seen=after.figure,
                low=top,
                at=at,
                because=because,
                formula=policy.version,
            )


def _told(post: Post, growth: GrowthModel, policy: AnomalyPolicy) -> Iterator[Flag]:
    """A figure that the platform showed later is not below what a person saw earlier."""
    life = growth.of(post.platform, post.format)
    for told in post.told:
        for figure in GROWING:
            said, hours = getattr(told, figure), post.hours(told)
            readings = post.readings(figure, post.shown)
            if said is None or not readings:
                continue
            later = [each.figure for each in readings if each.hours >= hours]
            expected = foretold(readings, hours, life, policy.jump_chance)
            top = max(later) if later else max(expected[1] if expected else 0, readings[-1].figure)
            if said > (1 + policy.told) * top + policy.fall_min:
                severity = Severity.HIGH if said > (1 + policy.told_high) * top else Severity.MEDIUM
                because = f"{said:,} {figure} were reported, where the platform shows at most {top:,}"
                yield Flag(
                    anomaly=Anomaly.TOLD,
                    severity=severity,
                    figure=figure,
                    seen=said,
                    high=top,
                    at=told.taken_at,
                    because=because,
                    formula=policy.version,
                )


def _without_comments(latest: Metrics, peers: Peers | None, policy: AnomalyPolicy) -> Iterator[Flag]:
    if peers is None or peers.accounts < policy.peers_min:
        return
    if latest.likes is None or latest.comments is None or latest.likes < policy.likes_min:
        return
    ratio = max(latest.comments, 0.5) / latest.likes
    low = peers.comments_per_like / policy.peers_factor
    if ratio < low and peers.apart(ratio) > policy.peers_apart:
        severity = Severity.HIGH if peers.apart(ratio) > 2 * policy.peers_apart else Severity.MEDIUM
        fewest = round(latest.likes * low)
        because = f"{latest.comments:,} comments for {latest.likes:,} likes, where at least {fewest:,} were expected"
        yield Flag(
            anomaly=Anomaly.NO_COMMENTS,
            severity=severity,
            figure="comments",
            seen=latest.comments,
            low=fewest,
            at=latest.taken_at,
            because=because,
            formula=policy.version,
        )


def _without_reach(post: Post, policy: AnomalyPolicy) -> Iterator[Flag]:
    """Likes and reach come in the same bursts, whatever the curve: more likes than people cannot be, and far more
    likes for each new person than for those before were hardly given by them."""
    for seen in ("reach", "views", "impressions"):
        known = [each for each in post.shown if each.likes is not None and getattr(each, seen)]
        for before, after in pairwise(known):
            likes, there = (after.likes or 0) - (before.likes or 0), before.likes or 0
            people = max(getattr(after, seen) - getattr(before, seen), 0)
            usual = there * people / getattr(before, seen)
            if there < policy.likes_min / 2 or likes - policy.likes_to_reach * usual < max(
                policy.jump_min, policy.jump_share * there
            ):
                continue
            most = round(policy.likes_to_reach * usual)
            severe = likes > policy.likes_to_reach_high * usual + policy.jump_share * there
            yield Flag(
                anomaly=Anomaly.NO_REACH,
                severity=Severity.HIGH if severe else Severity.MEDIUM,
                figure="likes",
                seen=after.likes or 0,
                high=there + most,
                at=after.taken_at,
                because=f"{likes:,} more likes with {people:,} more {seen}, where at most {most:,} were expected",
                formula=policy.version,
            )
        if known and (known[-1].likes or 0) > max(getattr(known[-1], seen), policy.likes_min):
            latest, top = known[-1], getattr(known[-1], seen)
            yield Flag(
                anomaly=Anomaly.NO_REACH,
                severity=Severity.HIGH,
                figure="likes",
                seen=latest.likes or 0,
                high=top,
                at=latest.taken_at,
                because=f"{latest.likes or 0:,} likes with {top:,} {seen}",
                formula=policy.version,
            )
        if known:
            return


def _rate(latest: Metrics, profile: Profile, policy: AnomalyPolicy, benchmarks: Benchmarks) -> Iterator[Flag]:
    """By followers and likes and comments, which is what profiles and benchmarks tell."""
    own, usual = profile.engagement_rate, _usual_rate(profile, benchmarks)
    if latest.likes is None or latest.comments is None or own is None or own == 0 or usual is None:
        return
    engaged = latest.likes + latest.comments
    rate, high = engaged / profile.followers, max(policy.own_rate * own, policy.usual_rate * usual)
    if engaged >= policy.likes_min and rate > high:
        severity = Severity.HIGH if rate > 2 * high else Severity.MEDIUM
        because = f"engagement of {rate:.1%} of followers, where the creator's own posts have {own:.1%}"
        because += f" and {usual:.1%} is high for an account of this size"
        yield Flag(
            anomaly=Anomaly.RATE,
            severity=severity,
            figure="engagement rate",
            seen=round(rate, 4),
            high=round(high, 4),
            at=latest.taken_at,
            because=because,
            formula=policy.version,
        )


def _usual_rate(profile: Profile, benchmarks: Benchmarks) -> float | None:
    tier = benchmarks.tiers.tier(profile.followers)
    for each in benchmarks.engagement:
        if each.platform is profile.platform and each.tier is tier:
            return each.benchmark.high if each.benchmark.kind is EngagementKind.FOLLOWERS else None
    return None
