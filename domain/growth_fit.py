"""What posts that have been read several times say of half-lives, in place of the assumptions that they speak to.

Each post tells its own half-life as well as its readings allow; together they move the median, the spread between
posts and the bursts, for a platform and format. A few posts only move an assumption, many replace it: it counts as
`HalfLife.weight` posts of its own. One odd post in twenty is expected, and changes little.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log, sqrt
from operator import mul
from statistics import NormalDist

from pydantic import Field

from domain.benchmarks import Grade, Source
from domain.creators import Platform
from domain.formats import Format
from domain.growth import DEFAULT, GrowthModel, HalfLife, Reading, departures, in_order, likely_half_lives
from domain.values import Line, Value


class FitPolicy(Value):
    """When posts are listened to, and how far one is trusted. This engine's own assumptions (grade C)."""

    version: Line = "2026-11.1"
    posts_min: int = Field(default=3, ge=1)
    """Nothing is refitted from fewer posts,"""
    readings_min: int = Field(default=8, ge=2)
    """nor from fewer readings of them."""
    odd: float = Field(default=0.05, ge=0, lt=1)
    """The share of posts that follow no curve: they were bought, boosted or taken down."""
    oddness: float = Field(default=4, gt=1)
    """As how many times the others' spread theirs is taken."""
    bursts_weight: float = Field(default=20, gt=0)
    """As how many steps between readings the assumed bursts count."""
    step_cap: float = Field(default=6, gt=1)
    """The squared departure of one step, in variances, from which on it counts no more."""


POLICY = FitPolicy()


class Seen(Value):
    """A post as far as its growth goes: readings of one of its figures."""

    platform: Platform
    format: Format
    readings: tuple[Reading, ...]


class Refit(Value):
    """How one half-life moved, and on whose word. Hours; `low` to `high` holds the median in 80 % of cases."""

    platform: Platform
    format: Format
    assumed_hours: float
    hours: float
    low: float
    high: float
    spread: float
    posts: int
    """That were read more than once while they grew; the half-life rests on these and on the assumption."""
    readings: int
    refitted: bool
    """Whether they were enough; else the assumption stands."""
    assumption_weight: float
    """As how many posts it counts."""
    policy: Line


def refitted(
    seen: Iterable[Seen], model: GrowthModel = DEFAULT, policy: FitPolicy = POLICY
) -> tuple[GrowthModel, tuple[Refit, ...]]:
    """The model with what these posts say, and how each of their half-lives moved; the same where they say too little.

    The order of posts, and of their readings, is of no account.
    """
    lives, told = {(life.platform, life.format): life for life in model.half_lives}, []
    for (platform, format_), posts in sorted(_by_kind(seen).items()):
        life = model.of(platform, format_)
        found = _fitted(life, format_, posts, policy)
        if found is not life:
            lives[platform, format_] = found
        told.append(_refit(life, found, format_, posts, policy))
    if not any(each.refitted for each in told):
        return model, tuple(told)
    version = f"{model.version}, refitted by {policy.version}"
    return model.model_copy(update={"version": version, "half_lives": tuple(lives.values())}), tuple(told)


def _by_kind(seen: Iterable[Seen]) -> Mapping[tuple[Platform, Format], list[tuple[Reading, ...]]]:
    kinds: dict[tuple[Platform, Format], list[tuple[Reading, ...]]] = {}
    for post in seen:
        readings = in_order(post.readings)
        if len(readings) > 1:
            kinds.setdefault((post.platform, post.format), []).append(readings)
    return {kind: sorted(posts) for kind, posts in kinds.items()}


def _enough(posts: Sequence[tuple[Reading, ...]], policy: FitPolicy) -> bool:
    return len(posts) >= policy.posts_min and sum(map(len, posts)) >= policy.readings_min


def _fitted(life: HalfLife, format_: Format, posts: Sequence[tuple[Reading, ...]], policy: FitPolicy) -> HalfLife:
    if not _enough(posts, policy):
        return life
    life = life.model_copy(update={"bursts": _bursts(life, posts, policy)})
    middle, deviation, spread = _median([_likelihood(post, life) for post in posts], life, policy)
    readings = sum(map(len, posts))
    return life.model_copy(
        update={
            "format": format_,
            "hours": round(exp(middle), 2),
            "spread": round(spread, 3),
            "weight": round((spread / deviation) ** 2, 2),
            "source": Source(
                grade=Grade.RECORD,
                origin=f"{len(posts)} posts read {readings} times, and the assumption as {life.weight:g} posts",
            ),
        }
    )


_WIDE = 1.0
"""Standard deviation of the logarithm around the assumption within which a post's half-life is looked for."""
_GRID = tuple(nth / 10 for nth in range(-20, 21))
"""Logarithms of half-lives by the assumed one."""
_STEP = 0.1


def _likelihood(post: tuple[Reading, ...], life: HalfLife) -> list[float]:
    """How well each half-life of the grid suits a post's readings, without what was assumed of it."""
    likely = likely_half_lives(post, life, width=_WIDE, steps=_GRID)
    found = [weight * exp((step / _WIDE) ** 2 / 2) for step, (_, weight) in zip(_GRID, likely, strict=True)]
    most = max(found)
    return [each / most for each in found]


def _bursts(life: HalfLife, posts: Sequence[tuple[Reading, ...]], policy: FitPolicy) -> float:
    """From how far posts are off the curves that suit them best; those with three readings or more can tell."""
    off, free = 0.0, 0
    for post in posts:
        chances = _likelihood(post, life)
        best = life.hours * exp(_GRID[chances.index(max(chances))])
        steps = [min(x**2 / variance, policy.step_cap) for x, variance in departures(post, best, life.bursts)]
        if len(steps) > 1:
            off += sum(steps)
            free += len(steps) - 1  # one is lost to the half-life that was fitted to them
    return round(life.bursts * (policy.bursts_weight + free) / (policy.bursts_weight + off), 1)


_SPREADS = (0.4, 0.55, 0.75, 1.0, 1.35, 1.8, 2.4)
_SPREAD_PRIOR = 0.4
"""Standard deviation of the logarithm of the spread, by the assumed one."""


def _median(posts: Sequence[Sequence[float]], life: HalfLife, policy: FitPolicy) -> tuple[float, float, float]:
    """Mean and standard deviation of the logarithm of the median half-life, and the spread between posts."""
    found = []
    for times in _SPREADS:
        spread = life.spread * times
        suits = [_suits(step, spread, policy) for step in _BETWEEN]
        for nth, step in enumerate(_GRID):
            around = suits[len(_GRID) - 1 - nth : 2 * len(_GRID) - 1 - nth]
            chance = -((step / life.doubt) ** 2) / 2 - (log(times) / _SPREAD_PRIOR) ** 2 / 2
            chance += sum(log(sum(map(mul, post, around))) for post in posts)
            found.append((step, spread, chance))
    most = max(chance for *_, chance in found)
    weights = [(step, spread, exp(chance - most)) for step, spread, chance in found]
    whole = sum(weight for *_, weight in weights)
    mean = sum(weight * step for step, _, weight in weights) / whole
    variance = sum(weight * (step - mean) ** 2 for step, _, weight in weights) / whole
    spread = exp(sum(weight * log(spread) for _, spread, weight in weights) / whole)
    return log(life.hours) + mean, max(sqrt(variance), _STEP / sqrt(12)), spread


_BETWEEN = tuple(nth * _STEP for nth in range(1 - len(_GRID), len(_GRID)))
"""How far a half-life of the grid can be from another."""


def _suits(off: float, spread: float, policy: FitPolicy) -> float:
    """How likely a post's half-life is so far off the median's: as one of the others, or as an odd one."""
    return sum(
        share * exp(-((off / width) ** 2) / 2) / width
        for share, width in ((1 - policy.odd, spread), (policy.odd, spread * policy.oddness))
    )


def _refit(
    assumed: HalfLife, found: HalfLife, format_: Format, posts: Sequence[tuple[Reading, ...]], policy: FitPolicy
) -> Refit:
    z = NormalDist().inv_cdf(0.9)
    return Refit(
        platform=assumed.platform,
        format=format_,
        assumed_hours=assumed.hours,
        hours=found.hours,
        low=round(found.hours * exp(-z * found.doubt), 1),
        high=round(found.hours * exp(z * found.doubt), 1),
        spread=found.spread,
        posts=len(posts),
        readings=sum(map(len, posts)),
        refitted=_enough(posts, policy),
        assumption_weight=assumed.weight,
        policy=policy.version,
    )
