"""What a post's figures will come to, from what they are early on: always with an interval.

A post gathers its figures as `n(t) = final * (1 - 2^(-t/h))`, with a half-life h that differs from post to post around
its platform's. Two things make a forecast uncertain, and both are in the interval: this post's own half-life, and
chance in what is still to come. Pure: the same inputs give the same forecast.
"""

from collections.abc import Iterable
from datetime import timedelta
from math import exp, log, sqrt
from statistics import NormalDist

from pydantic import Field

from domain.benchmarks import Grade, Source
from domain.creators import Platform
from domain.values import Line, Value


class HalfLife(Value):
    """In which time a post gathers half of what it will ever have."""

    platform: Platform
    hours: float = Field(gt=0)
    """The median post's."""
    spread: float = Field(gt=0)
    """Standard deviation of the natural logarithm of posts' half-lives."""
    source: Source


class GrowthModel(Value):
    """How posts grow, by platform, and when a forecast says anything."""

    version: Line
    half_lives: tuple[HalfLife, ...]
    level: float = Field(gt=0, lt=1)
    """The share of forecasts whose interval holds the truth."""
    gathered_min: float = Field(gt=0, lt=1)
    """Below this share of the final figure it is too early to say."""
    gathered_all: float = Field(gt=0, lt=1)
    """From this share on a figure is as good as final."""

    def of(self, platform: Platform) -> HalfLife:
        """The platform's half-life."""
        return next(each for each in self.half_lives if each.platform is platform)


_SPREAD = "the spread between posts is this engine's assumption"

DEFAULT = GrowthModel(
    version="2026-11.1",
    half_lives=(
        HalfLife(
            platform=Platform.INSTAGRAM,
            hours=19,
            spread=0.35,
            source=Source(grade=Grade.PRESS, origin=f"published half-lives of posts; {_SPREAD}"),
        ),
        HalfLife(
            platform=Platform.YOUTUBE,
            hours=6 * 24,
            spread=0.5,
            source=Source(grade=Grade.PRESS, origin=f"published half-lives of videos; {_SPREAD}"),
        ),
        HalfLife(
            platform=Platform.TIKTOK,
            hours=48,
            spread=0.8,
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
"""The model that everything uses unless told otherwise."""


class Forecast(Value):
    """A final figure: the likeliest, and the interval that holds it in `level` of all cases."""

    expected: int = Field(ge=0)
    low: int = Field(ge=0)
    high: int = Field(ge=0)
    level: float
    gathered: float = Field(ge=0, le=1)
    """The share of the expected figure that was there when it was taken."""


def together(known: Iterable[tuple[int, Forecast | None]]) -> Forecast | None:
    """What some posts' figures will come to in sum; those without a forecast count as they are. None if all are such.

    The interval is that of posts which all err alike: wider than it would be if each erred for itself.
    """
    pairs = list(known)
    found = [each for _, each in pairs if each is not None]
    if not found:
        return None
    settled = sum(figure for figure, each in pairs if each is None)
    expected = settled + sum(each.expected for each in found)
    return Forecast(
        expected=expected,
        low=settled + sum(each.low for each in found),
        high=settled + sum(each.high for each in found),
        level=found[0].level,
        gathered=round(min(1, sum(figure for figure, _ in pairs) / expected), 3),
    )


def gathered(age: timedelta, half_life_hours: float) -> float:
    """The share of its final figures that a post of that age has; 0 before it is published."""
    hours = age / timedelta(hours=1)
    return 1 - 2 ** (-hours / half_life_hours) if hours > 0 else 0.0


def forecast(figure: int, age: timedelta, platform: Platform, model: GrowthModel = DEFAULT) -> Forecast | None:
    """What `figure`, taken when the post was `age` old, will come to.

    None where there is nothing to say: too early, nothing counted yet, or as good as final.
    """
    life = model.of(platform)
    share = gathered(age, life.hours)
    if figure <= 0 or not model.gathered_min <= share < model.gathered_all:
        return None
    expected = figure / share
    z = NormalDist().inv_cdf((1 + model.level) / 2)
    # What is still to come is chance around an estimate that itself rests on chance: (1 - share) / figure in all.
    chance = z * sqrt((1 - share) / figure)
    shorter = log(share / gathered(age, life.hours * exp(-z * life.spread)))
    longer = log(share / gathered(age, life.hours * exp(z * life.spread)))
    return Forecast(
        expected=round(expected),
        low=max(figure, round(expected * exp(-sqrt(shorter**2 + chance**2)))),
        high=round(expected * exp(sqrt(longer**2 + chance**2))),
        level=model.level,
        gathered=round(share, 3),
    )
