"""The usual figures: tiers, engagement and prices, each with its source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.benchmarks import (
    DEFAULT,
    EngagementKind,
    Extra,
    Tier,
    benchmark_engagement,
    cheapest_plausible,
    fair_price,
    tier,
)
from domain.creators import Platform, Profile
from domain.formats import Format


def a_profile(followers: int, likes: float | None = None, comments: float | None = None) -> Profile:
    return Profile(
        platform=Platform.INSTAGRAM,
        handle="someone",
        name="Some One",
        email="someone@creators.example",
        followers=followers,
        average_likes=likes,
        average_comments=comments,
    )


@pytest.mark.parametrize(
    ("followers", "expected"),
    [
        (0, Tier.NANO),
        (999, Tier.NANO),
        (1_000, Tier.MICRO),
        (9_999, Tier.MICRO),
        (10_000, Tier.MID),
        (99_999, Tier.MID),
        (100_000, Tier.MACRO),
        (1_000_000, Tier.MEGA),
        (50_000_000, Tier.MEGA),
    ],
)
def test_a_tier_begins_at_its_lower_bound(followers: int, expected: Tier) -> None:
    assert tier(followers) is expected


def test_the_industry_names_the_same_account_a_smaller_tier() -> None:
    industry = next(known for known in DEFAULT.alternative_tiers if known.name == "industry")
    assert [industry.tier(n) for n in (500, 5_000, 50_000, 200_000, 700_000, 2_000_000)] == [
        Tier.NANO,
        Tier.NANO,
        Tier.MICRO,
        Tier.MID,
        Tier.MACRO,
        Tier.MEGA,
    ]


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("size", [0, 500, 5_000, 50_000, 500_000, 5_000_000])
def test_every_platform_and_tier_has_a_benchmark_within_its_own_range(platform: Platform, size: int) -> None:
    usual = benchmark_engagement(platform, size)
    assert usual.low <= usual.rate <= usual.high


def test_instagram_is_measured_by_followers_and_tiktok_by_views() -> None:
    assert benchmark_engagement(Platform.INSTAGRAM, 5_000).kind is EngagementKind.FOLLOWERS
    assert benchmark_engagement(Platform.TIKTOK, 5_000).kind is EngagementKind.VIEWS


def test_the_2016_like_rates_are_kept_apart_and_say_that_they_count_likes() -> None:
    rates = {e.tier: e.benchmark for e in DEFAULT.like_rates_2016}
    assert {t: b.rate for t, b in rates.items()} == {
        Tier.NANO: 0.08,
        Tier.MICRO: 0.04,
        Tier.MID: 0.024,
        Tier.MEGA: 0.017,
    }
    assert {b.numerator for b in rates.values()} == {"likes"}


@pytest.mark.parametrize(
    ("kind", "followers", "low", "high"),
    [
        (Format.POST, 5_000, 50_00, 150_00),
        (Format.POST, 10_000, 150_00, 500_00),
        (Format.REEL, 9_999, 100_00, 250_00),
        (Format.REEL, 49_999, 250_00, 800_00),
        (Format.STORY, 2_000, 50_00, 100_00),
        (Format.TIKTOK, 20_000, 200_00, 700_00),
    ],
)
def test_the_rate_card_prices_accounts_within_its_bands(kind: Format, followers: int, low: int, high: int) -> None:
    price = fair_price(a_profile(followers), kind)
    assert (price.low, price.high, price.currency) == (low, high, "USD")
    assert "rate card" in price.basis


def test_an_account_above_the_card_is_priced_by_its_engagements() -> None:
    price = fair_price(a_profile(400_000, likes=7_000, comments=1_000), Format.POST)
    assert (price.low, price.high) == (8_000 * 5, 8_000 * 50)
    assert "8,000 expected" in price.basis


def test_an_account_just_above_the_card_is_not_worth_less_than_its_top_band() -> None:
    price = fair_price(a_profile(50_000, likes=100, comments=0), Format.POST)
    assert (price.low, price.high) == (150_00, 500_00)


def test_bought_engagement_does_not_raise_a_price() -> None:
    honest = fair_price(a_profile(400_000, likes=400_000 * 0.034, comments=0), Format.POST)
    bought = fair_price(a_profile(400_000, likes=400_000 * 0.5, comments=0), Format.POST)
    assert bought.high == honest.high


def test_the_cheapest_plausible_price_is_the_low_end_of_the_card() -> None:
    assert cheapest_plausible(Format.POST, 1_000) == 50_00
    assert cheapest_plausible(Format.REEL, 10_000) == 250_00
    assert cheapest_plausible(Format.POST, 500) == int(500 * 0.028 * 5)


@given(kind=st.sampled_from(Format), followers=st.integers(0, 20_000_000))
def test_no_fair_price_is_below_the_cheapest_plausible_one_of_its_size(kind: Format, followers: int) -> None:
    """Without figures of its own an account is worth at least what the brief check takes for plausible."""
    platform = {Format.TIKTOK: Platform.TIKTOK, Format.SHORT: Platform.YOUTUBE}.get(kind, Platform.INSTAGRAM)
    price = fair_price(a_profile(followers).model_copy(update={"platform": platform}), kind)
    assert cheapest_plausible(kind, followers) <= price.low + 1
    assert price.low <= price.high


def test_every_extra_has_a_surcharge_and_the_anchors_are_the_known_ones() -> None:
    assert {s.extra for s in DEFAULT.surcharges} == set(Extra)
    assert DEFAULT.celebrity_post.low == 7_500_00
    assert (DEFAULT.cpm.low, DEFAULT.cpm.high, DEFAULT.cpe.low, DEFAULT.cpe.high) == (5_00, 15_00, 5, 50)
