import sys
from collections.abc import Sequence
from math import sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.benchmarks import Grade
from domain.creators import Platform
from domain.formats import Format
from domain.growth import DEFAULT, GrowthModel, Reading, forecast, together
from domain.growth_fit import POLICY, Refit, Seen, refitted
from tests.domain.growing import Grown, grown, median_of

INSTAGRAM = DEFAULT.of(Platform.INSTAGRAM)
CAMPAIGNS = 100


def posts(seed: int, count: int = 8, median: float = 30, at: Sequence[float] = (6, 24, 72)) -> list[Seen]:
    dice = Random(seed)  # noqa: S311  # a simulation
    return [seen(grown(dice, INSTAGRAM, median, at)) for _ in range(count)]


def seen(post: Grown) -> Seen:
    return Seen(platform=post.platform, format=post.format, readings=post.readings)


def fitted(found: Sequence[Seen]) -> Refit:
    _, (one,) = refitted(found)
    return one


def test_the_campaigns_own_posts_move_the_half_life() -> None:
    """Towards theirs, and the report can say from how many it moved how far."""
    few, many = fitted(posts(2, 4)), fitted(posts(2, 40))
    assert 19 < few.hours < many.hours < 33
    assert few.high - few.low > many.high - many.low
    assert many.hours == pytest.approx(30, rel=0.15)
    assert (many.assumed_hours, many.posts, many.readings, many.refitted) == (19, 40, 120, True)
    assert (many.platform, many.format, many.assumption_weight) == (Platform.INSTAGRAM, Format.REEL, 2)


def test_a_format_is_refitted_by_its_own_posts_only() -> None:
    """Others keep the platform's half-life; the version says that it moved, and the source on whose word."""
    model, _ = refitted(posts(2))
    reel = model.of(Platform.INSTAGRAM, Format.REEL)
    assert model.of(Platform.INSTAGRAM, Format.POST) == INSTAGRAM
    assert model.version == f"{DEFAULT.version}, refitted by {POLICY.version}"
    assert reel.source.grade is Grade.RECORD
    assert reel.source.origin == "8 posts read 24 times, and the assumption as 2 posts"


@pytest.mark.parametrize(
    "few",
    [posts(1, 2), posts(1, 3, at=(6, 24)), posts(1, 20, at=(6,)), []],
    ids=["two posts", "six readings", "read once", "none"],
)
def test_too_little_moves_nothing(few: list[Seen]) -> None:
    """The model stays the very same, and what is told says so."""
    model, told = refitted(few)
    assert model is DEFAULT
    assert all((each.refitted, each.hours) == (False, 19) for each in told)


@settings(max_examples=10)
@given(dice=st.randoms(use_true_random=False), times=st.integers(2, 30))
def test_neither_order_nor_size_matters(dice: Random, times: int) -> None:
    """The order not at all, the size as far as chance in counting is nothing beside the bursts."""
    base = [
        each.model_copy(update={"readings": tuple(Reading(h, n * 10_000) for h, n in each.readings)})
        for each in posts(3, 6)
    ]
    shuffled = [
        each.model_copy(update={"readings": tuple(dice.sample(each.readings, len(each.readings)))})
        for each in dice.sample(base, len(base))
    ]
    assert refitted(shuffled) == refitted(base)
    larger = [
        each.model_copy(update={"readings": tuple(Reading(h, n * times) for h, n in each.readings)}) for each in base
    ]
    assert fitted(larger).hours == pytest.approx(fitted(base).hours, rel=0.01)


def test_an_odd_post_changes_little() -> None:
    """One that got nearly all of its figures late and at once, as bought ones come."""
    honest = posts(2, 12, median=19)
    odd = honest[0].model_copy(update={"readings": (Reading(6, 50), Reading(24, 80), Reading(72, 9_000))})
    assert fitted([*honest, odd]).hours == pytest.approx(fitted(honest).hours, rel=0.12)


def test_posts_that_keep_to_their_curves_narrow_the_interval_and_others_widen_it() -> None:
    """The bursts are learned too."""
    exact = [
        Seen(
            platform=Platform.INSTAGRAM,
            format=Format.REEL,
            readings=tuple(Reading(t, round(10**5 * (1 - 2 ** (-t / 19)))) for t in (6, 24, 72, 168)),
        )
        for _ in range(20)
    ]
    wild = [
        each.model_copy(update={"readings": tuple(Reading(t, n * (2 if t == 24 else 1)) for t, n in each.readings)})
        for each in exact
    ]
    steady, unsteady = (refitted(each)[0].of(Platform.INSTAGRAM, Format.REEL) for each in (exact, wild))
    assert steady.bursts > INSTAGRAM.bursts > unsteady.bursts
    assert steady.hours == pytest.approx(19, rel=0.02)
    widths = []
    for life in (steady, unsteady):
        alike = life.model_copy(update={"hours": 19})
        model = DEFAULT.model_copy(update={"half_lives": (alike, *DEFAULT.half_lives)})
        found = forecast([Reading(19, 1_000)], Platform.INSTAGRAM, Format.REEL, model)
        assert found is not None
        widths.append(found.high - found.low)
    assert widths[0] < widths[1]


class Coverage:
    """How often intervals held the truth."""

    def __init__(self) -> None:
        self.held = self.said = 0

    def note(self, low: float, truth: float, high: float) -> None:
        self.held += low <= truth <= high
        self.said += 1

    @property
    def rate(self) -> float:
        return self.held / self.said


def test_forecast_intervals_cover_the_truth_at_their_stated_rate() -> None:
    """On simulated campaigns over three platforms, whose true half-lives lie around the default and whose posts were
    read one to four times: within sampling error, per post and in sum, before and after the refit.

    Posts of one campaign share their platforms' half-lives, so that it is campaigns that are counted in the bounds.
    """
    dice = Random(20)  # noqa: S311  # a simulation
    found = {name: Coverage() for name in ("posts before", "sums before", "posts after", "sums after", "medians after")}
    for _ in range(CAMPAIGNS):
        medians = {platform: median_of(dice, platform) for platform in Platform}
        campaign = []
        for platform in list(Platform) * 4:
            hours = (1, 6, 24, 72) if platform is Platform.INSTAGRAM else (6, 24, 72, 168)
            at = hours[: dice.randint(1, 4)]
            campaign.append(grown(dice, DEFAULT.of(platform), medians[platform], at))
        model, moved = refitted(map(seen, campaign))
        _cover(campaign, DEFAULT, found["posts before"], found["sums before"])
        _cover(campaign, model, found["posts after"], found["sums after"])
        for each in moved:
            if each.refitted:
                found["medians after"].note(each.low, medians[each.platform], each.high)
    rates = {name: each.rate for name, each in found.items()}
    shown = ", ".join(f"{name} {rate:.1%}" for name, rate in rates.items())
    sys.stdout.write(f"\nCovered by 80 % intervals, over {CAMPAIGNS} campaigns: {shown}\n")
    for name, rate in rates.items():
        assert rate == pytest.approx(0.8, abs=2.6 * sqrt(0.8 * 0.2 / CAMPAIGNS)), name


def _cover(campaign: Sequence[Grown], model: GrowthModel, single: Coverage, summed: Coverage) -> None:
    known = []
    for post in campaign:
        found = forecast(post.readings, post.platform, post.format, model)
        known.append((post.readings[-1].figure, found))
        if found is not None:
            single.note(found.low, post.final, found.high)
    whole = together(known)
    assert whole is not None
    early = sum(post.final for post, (_, found) in zip(campaign, known, strict=True) if found is not None)
    settled = sum(figure for figure, found in known if found is None)
    summed.note(whole.low, early + settled, whole.high)
