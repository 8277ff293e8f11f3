"""Posts that grow by themselves: each with a half-life, a final figure and luck of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from random import Random

from domain.creators import Platform
from domain.formats import Format
from domain.growth import DEFAULT, HalfLife, Reading, gathered

POLLS = (1, 6, 24, 72, 168, 336, 504)
"""Hours after publication at which figures are taken."""


@dataclass(frozen=True)
class Grown:
    """A simulated post: what was read of it, and what it really came to."""

    platform: Platform
    format: Format
    readings: tuple[Reading, ...]
    final: int


def grown(
    dice: Random,
    life: HalfLife,
    median: float,
    at: Sequence[float],
    usual: float = 3_000,
    deviation: float = 1,
) -> Grown:
    """One post, of posts whose median half-life really is `median` hours, read at these hours.

    Its final figure is lognormal around `usual`, with that standard deviation of the logarithm.
    """
    half_life = median * exp(dice.gauss(0, life.spread))
    size = usual * exp(dice.gauss(0, deviation))
    shares = [gathered(hours, half_life) for hours in at] + [1.0]
    steps = [after - before for before, after in zip([0.0, *shares], shares, strict=False)]
    bursts = [dice.gammavariate(max(life.bursts * step, 1e-9), 1) for step in steps]
    counted = [poisson(dice, size * burst / sum(bursts)) for burst in bursts]
    totals = [sum(counted[: nth + 1]) for nth in range(len(counted))]
    readings = tuple(Reading(hours, figure) for hours, figure in zip(at, totals, strict=False))
    return Grown(life.platform, life.format or Format.REEL, readings, totals[-1])


def median_of(dice: Random, platform: Platform) -> float:
    """A platform's half-life in one campaign, as far from the default as the model holds possible."""
    life = DEFAULT.of(platform)
    return exp(log(life.hours) + dice.gauss(0, life.doubt))


def poisson(dice: Random, mean: float) -> int:
    """About as many as a Poisson draw: counted one by one where few, by the normal law where many."""
    if mean > 30:
        return max(0, round(dice.gauss(mean, mean**0.5)))
    count, reached = 0, dice.expovariate(1)
    while reached < mean:
        count, reached = count + 1, reached + dice.expovariate(1)
    return count
