"""What a post's figures will come to, from what they are early on: always with an interval.

A post gathers its figures as `n(t) = final * (1 - 2^(-t/h))`. Three things make a forecast uncertain, and all are in
its interval: nobody knows the median post's half-life exactly, this post's own differs from it, and figures come in
bursts. What a post has shown so far of its own half-life counts: two readings tell more than the later one alone.
Pure: the same inputs give the same forecast.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from pydantic import Field

from domain.benchmarks import Grade, Source
from domain.creators import Platform
from domain.formats import Format
from domain.values import Line, Value


class HalfLife(Value):
    """In which time a post gathers half of what it will ever have."""

    platform: Platform
    format: Format | None = None
    """None: of every format that has no figure of its own."""
    hours: float = Field(gt=0)
    """The median post's."""
    spread: float = Field(gt=0)
    """Standard deviation of the natural logarithm of posts' half-lives."""
    weight: float = Field(gt=0)
    """As how many exactly known posts the median counts: its own standard deviation is spread / sqrt(weight)."""
    bursts: float = Field(gt=0)
    """In how many equal, independent bursts figures come: the fewer, the further a post may be off its curve."""
    source: Source

    @property
    def name(self) -> str:
        """Of which posts it is."""
        return f"{self.platform} {self.format}" if self.format else str(self.platform)

    @property
    def doubt(self) -> float:
        """Standard deviation of the logarithm of the median itself."""
        return self.spread / sqrt(self.weight)

    @property
    def width(self) -> float:
        """Standard deviation of the logarithm of one post's half-life, as far as anybody knows before it is seen."""
        return sqrt(self.spread**2 + self.doubt**2)


class GrowthModel(Value):
    """How posts grow, by platform and format, and when a forecast says anything."""

    version: Line
    half_lives: tuple[HalfLife, ...]
    level: float = Field(gt=0, lt=1)
    """The share of forecasts whose interval holds the truth."""
    gathered_min: float = Field(gt=0, lt=1)
    """Below this share of the final figure it is too early to say."""
    gathered_all: float = Field(gt=0, lt=1)
    """From this share on a figure is as good as final."""

    def of(self, platform: Platform, format_: Format | None = None) -> HalfLife:
        """The format's half-life, or else the platform's."""
        lives = [each for each in self.half_lives if each.platform is platform]
        return next((each for each in lives if each.format is format_), None) or next(
            each for each in lives if each.format is None
        )


_SPREAD = "the spread between posts and the bursts are this engine's assumption"
_BURSTS = 60
"""At half of its final figure a post is off its curve by 1 / sqrt(60), 13 %, one way or the other."""

DEFAULT = GrowthModel(
    version="2026-11.3",
    half_lives=(
        HalfLife(
            platform=Platform.INSTAGRAM,
            hours=19,
            spread=0.3,
            weight=2,
            bursts=_BURSTS,
            source=Source(grade=Grade.PRESS, origin=f"published half-lives of posts; {_SPREAD}"),
        ),
        HalfLife(
            platform=Platform.YOUTUBE,
            hours=6 * 24,
            spread=0.4,
            weight=2,
            bursts=_BURSTS,
            source=Source(grade=Grade.PRESS, origin=f"published half-lives of videos; {_SPREAD}"),
        ),
        HalfLife(
            platform=Platform.TIKTOK,
            hours=48,
            spread=0.55,
            weight=1,
            bursts=_BURSTS,
            source=Source(
                grade=Grade.PLAYBOOK,
                origin="no figure of its own: assumed between Instagram's and YouTube's, with a wide spread",
            ),
        ),
    ),
    level=0.8,
    gathered_min=0.05,
    gathered_all=0.95,
)
"""The model that everything uses until posts have been seen; `domain.growth_fit` moves it then."""


class Reading(NamedTuple):
    """One of a post's figures, so many hours after its publication."""

    hours: float
    figure: int


class Forecast(Value):
    """A final figure: the likeliest, and the interval that holds it in `level` of all cases."""

    expected: int = Field(ge=0)
    low: int = Field(ge=0)
    high: int = Field(ge=0)
    level: float
    gathered: float = Field(ge=0, le=1)
    """The share of the expected figure that was there when it was taken."""
    half_life_hours: float | None = None
    """This post's, by what it has shown so far; None of a sum."""
    curve: Line | None = None
    """The platform, and the format if it has a half-life of its own, by which it was reckoned; None of a sum."""
    to_come: float = Field(default=0, ge=0)
    """The mean of what is still to come, and its standard deviation: forecasts of a sum need both."""
    deviation: float = Field(default=0, ge=0)
    shared: float = Field(default=0, ge=0)
    """The part of `deviation` that posts on the same curve have in common: all err alike if the curve is wrong."""


def gathered(hours: float, half_life_hours: float) -> float:
    """The share of its final figures that a post has so long after publication; 0 before it."""
    return 1 - 2 ** (-hours / half_life_hours) if hours > 0 else 0.0


def in_order(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Those after publication that counted anything, in order of time; of several at one instant the highest."""
    latest = {each.hours: each for each in sorted(readings) if each.hours > 0 and each.figure > 0}
    return tuple(latest.values())


def forecast(
    readings: Iterable[Reading], platform: Platform, format_: Format | None = None, model: GrowthModel = DEFAULT
) -> Forecast | None:
    """What a post's figure will come to, from its readings.

    None where there is nothing to say: too early, nothing counted yet, or as good as final.
    """
    seen, life = in_order(readings), model.of(platform, format_)
    if not seen:
        return None
    last, likely = seen[-1], likely_half_lives(seen, life)
    hours = exp(sum(weight * log(each) for each, weight in likely))
    share = gathered(last.hours, hours)
    if not model.gathered_min <= share < model.gathered_all:
        return None
    parts = [_to_come(last, each, life.bursts, weight) for each, weight in likely]
    mean = sum(part.weight * part.mean for part in parts)
    between = sum(part.weight * (part.mean - mean) ** 2 for part in parts)
    within = sum(part.weight * part.variance for part in parts)
    tail = (1 - model.level) / 2
    low, high = _quantile(parts, tail), _quantile(parts, 1 - tail)
    # A sum is reckoned with the lognormal that has the same interval: the mixture's far tails would only widen it.
    rest = _Part(1, log(low * high) / 2, log(high / low) / 2 / NormalDist().inv_cdf(1 - tail))
    expected = last.figure / share
    return Forecast(
        expected=round(expected),
        low=min(round(expected), last.figure + round(low)),
        high=max(round(expected), last.figure + round(high)),
        level=model.level,
        gathered=round(share, 3),
        half_life_hours=round(hours, 1),
        curve=life.name,
        to_come=round(rest.mean, 1),
        deviation=round(sqrt(rest.variance), 1),
        shared=round(sqrt(rest.variance * between / (between + within)) * life.doubt / life.width, 1),
    )


def foretold(readings: Iterable[Reading], hours: float, life: HalfLife, tail: float) -> tuple[int, int] | None:
    """Between which figures a post will be so many hours after publication, each bound missed with chance `tail`.

    From readings before that; None without any.
    """
    seen = tuple(each for each in in_order(readings) if each.hours < hours)
    if not seen:
        return None
    likely = likely_half_lives(seen, life)
    parts = [_to_come(seen[-1], each, life.bursts, weight, until=hours) for each, weight in likely]
    low, high = (seen[-1].figure + _quantile(parts, chance) for chance in (tail, 1 - tail))
    return int(low), round(high)


def chance_of(readings: Iterable[Reading], hours: float, figure: int, life: HalfLife) -> float:
    """How likely a post is to have `figure` or more so many hours after publication, by its readings before that.

    1 where there is none.
    """
    seen = tuple(each for each in in_order(readings) if each.hours < hours)
    if not seen or figure <= seen[-1].figure:
        return 1.0
    step, normal = log(figure - seen[-1].figure), NormalDist()
    parts = [
        _to_come(seen[-1], each, life.bursts, weight, until=hours) for each, weight in likely_half_lives(seen, life)
    ]
    return sum(part.weight * normal.cdf((part.middle - step) / part.spread) for part in parts)


def together(known: Iterable[tuple[int, Forecast | None]]) -> Forecast | None:
    """What some posts' figures will come to in sum; those without a forecast count as they are. None if all are such.

    Posts on one curve err alike as far as it is the curve that is wrong, and each for itself otherwise.
    """
    pairs = list(known)
    found = [each for _, each in pairs if each is not None]
    if not found:
        return None
    there, level = sum(figure for figure, _ in pairs), found[0].level
    if len(found) == 1:
        settled = sum(figure for figure, each in pairs if each is None)
        (one,) = found
        low, expected, high = settled + one.low, settled + one.expected, settled + one.high
    else:
        mean = sum(each.to_come for each in found)
        variance = sum(each.deviation**2 - each.shared**2 for each in found)
        for curve in {each.curve for each in found}:
            variance += sum(each.shared for each in found if each.curve == curve) ** 2
        # What is to come is above zero and leans to the right, as a lognormal with the same mean and variance does.
        spread = sqrt(log(1 + variance / mean**2))
        middle, z = log(mean) - spread**2 / 2, NormalDist().inv_cdf((1 + level) / 2)
        low, expected, high = (there + round(exp(middle + step * spread)) for step in (-z, 0, z))
    return Forecast(
        expected=expected, low=low, high=high, level=level, gathered=round(min(1, there / max(expected, 1)), 3)
    )


EXACT_TO = 0.001
"""The share of itself to which a figure is known: platforms round what they show and take back what was not real, so a
step of nothing between two readings is one below that. This engine's assumption. Below 500 half a count is more."""

_STEPS = tuple(nth / 3 for nth in range(-9, 10))
"""Where half-lives are looked at, in standard deviations from the middle."""


def likely_half_lives(
    seen: Sequence[Reading], life: HalfLife, *, width: float | None = None, steps: Sequence[float] = _STEPS
) -> list[tuple[float, float]]:
    """Half-lives in hours with their probability, from a post's readings in order and what is known of such posts.

    `width` stands in the place of the life's own, for those who want to know what the readings say by themselves.
    """
    around = life.width if width is None else width
    found = []
    for step in steps:
        hours = life.hours * exp(step * around)
        found.append((hours, _log_likelihood(seen, hours, life.bursts) - step**2 / 2))
    most = max(chance for _, chance in found)
    weights = [(hours, exp(chance - most)) for hours, chance in found]
    whole = sum(weight for _, weight in weights)
    return [(hours, weight / whole) for hours, weight in weights]


def departures(seen: Sequence[Reading], hours: float, bursts: float) -> list[tuple[float, float]]:
    """By how much each step between readings is off the curve with this half-life, and the variance of that.

    A final figure falls into shares as a Dirichlet distribution has it, so that what was there before is a Beta
    distributed part of each reading, independent of all others; it is told by the logarithm of its odds.
    """
    if len(seen) < 2:
        return []
    last = seen[-1]
    pieces = _pieces(last.figure / max(gathered(last.hours, hours), 1e-6), bursts)
    found = []
    for before, after in pairwise(seen):
        share = gathered(before.hours, hours)
        mean, variance = _log_odds(pieces * share, pieces * (gathered(after.hours, hours) - share))
        unsure = max(0.5, after.figure * EXACT_TO)
        odds = (before.figure + unsure) / (max(after.figure - before.figure, 0) + unsure)
        found.append((log(odds) - mean, variance))
    return found


def _log_likelihood(seen: Sequence[Reading], hours: float, bursts: float) -> float:
    return -sum(off**2 / variance + log(variance) for off, variance in departures(seen, hours, bursts)) / 2


def _pieces(final: float, bursts: float) -> float:
    """In how many independent pieces a figure comes: no more than its bursts, and no more than it counts."""
    return 1 / (1 / bursts + 1 / max(final, 1))


def _log_odds(before: float, after: float) -> tuple[float, float]:
    """Mean and variance of the log odds of a Beta variable: differences of the digamma and sums of the trigamma."""
    a, b = max(before, _LEAST), max(after, _LEAST)
    mean = _digamma(a) - _digamma(b)
    return mean, sum(1 / x + 1 / (2 * x**2) + 1 / (6 * x**3) for x in (a, b))


_LEAST = 0.5
"""Of a piece: below, the series of both functions are no good, and a step says next to nothing anyway."""


def _digamma(x: float) -> float:
    return log(x) - 1 / (2 * x) - 1 / (12 * x**2)


class _Part(NamedTuple):
    """What is to come by one half-life, lognormal: its weight among the half-lives, and the logarithm's figures."""

    weight: float
    middle: float
    spread: float

    @property
    def mean(self) -> float:
        return exp(self.middle + self.spread**2 / 2)

    @property
    def variance(self) -> float:
        return self.mean**2 * (exp(self.spread**2) - 1)


def _to_come(last: Reading, half_life: float, bursts: float, weight: float, until: float | None = None) -> _Part:
    share = gathered(last.hours, half_life)
    rest = (1 if until is None else gathered(until, half_life)) - share
    pieces = _pieces(last.figure / max(share, 1e-6), bursts)
    mean, variance = _log_odds(pieces * share, pieces * rest)
    return _Part(weight, log(last.figure) - mean, sqrt(variance))


def _quantile(parts: Sequence[_Part], chance: float) -> float:
    """Below which that share of what may come lies, of all half-lives together."""
    normal = NormalDist()
    low = min(part.middle - 8 * part.spread for part in parts)
    high = max(part.middle + 8 * part.spread for part in parts)
    for _ in range(32):
        middle = (low + high) / 2
        below = sum(part.weight * normal.cdf((middle - part.middle) / part.spread) for part in parts)
        low, high = (middle, high) if below < chance else (low, middle)
    return exp((low + high) / 2)
