"""What is usual: tiers, engagement, rates and prices, as one versioned configuration with the source of every figure.

Nothing else in the domain holds such a figure. Whoever reads a score or a price can name `Benchmarks.version` and look
up where its inputs come from. Pass another `Benchmarks` to any function here to work with your own figures.
"""

from enum import StrEnum

from pydantic import Field

from domain.creators import Platform, Profile
from domain.formats import Format
from domain.money import Currency, Minor
from domain.values import Line, Value


class Grade(StrEnum):
    """How far a figure can be trusted."""

    RECORD = "R"
    """The workspace's own events say so."""
    OFFICIAL = "A"
    """A law, a regulator or a platform says so."""
    PRESS = "B"
    """The press or a vendor reports it."""
    PLAYBOOK = "C"
    """Practitioners' playbooks use it, or it is this engine's own assumption (the origin says which)."""


class Source(Value):
    """Where a figure comes from."""

    grade: Grade
    origin: Line


class Tier(StrEnum):
    """A class of accounts by followers, smallest first."""

    NANO = "nano"
    MICRO = "micro"
    MID = "mid"
    MACRO = "macro"
    MEGA = "mega"


class TierStart(Value):
    """A tier reaches from `followers_min` up to the next tier's."""

    tier: Tier
    followers_min: int = Field(ge=0)


class TierSet(Value):
    """One way to cut accounts into tiers, smallest tier first. Below the first start is still the first tier."""

    name: Line
    starts: tuple[TierStart, ...]
    source: Source

    def tier(self, followers: int) -> Tier:
        """The tier of an account with that many followers; a boundary belongs to the larger tier."""
        reached = [start.tier for start in self.starts if followers >= start.followers_min]
        return reached[-1] if reached else self.starts[0].tier


class EngagementKind(StrEnum):
    """What an engagement rate is divided by. Rates of different kinds must not be compared."""

    FOLLOWERS = "followers"
    REACH = "reach"
    IMPRESSIONS = "impressions"
    VIEWS = "views"


class EngagementBenchmark(Value):
    """The usual engagement of a class of accounts: ratios 0..1, what was counted over what, and of which sample."""

    rate: float = Field(gt=0, le=1)
    low: float = Field(gt=0, le=1)
    high: float = Field(gt=0, le=1)
    kind: EngagementKind
    numerator: Line
    sample: Line
    source: Source


class TierEngagement(Value):
    """The benchmark of one tier on one platform."""

    platform: Platform
    tier: Tier
    benchmark: EngagementBenchmark


class RateBand(Value):
    """What one deliverable of a format costs, in minor units, for followers in [followers_min, followers_max)."""

    format: Format
    followers_min: int = Field(ge=0)
    followers_max: int = Field(gt=0)
    low: Minor
    high: Minor
    source: Source


class UnitCost(Value):
    """What a counted thing costs, in minor units: for CPM a thousand impressions, for CPE one engagement."""

    low: Minor
    high: Minor
    source: Source


class Extra(StrEnum):
    """What is paid on top of the base fee."""

    PAID_USAGE_30_DAYS = "paid_usage_30_days"
    WHITELISTING_MONTH = "whitelisting_month"
    PERPETUAL_USAGE = "perpetual_usage"
    RAW_FOOTAGE = "raw_footage"
    CATEGORY_EXCLUSIVITY = "category_exclusivity"
    RUSH_UNDER_7_DAYS = "rush_under_7_days"
    EXTRA_REVISION = "extra_revision"


class Surcharge(Value):
    """An extra's price as a ratio of the base fee (an extra revision: of that deliverable's fee)."""

    extra: Extra
    low: float = Field(ge=0)
    high: float = Field(ge=0)
    source: Source


class PriceBy(StrEnum):
    """What the price of a deliverable is reckoned from."""

    RATE_CARD = "rate_card"
    """The card where it has a band for the account's size, else the engagements that are to be expected."""
    ENGAGEMENTS = "engagements"
    """The account's own engagements, at the usual cost of one, where they are known; else the card."""


class PricingRules(Value):
    """Where in the ranges a quote takes its figures, and from where on an extra is one. Ratios 0..1."""

    place: float = Field(ge=0, le=1)
    """Where a figure is taken in its range: 0 is the low end, 1 the high one."""
    exclusivity_low_days: int = Field(ge=1)
    """Exclusivity of at most so many days costs the low end of its range."""
    exclusivity_high_days: int = Field(ge=1)
    """Exclusivity of at least so many days costs the high end; in between it rises evenly."""
    rush_days: int = Field(ge=1)
    """Less time than so many days until the last posting day is a rush."""
    revisions_included: int = Field(ge=0)
    """Rounds of changes that the base fee covers."""
    source: Source


class PriceRange(Value):
    """A price in minor units, from low to high, and what it was reckoned from."""

    low: Minor
    high: Minor
    currency: Currency
    basis: Line


class Benchmarks(Value):
    """All usual figures of one version. Ratios are 0..1, money is in minor units of `currency`."""

    version: Line
    currency: Currency
    tiers: TierSet
    alternative_tiers: tuple[TierSet, ...]
    engagement: tuple[TierEngagement, ...]
    like_rates_2016: tuple[TierEngagement, ...]
    """An older survey of likes alone, kept for comparison; prices and scores use `engagement`."""
    rates: tuple[RateBand, ...]
    cpm: UnitCost
    cpe: UnitCost
    celebrity_post: UnitCost
    micro_post: UnitCost
    surcharges: tuple[Surcharge, ...]
    pricing: PricingRules

    def surcharge(self, extra: Extra) -> Surcharge:
        """What an extra costs.

        Raises:
            KeyError: these benchmarks have no figure for it.
        """
        return {known.extra: known for known in self.surcharges}[extra]


_PLAYBOOK = Source(grade=Grade.PLAYBOOK, origin="micro-influencer campaign playbook")
_RATE_CARD = Source(grade=Grade.PLAYBOOK, origin="published creator rate cards in USD, for 1-10k and 10-50k followers")
_SURVEY_2016 = Source(grade=Grade.PRESS, origin="vendor survey of like rates on Instagram, 2016")
_VENDORS = Source(grade=Grade.PRESS, origin="current vendor reports")
_BORROWED = Source(grade=Grade.PLAYBOOK, origin="no figure of its own: the 2016 like rate of 1-10M followers is used")
_SHORT_AS_REEL = Source(grade=Grade.PLAYBOOK, origin="no figure of its own: a short is priced as a reel is")
_OWN_RULES = Source(
    grade=Grade.PLAYBOOK,
    origin="this engine's own assumption: middle of the range, exclusivity over the usual 30 to 90 days; the playbook "
    "has the 7 days of a rush and the two rounds",
)
_INDUSTRY = Source(grade=Grade.PRESS, origin="tier names as agencies commonly use them")


def _tier_set(name: str, source: Source, *starts: int) -> TierSet:
    pairs = zip(Tier, starts, strict=True)
    return TierSet(name=name, source=source, starts=tuple(TierStart(tier=t, followers_min=n) for t, n in pairs))


def _by_followers(tier: Tier, low: float, high: float, source: Source, sample: str) -> TierEngagement:
    benchmark = EngagementBenchmark(
        rate=round((low + high) / 2, 5),
        low=low,
        high=high,
        kind=EngagementKind.FOLLOWERS,
        numerator="likes" if source in (_SURVEY_2016, _BORROWED) else "likes and comments",
        sample=sample,
        source=source,
    )
    return TierEngagement(platform=Platform.INSTAGRAM, tier=tier, benchmark=benchmark)


def _by_views(platform: Platform, low: float, high: float) -> tuple[TierEngagement, ...]:
    benchmark = EngagementBenchmark(
        rate=round((low + high) / 2, 5),
        low=low,
        high=high,
        kind=EngagementKind.VIEWS,
        numerator="likes, comments and shares",
        sample="accounts of all sizes",
        source=_VENDORS,
    )
    return tuple(TierEngagement(platform=platform, tier=tier, benchmark=benchmark) for tier in Tier)


def _bands(kind: Format, small: tuple[int, int], larger: tuple[int, int], source: Source) -> tuple[RateBand, RateBand]:
    first = RateBand(format=kind, followers_min=1_000, followers_max=10_000, low=small[0], high=small[1], source=source)
    second = RateBand(
        format=kind, followers_min=10_000, followers_max=50_000, low=larger[0], high=larger[1], source=source
    )
    return first, second


def _surcharge(extra: Extra, low: float, high: float) -> Surcharge:
    return Surcharge(extra=extra, low=low, high=high, source=_PLAYBOOK)


DEFAULT = Benchmarks(
    version="2026-11.2",
    currency="USD",
    tiers=_tier_set("default", _PLAYBOOK, 0, 1_000, 10_000, 100_000, 1_000_000),
    alternative_tiers=(_tier_set("industry", _INDUSTRY, 1_000, 10_000, 100_000, 500_000, 1_000_000),),
    engagement=(
        _by_followers(Tier.NANO, 0.028, 0.028, _VENDORS, "Instagram, nano"),
        _by_followers(Tier.MICRO, 0.020, 0.035, _VENDORS, "Instagram, micro"),
        _by_followers(Tier.MID, 0.015, 0.025, _VENDORS, "Instagram, mid"),
        _by_followers(Tier.MACRO, 0.017, 0.017, _BORROWED, "Instagram, 1-10M followers"),
        _by_followers(Tier.MEGA, 0.017, 0.017, _SURVEY_2016, "Instagram, 1-10M followers"),
        *_by_views(Platform.TIKTOK, 0.04, 0.10),
        *_by_views(Platform.YOUTUBE, 0.02, 0.05),
    ),
    like_rates_2016=(
        _by_followers(Tier.NANO, 0.08, 0.08, _SURVEY_2016, "Instagram, under 1k followers"),
        _by_followers(Tier.MICRO, 0.04, 0.04, _SURVEY_2016, "Instagram, 1-10k followers"),
        _by_followers(Tier.MID, 0.024, 0.024, _SURVEY_2016, "Instagram, 10-100k followers"),
        _by_followers(Tier.MEGA, 0.017, 0.017, _SURVEY_2016, "Instagram, 1-10M followers"),
    ),
    rates=(
        *_bands(Format.POST, (50_00, 150_00), (150_00, 500_00), _RATE_CARD),
        *_bands(Format.REEL, (100_00, 250_00), (250_00, 800_00), _RATE_CARD),
        # A story is briefed and priced as the rate cards do it: as a set of three frames.
        *_bands(Format.STORY, (50_00, 100_00), (100_00, 350_00), _RATE_CARD),
        *_bands(Format.TIKTOK, (50_00, 200_00), (200_00, 700_00), _RATE_CARD),
        *_bands(Format.SHORT, (100_00, 250_00), (250_00, 800_00), _SHORT_AS_REEL),
    ),
    cpm=UnitCost(low=5_00, high=15_00, source=_PLAYBOOK),
    cpe=UnitCost(low=5, high=50, source=_PLAYBOOK),
    celebrity_post=UnitCost(low=7_500_00, high=7_500_00, source=_PLAYBOOK),
    micro_post=UnitCost(low=0, high=500_00, source=_PLAYBOOK),
    surcharges=(
        _surcharge(Extra.PAID_USAGE_30_DAYS, 0.15, 0.25),
        _surcharge(Extra.WHITELISTING_MONTH, 0.25, 0.35),
        _surcharge(Extra.PERPETUAL_USAGE, 2.00, 3.00),
        _surcharge(Extra.RAW_FOOTAGE, 0.25, 0.50),
        _surcharge(Extra.CATEGORY_EXCLUSIVITY, 0.15, 0.30),
        _surcharge(Extra.RUSH_UNDER_7_DAYS, 0.25, 0.50),
        _surcharge(Extra.EXTRA_REVISION, 0.15, 0.25),
    ),
    pricing=PricingRules(
        place=0.5,
        exclusivity_low_days=30,
        exclusivity_high_days=90,
        rush_days=7,
        revisions_included=2,
        source=_OWN_RULES,
    ),
)
"""The figures that everything uses unless told otherwise."""


def tier(followers: int, benchmarks: Benchmarks = DEFAULT) -> Tier:
    """The tier of an account, in the default set."""
    return benchmarks.tiers.tier(followers)


def benchmark_engagement(platform: Platform, followers: int, benchmarks: Benchmarks = DEFAULT) -> EngagementBenchmark:
    """The usual engagement of accounts of that size on that platform. Mind its `kind` before comparing."""
    wanted = tier(followers, benchmarks)
    return next(e.benchmark for e in benchmarks.engagement if e.platform is platform and e.tier is wanted)


def fair_price(
    profile: Profile, kind: Format, benchmarks: Benchmarks = DEFAULT, by: PriceBy = PriceBy.RATE_CARD
) -> PriceRange:
    """What one deliverable of `kind` is worth from this account, in minor units of the benchmarks' currency.

    The rate card decides where it has a band for the account's followers. Elsewhere expected engagements are priced at
    the usual cost per engagement, and an account above the card is never worth less than its top band. By engagements,
    those that were counted are priced, whatever the card says.
    """
    if by is PriceBy.ENGAGEMENTS and profile.engagement_rate is not None:
        return _price_of_engagements(profile, (0, 0), benchmarks)
    band = _band(kind, profile.followers, benchmarks)
    if band is not None:
        span = f"{band.followers_min:,}-{band.followers_max:,} followers"
        return PriceRange(
            low=band.low,
            high=band.high,
            currency=benchmarks.currency,
            basis=f"rate card {benchmarks.version}: {kind}, {span} (grade {band.source.grade})",
        )
    return _price_of_engagements(profile, _top_of_card(kind, profile.followers, benchmarks), benchmarks)


def _price_of_engagements(profile: Profile, least: tuple[int, int], benchmarks: Benchmarks) -> PriceRange:
    engagements = profile.followers * _expected_rate(profile, benchmarks)
    cpe, (floor, ceiling) = benchmarks.cpe, least
    return PriceRange(
        low=max(floor, round(engagements * cpe.low)),
        high=max(ceiling, round(engagements * cpe.high)),
        currency=benchmarks.currency,
        basis=f"cost per engagement {benchmarks.version}: {engagements:,.0f} expected (grade {cpe.source.grade})",
    )


def cheapest_plausible(kind: Format, followers_min: int, benchmarks: Benchmarks = DEFAULT) -> int:
    """The least that one deliverable of `kind` can cost from accounts of at least that size, in minor units.

    Below the rate card (under 1,000 followers) it is the lowest usual engagement at the lowest cost per engagement.
    """
    band = _band(kind, followers_min, benchmarks)
    if band is not None:
        return band.low
    usual = benchmark_engagement(_home_of(kind), followers_min, benchmarks)
    floor, _ = _top_of_card(kind, followers_min, benchmarks)
    return max(floor, int(followers_min * usual.low * benchmarks.cpe.low))


def _band(kind: Format, followers: int, benchmarks: Benchmarks) -> RateBand | None:
    bands = (b for b in benchmarks.rates if b.format is kind and b.followers_min <= followers < b.followers_max)
    return next(bands, None)


def _top_of_card(kind: Format, followers: int, benchmarks: Benchmarks) -> tuple[int, int]:
    """Low and high of the highest band below `followers`; zeros for accounts below the card."""
    below = [b for b in benchmarks.rates if b.format is kind and b.followers_max <= followers]
    top = max(below, key=lambda b: b.followers_max, default=None)
    return (top.low, top.high) if top is not None else (0, 0)


def _expected_rate(profile: Profile, benchmarks: Benchmarks) -> float:
    """The account's own rate, but at most twice the usual high: bought engagement must not raise a price."""
    usual = benchmark_engagement(profile.platform, profile.followers, benchmarks)
    known = profile.engagement_rate
    return usual.rate if known is None else min(known, 2 * usual.high)


def _home_of(kind: Format) -> Platform:
    return {Format.TIKTOK: Platform.TIKTOK, Format.SHORT: Platform.YOUTUBE}.get(kind, Platform.INSTAGRAM)
