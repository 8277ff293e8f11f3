from datetime import timedelta
from math import exp
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.creators import Platform
from domain.growth import DEFAULT, forecast, gathered, together

HOUR = timedelta(hours=1)
POSTS = 1_500


def test_half_of_it_is_there_after_the_half_life() -> None:
    """Three quarters after two, nothing before publication."""
    assert gathered(19 * HOUR, 19) == pytest.approx(0.5)
    assert gathered(38 * HOUR, 19) == pytest.approx(0.75)
    assert gathered(-HOUR, 19) == 0


def test_a_figure_at_the_half_life_doubles() -> None:
    """By each platform's own half-life."""
    for platform, hours in ((Platform.INSTAGRAM, 19), (Platform.YOUTUBE, 144), (Platform.TIKTOK, 48)):
        found = forecast(1_000, hours * HOUR, platform)
        assert found is not None
        assert (found.expected, found.gathered, found.level) == (2_000, 0.5, 0.8)
        assert found.low < 2_000 < found.high


@pytest.mark.parametrize(
    ("figure", "hours"), [(100, 0), (100, -5), (100, 1), (0, 19), (100, 19 * 5)], ids=lambda each: f"{each}"
)
def test_where_there_is_nothing_to_say_nothing_is_said(figure: int, hours: float) -> None:
    """Too early, nothing counted, or as good as final."""
    assert forecast(figure, hours * HOUR, Platform.INSTAGRAM) is None


@given(figure=st.integers(1, 10**9), hours=st.floats(1.5, 80), platform=st.sampled_from(Platform))
def test_no_forecast_is_below_what_is_there(figure: int, hours: float, platform: Platform) -> None:
    """And its interval holds the expected figure."""
    found = forecast(figure, hours * HOUR, platform)
    if found is not None:
        assert figure <= found.low <= found.expected <= found.high


def test_what_is_seen_later_is_known_better() -> None:
    """The interval narrows, by age and by the size of the figure."""
    widths = []
    for figure, hours in ((50, 6), (500, 6), (500, 19), (500, 57)):
        found = forecast(figure, hours * HOUR, Platform.INSTAGRAM)
        assert found is not None
        widths.append((found.high - found.low) / found.expected)
    assert widths == sorted(widths, reverse=True)


def test_posts_add_up_and_what_has_no_forecast_counts_as_it_is() -> None:
    """Nothing to forecast, no forecast."""
    one = forecast(100, 19 * HOUR, Platform.INSTAGRAM)
    assert one is not None
    both = together([(100, one), (100, one), (50, None)])
    assert both is not None
    assert (both.expected, both.low, both.high) == (450, 2 * one.low + 50, 2 * one.high + 50)
    assert both.gathered == pytest.approx(250 / 450, abs=0.001)
    assert together([(50, None)]) is None


@pytest.mark.parametrize("final", [60, 600, 20_000])
@pytest.mark.parametrize("share", [0.15, 0.5, 0.8])
@pytest.mark.parametrize("platform", [Platform.INSTAGRAM, Platform.YOUTUBE, Platform.TIKTOK])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(platform: Platform, share: float, final: int) -> None:
    """Of simulated posts, each with a half-life and luck of its own, four in five; of small figures rather more.

    Those are whole numbers, and no interval begins below what is there.
    """
    dice = Random(f"{platform} {share} {final}")  # noqa: S311  # a simulation
    life = DEFAULT.of(platform)
    age = next(hours * HOUR for hours in range(1, 10_000) if gathered(hours * HOUR, life.hours) >= share)
    held = said = 0
    for _ in range(POSTS):
        part = gathered(age, life.hours * exp(dice.gauss(0, life.spread)))
        early = _poisson(dice, final * part)
        true = early + _poisson(dice, final * (1 - part))
        found = forecast(early, age, platform)
        if found is not None:
            said += 1
            held += found.low <= true <= found.high
    assert said > 0.95 * POSTS
    assert 0.74 <= held / said <= (0.93 if final < 100 else 0.86)


def _poisson(dice: Random, mean: float) -> int:
    """About as many as a Poisson draw: counted one by one where few, by the normal law where many."""
    if mean > 30:
        return max(0, round(dice.gauss(mean, mean**0.5)))
    count, reached = 0, dice.expovariate(1)
    while reached < mean:
        count, reached = count + 1, reached + dice.expovariate(1)
    return count
