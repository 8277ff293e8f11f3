"""What the same money would have bought of a celebrity."""

from domain.benchmarks import Benchmarks, Tier
from domain.creators import Platform
from domain.values import Value


class Comparison(Value):
    """The same money spent on posts of one celebrity. Costs are in minor units, `rate` is engagements by followers."""

    spent: int
    """On the posts whose engagements are known."""
    engagements: int
    cost_per_engagement: float
    celebrity_price: int
    celebrity_followers: int
    celebrity_rate: float
    celebrity_posts: float
    """How many such posts the same money buys."""
    celebrity_engagements: int
    celebrity_cost_per_engagement: float
    source: str


def compare(
    spent: float, engagements: int | None, currency: str, benchmarks: Benchmarks
) -> tuple[Comparison | None, str]:
    """The comparison, or None and why there is none. `spent` on posts with known engagements, in minor units."""
    if not engagements:
        return None, "No post has reported its engagements yet."
    if currency != benchmarks.currency:
        return None, f"The price of a celebrity post is known in {benchmarks.currency} only."
    price, followers = benchmarks.celebrity_post.low, _smallest(Tier.MEGA, benchmarks)
    rate = next(
        each.benchmark.rate
        for each in benchmarks.engagement
        if each.platform is Platform.INSTAGRAM and each.tier is Tier.MEGA
    )
    return (
        Comparison(
            spent=round(spent),
            engagements=engagements,
            cost_per_engagement=round(spent / engagements, 2),
            celebrity_price=price,
            celebrity_followers=followers,
            celebrity_rate=rate,
            celebrity_posts=round(spent / price, 2),
            celebrity_engagements=round(spent / price * followers * rate),
            celebrity_cost_per_engagement=round(price / (followers * rate), 2),
            source=f"benchmarks {benchmarks.version}: {benchmarks.celebrity_post.source.origin}",
        ),
        "",
    )


def _smallest(tier: Tier, benchmarks: Benchmarks) -> int:
    return next(start.followers_min for start in benchmarks.tiers.starts if start.tier is tier)
