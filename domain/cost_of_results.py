"""What results cost, how good they were, and what they would have cost as advertising.

A rate always says what was divided by what, how much there was of both, and how many live posts that is. Posts of which
one side is unknown count in neither: missing is not zero.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pydantic import Field

from domain.benchmarks import Grade, Source
from domain.brief import Measure
from domain.collaboration import Collaboration
from domain.creators import Creator
from domain.money import Currency
from domain.monitoring import Metrics
from domain.values import Line, Value

FEES: Final = "fees"
"""The even share of its creator's fee that a post is worth, in minor units."""
FOLLOWERS: Final = "followers"


class Kind(StrEnum):
    """The rates that campaigns are judged by."""

    ENGAGEMENT_BY_FOLLOWERS = "engagement_rate_by_followers"
    ENGAGEMENT_BY_REACH = "engagement_rate_by_reach"
    ENGAGEMENT_BY_IMPRESSIONS = "engagement_rate_by_impressions"
    ENGAGEMENT_BY_VIEWS = "engagement_rate_by_views"
    CLICK_THROUGH = "ctr"
    CONVERSION = "conversion"
    COST_PER_MILLE = "cpm"
    COST_PER_ENGAGEMENT = "cpe"
    COST_PER_CLICK = "cpc"
    COST_PER_ORDER = "cpa"
    RETURN_ON_SPEND = "roas"


class Rate(Value):
    """`value` is `numerator` over `denominator`: a ratio, or minor units a piece (`cpm`: for a thousand).

    None if no post has told both, or there was nothing to divide by.
    """

    kind: Kind
    value: float | None
    numerator: Line
    denominator: Line
    amount: int = Field(ge=0)
    """Of the numerator, over the posts that count."""
    by: int = Field(ge=0)
    """Of the denominator, over the same posts."""
    posts: int = Field(ge=0)
    """Live posts of which both are known."""


class MediaRates(Value):
    """What a figure would cost if it were bought as advertising, in minor units of `currency`."""

    version: Line
    currency: Currency
    per_thousand_impressions: int = Field(ge=0)
    like: int = Field(ge=0)
    comment: int = Field(ge=0)
    save: int = Field(ge=0)
    share: int = Field(ge=0)
    source: Source


DEFAULT = MediaRates(
    version="2026-11.1",
    currency="USD",
    per_thousand_impressions=10_00,
    like=5,
    comment=50,
    save=25,
    share=50,
    source=Source(
        grade=Grade.PLAYBOOK,
        origin="this engine's own assumption from the playbook's ranges: impressions in the middle of $5-15 a thousand,"
        " a like at the low end of $0.05-0.50, a comment and a share at the high one, a save in between",
    ),
)
"""The rates that the report uses unless told otherwise."""


class EarnedMedia(Value):
    """What the figures that are known would have cost as advertising (EMV); an equivalent, not money that came in."""

    value: int = Field(ge=0)
    currency: Currency
    posts: int = Field(ge=1)
    """Live posts of which at least one such figure is known."""
    rates: MediaRates


@dataclass(frozen=True)
class Delivered:
    """A creator's live posts: their figures, where somebody has told any, and what was paid for them."""

    fee: int
    agreed: int
    """How many posts the fee is for."""
    live: int
    metrics: Sequence[Metrics]
    followers: int | None = None
    tracked: Mapping[Measure, int] = field(default_factory=dict)
    """What was counted of all posts together, in place of what was reported."""

    @classmethod
    def of(cls, state: Collaboration, creator: Creator | None, tracked: Mapping[Measure, int]) -> "Delivered":
        """From a collaboration with a fee; `creator` as the directory has them, None if they have left it."""
        assert state.fee is not None, "what was delivered was agreed on"
        return cls(
            fee=state.fee.amount,
            agreed=len(state.agreed.deliverables),
            live=sum(work.is_live for work in state.works.values()),
            metrics=tuple(state.metrics.values()),
            followers=creator.profile.followers if creator else None,
            tracked=tracked,
        )


def rates(delivered: Iterable[Delivered]) -> tuple[Rate, ...]:
    """Every rate, in the order of `Kind`. One with a tracked side counts creators all of whose posts tell the other."""
    creators = list(delivered)
    return tuple(_rate(kind, *sides, creators) for kind, sides in _SIDES.items())


def earned_media(
    metrics: Iterable[Metrics], currency: str, rates_: MediaRates = DEFAULT
) -> tuple[EarnedMedia | None, str]:
    """The value, or None and why there is none."""
    worth = [sum(known) for each in metrics if (known := list(_worth(each, rates_)))]
    if not worth:
        return None, "No post has reported a figure that has a price as advertising."
    if currency != rates_.currency:
        return None, f"What advertising costs is known in {rates_.currency} only."
    return EarnedMedia(value=round(sum(worth)), currency=rates_.currency, posts=len(worth), rates=rates_), ""


_SIDES: Mapping[Kind, tuple[str, str]] = {
    Kind.ENGAGEMENT_BY_FOLLOWERS: (Measure.ENGAGEMENTS, FOLLOWERS),
    Kind.ENGAGEMENT_BY_REACH: (Measure.ENGAGEMENTS, Measure.REACH),
    Kind.ENGAGEMENT_BY_IMPRESSIONS: (Measure.ENGAGEMENTS, Measure.IMPRESSIONS),
    Kind.ENGAGEMENT_BY_VIEWS: (Measure.ENGAGEMENTS, "views"),
    Kind.CLICK_THROUGH: (Measure.CLICKS, Measure.IMPRESSIONS),
    Kind.CONVERSION: (Measure.ORDERS, Measure.CLICKS),
    Kind.COST_PER_MILLE: (FEES, Measure.IMPRESSIONS),
    Kind.COST_PER_ENGAGEMENT: (FEES, Measure.ENGAGEMENTS),
    Kind.COST_PER_CLICK: (FEES, Measure.CLICKS),
    Kind.COST_PER_ORDER: (FEES, Measure.ORDERS),
    Kind.RETURN_ON_SPEND: (Measure.REVENUE, FEES),
}


def _rate(kind: Kind, numerator: str, denominator: str, creators: Sequence[Delivered]) -> Rate:
    counted = [part for creator in creators for part in _parts(creator, numerator, denominator)]
    amount, by = sum(above for above, _, _ in counted), sum(below for _, below, _ in counted)
    scale = 1_000 if kind is Kind.COST_PER_MILLE else 1
    return Rate(
        kind=kind,
        value=round(scale * amount / by, 6) if by else None,
        numerator=numerator,
        denominator=denominator,
        amount=round(amount),
        by=round(by),
        posts=sum(posts for _, _, posts in counted),
    )


def _parts(creator: Delivered, *sides: str) -> Iterator[tuple[float, float, int]]:
    """Both sides and the number of posts: for each post, or for all of a creator's where a side is counted for all."""
    told = [*creator.metrics, *[Metrics()] * (creator.live - len(creator.metrics))]
    known = [
        (above, below)
        for metrics in told
        if (above := _figure(creator, metrics, sides[0])) is not None
        and (below := _figure(creator, metrics, sides[1])) is not None
    ]
    if not creator.tracked.keys() & set(sides):
        yield from ((above, below, 1) for above, below in known)
    elif creator.live and len(known) == creator.live:
        above, below = (
            creator.tracked[Measure(side)] if side in creator.tracked else sum(figures)
            for side, figures in zip(sides, zip(*known, strict=True), strict=True)
        )
        yield above, below, len(known)


def _figure(creator: Delivered, metrics: Metrics, side: str) -> float | None:
    if side == FEES:
        return creator.fee / creator.agreed
    if side == FOLLOWERS:
        return creator.followers
    if side in creator.tracked:
        return 0
    known: int | None = getattr(metrics, side)
    return known


def _worth(metrics: Metrics, rates_: MediaRates) -> Iterator[float]:
    prices = (
        (metrics.impressions, rates_.per_thousand_impressions / 1_000),
        (metrics.likes, rates_.like),
        (metrics.comments, rates_.comment),
        (metrics.saves, rates_.save),
        (metrics.shares, rates_.share),
    )
    yield from (figure * price for figure, price in prices if figure is not None)
