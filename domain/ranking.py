"""An explainable ranking: every score is a weighted mean of parts, and every part says why it is what it is.

Only the data at hand is used. A missing figure scores a little below neutral and lowers the certainty; it is never
taken for zero. Past performance with us counts for those who have any, and against nobody who has none. Reasons hold
figures and the brief's own words, never anything that identifies a creator.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from pydantic import Field

from domain.benchmarks import DEFAULT, Benchmarks, EngagementKind, benchmark_engagement, fair_price, tier
from domain.creators import Country, Creator, Language, Platform, Profile
from domain.formats import Format
from domain.money import Currency, Minor
from domain.relevance import concerns, subject
from domain.track_record import TrackRecord
from domain.values import Line, Value


class Wanted(Value):
    """What a brief asks of a creator. Followers are inclusive; the cap is in minor units of `currency`."""

    platform: Platform
    followers_min: int = Field(ge=0)
    followers_max: int = Field(ge=0)
    country: Country | None = None
    language: Language | None = None
    topics: tuple[Line, ...] = ()
    brand: Line
    product: Line
    category: Line
    fee_cap: Minor | None = None
    currency: Currency = "USD"
    preferred: frozenset[Line] = frozenset()
    """Ids of creators whom the brief would rather have."""
    excluded: frozenset[Line] = frozenset()
    """Ids of creators whom it will not have."""


class Part(StrEnum):
    """What a ranking looks at."""

    RELEVANCE = "relevance"
    ENGAGEMENT = "engagement against benchmark"
    POSTING = "posting frequency"
    """Stands in for consistency: a roster tells how often somebody posts, not how regularly."""
    PRICE = "price efficiency"
    COMPLETENESS = "data completeness"
    """Stands in for diversity of audience, of which a roster tells nothing."""
    TRACK_RECORD = "past performance with us"
    """Only of creators with whom the workspace has worked, or to whom it has made an offer."""
    PREFERRED = "preferred by the brief"
    """Only of creators whom the brief names."""


class ScorePart(Value):
    """One part of a score: its weight, its score 0..1, the reason, and whether the data for it was there."""

    name: Part
    weight: float = Field(gt=0, le=1)
    score: float = Field(ge=0, le=1)
    because: Line
    known: bool = True


class Ranked(Value):
    """One creator's place: the score 0..1, how much of it rests on data (certainty 0..1), and the parts."""

    creator_id: Line
    score: float = Field(ge=0, le=1)
    certainty: float = Field(ge=0, le=1)
    evidence: tuple[ScorePart, ...]


Curve = tuple[tuple[float, float], ...]
"""Points (x, score) in rising x, joined by straight lines and flat beyond the ends."""


class RankingPolicy(Value):
    """Weights and curves of one version: this engine's own assumptions (grade C), as no public study gives them."""

    version: Line = "2026-11.3"
    relevance: float = Field(default=0.35, gt=0, le=1)
    engagement: float = Field(default=0.25, gt=0, le=1)
    posting: float = Field(default=0.15, gt=0, le=1)
    price: float = Field(default=0.15, gt=0, le=1)
    completeness: float = Field(default=0.10, gt=0, le=1)
    track_record: float = Field(default=0.20, gt=0, le=1)
    """Beside the others, which add up to one: whoever has no record is scored by those alone."""
    preferred: float = Field(default=0.30, gt=0, le=1)
    """Beside the others as well, and always with the full score: who is named passes somebody with better figures, and
    does not make up for bad ones."""
    first_impressions: float = Field(default=2, ge=0)
    """So many imagined posts and offers, half of them kept and answered, stand beside the real ones: one collaboration
    does not make a reputation."""
    late_is_worth: float = Field(default=0.5, ge=0, le=1)
    """Of a post on time."""
    unknown: float = Field(default=0.4, ge=0, le=1)
    """The score of a part without data: a little below neutral (0.5)."""
    negotiable: float = Field(default=1.5, ge=1)
    """Who asks more than this multiple of the cap for a single post is left out: no negotiation closes that gap."""
    engagement_curve: Curve = ((0, 0), (0.5, 0.35), (1, 0.75), (1.5, 1), (2, 1), (4, 0.3))
    """By multiples of the benchmark; beyond twice the usual it falls, because bought engagement looks like that."""
    posting_curve: Curve = ((0, 0), (1, 0.5), (3, 1), (7, 1), (14, 0.7), (35, 0.4))
    """By posts a week; past one a day every single post gets less attention."""
    price_curve: Curve = ((0, 1), (0.5, 1), (1, 0.7), (2, 0.2), (3, 0))
    """By multiples of the middle of the fair price."""


def rank(
    profiles: Iterable[Creator],
    wanted: Wanted,
    benchmarks: Benchmarks = DEFAULT,
    policy: RankingPolicy | None = None,
    held: Mapping[str, str] | None = None,
    records: Mapping[str, TrackRecord] | None = None,
) -> list[Ranked]:
    """The creators who are not `excluded`, best first; equal scores in order of creator id, so it is repeatable.

    `records` has the track records of those who have one, by id.
    """
    rules = policy or RankingPolicy()
    about = _Interests(wanted)
    eligible = (creator for creator in profiles if excluded(creator, wanted, rules, held) is None)
    past = records or {}
    ranked = [_score(creator, past.get(creator.id), wanted, about, benchmarks, rules) for creator in eligible]
    return sorted(ranked, key=lambda one: (-one.score, one.creator_id))


def excluded(
    creator: Creator, wanted: Wanted, policy: RankingPolicy | None = None, held: Mapping[str, str] | None = None
) -> str | None:
    """Why a creator is not considered at all, or None if they are.

    `held` has the ids of those whom other campaigns keep from this one, each with what keeps them.
    """
    rules = policy or RankingPolicy()
    profile = creator.profile
    if creator.id in wanted.excluded:
        return "the brief excludes them"
    if profile.platform is not wanted.platform:
        return f"publishes on {profile.platform}, wanted is {wanted.platform}"
    if not wanted.followers_min <= profile.followers <= wanted.followers_max:
        return f"has {profile.followers:,} followers, wanted are {wanted.followers_min:,} to {wanted.followers_max:,}"
    if wanted.fee_cap is not None and profile.fee is not None and profile.fee_currency == wanted.currency:
        limit = rules.negotiable * wanted.fee_cap
        if profile.fee > limit:
            return f"asks {_money(profile.fee)} for a post, the cap is {_money(wanted.fee_cap)} {wanted.currency}"
    return (held or {}).get(creator.id)


class _Interests:
    """The brief's topics with the words that stand for each, worked out once for all creators."""

    def __init__(self, wanted: Wanted) -> None:
        names = wanted.topics or (wanted.category,)
        self.topics = [(name, subject([name])) for name in names]
        self.trade = subject([wanted.category, wanted.product])


def _score(
    creator: Creator,
    record: TrackRecord | None,
    wanted: Wanted,
    about: _Interests,
    benchmarks: Benchmarks,
    policy: RankingPolicy,
) -> Ranked:
    profile = creator.profile
    parts: tuple[ScorePart, ...] = (
        _relevance(profile, wanted, about, policy),
        _engagement(profile, benchmarks, policy),
        _posting(profile, policy),
        _price(profile, wanted, benchmarks, policy),
        _completeness(profile, policy),
    )
    if record is not None and record.decided:
        parts += (_track_record(record, policy),)
    if creator.id in wanted.preferred:
        parts += (ScorePart(name=Part.PREFERRED, weight=policy.preferred, score=1, because="the brief names them"),)
    total = sum(part.weight for part in parts)
    return Ranked(
        creator_id=creator.id,
        score=_ratio(sum(part.weight * part.score for part in parts) / total),
        certainty=_ratio(sum(part.weight for part in parts if part.known) / total),
        evidence=parts,
    )


def _relevance(profile: Profile, wanted: Wanted, about: _Interests, policy: RankingPolicy) -> ScorePart:
    """Half the topics; country and language share the other half where the brief names them."""
    text = [*profile.topics, profile.biography, *(f"#{tag}" for tag in profile.branded_hashtags)]
    facts = [_topics(text, about, policy)]
    if wanted.country is not None:
        facts.append(_same("country", profile.country, wanted.country, policy))
    if wanted.language is not None:
        facts.append(_same("language", profile.language, wanted.language, policy))
    scores = [score for score, _, _ in facts]
    rest = sum(scores[1:]) / len(scores[1:]) if scores[1:] else scores[0]
    return ScorePart(
        name=Part.RELEVANCE,
        weight=policy.relevance,
        score=_ratio((scores[0] + rest) / 2),
        because=_line("; ".join(because for _, because, _ in facts)),
        known=all(known for _, _, known in facts),
    )


Fact = tuple[float, str, bool]
"""A score, its reason, and whether the data was there."""


def _topics(text: Sequence[str], about: _Interests, policy: RankingPolicy) -> Fact:
    if not any(text):
        return policy.unknown, "topics unknown", False
    covered = [name for name, subject_words in about.topics if any(concerns(line, subject_words) for line in text)]
    score = len(covered) / len(about.topics)
    because = f"covers {len(covered)} of {len(about.topics)} topics"
    if covered:
        because += f" ({', '.join(covered)})"
    if any(concerns(line, about.trade) for line in text):
        return (1 + 3 * score) / 4, because + ", and the category", True
    return 3 * score / 4, because + ", but not the category", True


def _same(what: str, actual: str | None, needed: str, policy: RankingPolicy) -> Fact:
    if actual is None:
        return policy.unknown, f"{what} unknown", False
    return float(actual == needed), f"{what} {actual}" + ("" if actual == needed else f", wanted {needed}"), True


def _engagement(profile: Profile, benchmarks: Benchmarks, policy: RankingPolicy) -> ScorePart:
    rate = profile.engagement_rate
    origin = ""
    if rate is None and profile.engagement_stated is not None:
        rate, origin = profile.engagement_stated, " as stated, not counted"
    if rate is None:
        return _unknown(Part.ENGAGEMENT, policy.engagement, "likes or comments unknown", policy)
    usual = benchmark_engagement(profile.platform, profile.followers, benchmarks)
    multiple = rate / usual.rate
    score = _on(policy.engagement_curve, multiple)
    because = (
        f"{rate:.1%}{origin}, {multiple:.1f}x the {usual.rate:.1%} of {tier(profile.followers, benchmarks)} accounts"
    )
    comparable = usual.kind is EngagementKind.FOLLOWERS
    if not comparable:
        # The two rates divide by different things, so only half of what they seem to say is believed.
        score = (score + policy.unknown) / 2
        because += f"; counted half: that benchmark is by {usual.kind}, this rate by followers"
    return ScorePart(
        name=Part.ENGAGEMENT,
        weight=policy.engagement,
        score=_ratio(score),
        because=_line(because),
        known=comparable and not origin,
    )


def _posting(profile: Profile, policy: RankingPolicy) -> ScorePart:
    if profile.posts_per_week is None:
        return _unknown(Part.POSTING, policy.posting, "posts a week unknown", policy)
    return ScorePart(
        name=Part.POSTING,
        weight=policy.posting,
        score=_ratio(_on(policy.posting_curve, profile.posts_per_week)),
        because=f"{profile.posts_per_week:.1f} posts a week",
    )


def _price(profile: Profile, wanted: Wanted, benchmarks: Benchmarks, policy: RankingPolicy) -> ScorePart:
    fair = fair_price(profile, Format.POST, benchmarks)
    if profile.fee is None:
        return _unknown(Part.PRICE, policy.price, "asking price unknown", policy)
    if profile.fee_currency != fair.currency:
        why = f"asks in {profile.fee_currency}, the rate card is in {fair.currency}"
        return _unknown(Part.PRICE, policy.price, why, policy)
    middle = max((fair.low + fair.high) / 2, 1)
    because = (
        f"asks {_money(profile.fee)} for a post, fair is {_money(fair.low)} to {_money(fair.high)} {fair.currency}"
    )
    score = _on(policy.price_curve, profile.fee / middle)
    if wanted.fee_cap is not None and wanted.currency == profile.fee_currency and profile.fee > wanted.fee_cap:
        score /= 2
        because += f"; above the cap of {_money(wanted.fee_cap)}"
    return ScorePart(name=Part.PRICE, weight=policy.price, score=_ratio(score), because=_line(because))


def _completeness(profile: Profile, policy: RankingPolicy) -> ScorePart:
    figures = (
        profile.following,
        profile.posts,
        profile.average_likes,
        profile.average_comments,
        profile.posts_per_week,
        profile.country,
        profile.language,
        profile.fee,
    )
    texts = (profile.topics, profile.branded_hashtags, profile.sample_comments, profile.biography)
    given = sum(figure is not None for figure in figures) + sum(bool(text) for text in texts)
    fields = len(figures) + len(texts)
    return ScorePart(
        name=Part.COMPLETENESS,
        weight=policy.completeness,
        score=_ratio(given / fields),
        because=f"{given} of {fields} optional fields are given",
    )


def _track_record(record: TrackRecord, policy: RankingPolicy) -> ScorePart:
    """Two thirds the posts that were due, if there were any, and one third the answers to our offers."""
    due, kept = record.on_time + record.late + record.missed, record.on_time + policy.late_is_worth * record.late
    answering = _tempered(record.decided - record.expired, record.decided, policy)
    score = (2 * _tempered(kept, due, policy) + answering) / 3 if due else answering
    facts = [f"answered {record.decided - record.expired} of {record.decided} offers"]
    if record.median_answer_hours is not None:
        hours = record.median_answer_hours
        facts.append(f"half within {hours} hours" if hours > 1 else "half within an hour")
    if due:
        facts.append(f"of {due} posts {record.on_time} on time, {record.late} late, {record.missed} missed")
    if record.last_outcome is not None:
        facts.append(f"last collaboration {record.last_outcome.replace('_', ' ')}")
    return ScorePart(
        name=Part.TRACK_RECORD, weight=policy.track_record, score=_ratio(score), because=_line("; ".join(facts))
    )


def _tempered(good: float, all_: int, policy: RankingPolicy) -> float:
    """The share of the good ones, drawn to one half as long as there are few."""
    return (good + policy.first_impressions / 2) / (all_ + policy.first_impressions)


def _unknown(part: Part, weight: float, why: str, policy: RankingPolicy) -> ScorePart:
    return ScorePart(
        name=part, weight=weight, score=policy.unknown, because=f"{why}: scored below neutral", known=False
    )


def _on(curve: Curve, x: float) -> float:
    """The curve's value at x."""
    if x <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return curve[-1][1]


def _ratio(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 4)


def _money(minor: int) -> str:
    return f"{minor / 100:,.2f}"


def _line(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
