from math import log
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.creators import Platform
from domain.formats import Format
from domain.growth import DEFAULT, Forecast, Reading, forecast, foretold, gathered, in_order, together
from tests.domain.growing import grown, median_of

POSTS = 350
INSTAGRAM = DEFAULT.of(Platform.INSTAGRAM)


def told(*pairs: tuple[float, int], platform: Platform = Platform.INSTAGRAM) -> Forecast:
    found = forecast([Reading(*pair) for pair in pairs], platform)
    assert found is not None
    return found


def test_half_of_it_is_there_after_the_half_life() -> None:
    """Three quarters after two, nothing before publication."""
    assert gathered(19, 19) == pytest.approx(0.5)
    assert gathered(38, 19) == pytest.approx(0.75)
    assert gathered(-1, 19) == 0


def test_a_figure_at_the_half_life_doubles() -> None:
    """By each platform's own half-life."""
    for platform, hours in ((Platform.INSTAGRAM, 19), (Platform.YOUTUBE, 144), (Platform.TIKTOK, 48)):
        found = told((hours, 1_000), platform=platform)
        assert (found.expected, found.gathered, found.level, found.curve) == (2_000, 0.5, 0.8, platform.value)
        assert found.low < 2_000 < found.high


def test_a_format_has_its_platforms_half_life_unless_it_has_one_of_its_own() -> None:
    """And is named with it."""
    slow = INSTAGRAM.model_copy(update={"format": Format.REEL, "hours": 40})
    model = DEFAULT.model_copy(update={"half_lives": (*DEFAULT.half_lives, slow)})
    assert model.of(Platform.INSTAGRAM, Format.REEL).name == "instagram reel"
    assert model.of(Platform.INSTAGRAM, Format.POST) == INSTAGRAM


@pytest.mark.parametrize(
    ("figure", "hours"), [(100, 0), (100, -5), (100, 1), (0, 19), (100, 19 * 5)], ids=lambda each: f"{each}"
)
def test_where_there_is_nothing_to_say_nothing_is_said(figure: int, hours: float) -> None:
    """Too early, nothing counted, or as good as final; nor of a post without readings."""
    assert forecast([Reading(hours, figure)], Platform.INSTAGRAM) is None
    assert forecast([], Platform.INSTAGRAM) is None


@given(figure=st.integers(1, 10**9), hours=st.floats(1.5, 80), platform=st.sampled_from(Platform))
def test_no_forecast_is_below_what_is_there(figure: int, hours: float, platform: Platform) -> None:
    """And its interval holds the expected figure."""
    found = forecast([Reading(hours, figure)], platform)
    if found is not None:
        assert figure <= found.low <= found.expected <= found.high


@given(figures=st.lists(st.integers(1_000, 10**5), min_size=1, max_size=4), dice=st.randoms(use_true_random=False))
def test_neither_the_order_of_readings_nor_an_empty_one_matters(figures: list[int], dice: Random) -> None:
    """A reading of nothing is one that is not there yet."""
    seen = [Reading(6.0 * 2**nth, figure) for nth, figure in enumerate(sorted(figures))]
    mixed = [*seen, Reading(2.0, 0), seen[0]]
    dice.shuffle(mixed)
    assert forecast(mixed, Platform.INSTAGRAM) == forecast(seen, Platform.INSTAGRAM)


@given(figures=st.lists(st.integers(10**5, 10**7), min_size=1, max_size=4), times=st.integers(2, 50))
@example(figures=[100_000, 305_147, 305_147, 305_147], times=2)
def test_ten_times_the_figures_are_ten_times_the_forecast(figures: list[int], times: int) -> None:
    """Where they are so large that chance in counting is nothing beside the bursts."""
    once = [Reading(6.0 * 2**nth, figure) for nth, figure in enumerate(sorted(figures))]
    found = forecast(once, Platform.INSTAGRAM)
    scaled = forecast([Reading(hours, figure * times) for hours, figure in once], Platform.INSTAGRAM)
    if found is not None and scaled is not None:
        assert scaled.expected / found.expected == pytest.approx(times, rel=0.01)
        assert scaled.high / found.high == pytest.approx(times, rel=0.01)


def test_what_is_seen_later_is_known_better() -> None:
    """The interval narrows, by age and by the size of the figure."""
    widths = []
    for figure, hours in ((50, 6), (500, 6), (500, 19), (500, 57)):
        found = told((hours, figure))
        widths.append((found.high - found.low) / found.expected)
    assert widths == sorted(widths, reverse=True)


def test_earlier_readings_tell_a_posts_own_half_life() -> None:
    """One that has hardly grown since is nearly done, one that keeps growing has much to come; and both are surer."""
    alone = told((24, 5_800))
    nearly_done, growing = told((6, 2_900), (24, 5_800)), told((6, 1_400), (24, 5_800))
    assert nearly_done.expected < alone.expected < growing.expected
    assert log(nearly_done.high / nearly_done.low) < log(alone.high / alone.low)
    assert nearly_done.half_life_hours is not None
    assert growing.half_life_hours is not None
    assert nearly_done.half_life_hours < 19 < growing.half_life_hours


def test_of_several_readings_at_one_instant_the_highest_counts() -> None:
    """And what was read before publication is not the post's."""
    assert in_order([Reading(2, 5), Reading(1, 3), Reading(2, 4), Reading(-1, 9), Reading(3, 0)]) == ((1, 3), (2, 5))


def test_a_later_figure_is_foretold_from_those_before_it() -> None:
    """The wider, the less may fall outside; from nothing nothing is foretold."""
    seen = [Reading(6, 1_000), Reading(24, 3_000), Reading(72, 9_000)]
    narrow, wide = foretold(seen, 72, INSTAGRAM, 0.1), foretold(seen, 72, INSTAGRAM, 0.001)
    assert narrow is not None
    assert wide is not None
    assert 3_000 <= wide[0] < narrow[0] < narrow[1] < wide[1] < 12_000
    assert foretold(seen, 6, INSTAGRAM, 0.1) is None


def test_posts_add_up_and_what_has_no_forecast_counts_as_it_is() -> None:
    """Nothing to forecast, no forecast; one post's sum is its own forecast."""
    one = told((19, 100))
    assert together([(50, None)]) is None
    alone = together([(100, one), (50, None)])
    assert alone is not None
    assert (alone.low, alone.expected, alone.high) == (one.low + 50, one.expected + 50, one.high + 50)
    many = together([(100, one)] * 20 + [(50, None)])
    assert many is not None
    assert many.expected == pytest.approx(20 * 200 + 50, rel=0.1)
    assert many.gathered == pytest.approx(2_050 / many.expected, abs=0.001)


def test_posts_that_err_each_for_itself_are_surer_together() -> None:
    """As far as it is not the curve that is wrong, which they all share."""
    one, other = told((19, 1_000)), told((144, 1_000), platform=Platform.YOUTUBE)
    twenty, mixed = together([(1_000, one)] * 20), together([(1_000, one), (1_000, other)] * 10)
    assert twenty is not None
    assert mixed is not None
    assert log(twenty.high / twenty.low) < log(one.high / one.low)
    assert (mixed.high - mixed.low) / mixed.expected < (other.high - other.low) / other.expected


@pytest.mark.parametrize("share", [0.15, 0.5, 0.8])
@pytest.mark.parametrize("platform", [Platform.INSTAGRAM, Platform.YOUTUBE, Platform.TIKTOK])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(platform: Platform, share: float) -> None:
    """Of simulated posts, each with a half-life and luck of its own, four in five, small ones among them."""
    dice = Random(f"{platform} {share}")  # noqa: S311  # a simulation
    life = DEFAULT.of(platform)
    age = next(float(hours) for hours in range(1, 10_000) if gathered(hours, life.hours) >= share)
    held = said = 0
    for nth in range(POSTS):
        post = grown(dice, life, median_of(dice, platform), [age], usual=(100, 2_000, 50_000)[nth % 3])
        found = forecast(post.readings, platform)
        if found is not None:
            said += 1
            held += found.low <= post.final <= found.high
    assert said > 0.9 * POSTS
    assert held / said == pytest.approx(0.8, abs=3 * (0.8 * 0.2 / said) ** 0.5), held / said
