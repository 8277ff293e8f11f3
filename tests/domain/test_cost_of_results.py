import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.brief import Measure
from domain.cost_of_results import DEFAULT, Delivered, Kind, Rate, earned_media, rates
from domain.monitoring import Metrics


def by_kind(*delivered: Delivered) -> dict[Kind, Rate]:
    return {rate.kind: rate for rate in rates(delivered)}


TOLD = Metrics(impressions=2_000, reach=1_000, views=4_000, likes=80, comments=20, clicks=40, orders=4, revenue=300_00)


def test_every_rate_says_what_was_divided_by_what_and_of_how_many_posts() -> None:
    """One post at 150 dollars of which everything is known."""
    found = by_kind(Delivered(fee=150_00, agreed=1, live=1, metrics=[TOLD], followers=5_000))
    assert {kind: rate.value for kind, rate in found.items()} == {
        Kind.ENGAGEMENT_BY_FOLLOWERS: 0.02,
        Kind.ENGAGEMENT_BY_REACH: 0.1,
        Kind.ENGAGEMENT_BY_IMPRESSIONS: 0.05,
        Kind.ENGAGEMENT_BY_VIEWS: 0.025,
        Kind.CLICK_THROUGH: 0.02,
        Kind.CONVERSION: 0.1,
        Kind.COST_PER_MILLE: 75_00.0,
        Kind.COST_PER_ENGAGEMENT: 150.0,
        Kind.COST_PER_CLICK: 375.0,
        Kind.COST_PER_ORDER: 37_50.0,
        Kind.RETURN_ON_SPEND: 2.0,
    }
    ctr = found[Kind.CLICK_THROUGH]
    assert (ctr.numerator, ctr.amount, ctr.denominator, ctr.by, ctr.posts) == ("clicks", 40, "impressions", 2_000, 1)


def test_a_post_of_which_one_side_is_unknown_counts_in_neither() -> None:
    """Its impressions must not thin out clicks that nobody has told, nor its fee make those of others dearer."""
    silent = Metrics(impressions=100_000)
    found = by_kind(Delivered(fee=300_00, agreed=2, live=2, metrics=[TOLD, silent]))
    assert (found[Kind.CLICK_THROUGH].value, found[Kind.CLICK_THROUGH].posts) == (0.02, 1)
    assert found[Kind.COST_PER_CLICK].amount == 150_00
    assert (found[Kind.COST_PER_MILLE].by, found[Kind.COST_PER_MILLE].posts) == (102_000, 2)


def test_without_any_figure_a_rate_is_unknown_and_not_zero() -> None:
    """Nor is anything divided by a reach of nobody."""
    assert {rate.value for rate in rates([])} == {None}
    nobody = by_kind(Delivered(fee=1, agreed=1, live=1, metrics=[Metrics(clicks=0, impressions=0, likes=3)]))
    assert (nobody[Kind.CLICK_THROUGH].value, nobody[Kind.COST_PER_CLICK].value) == (None, None)
    assert nobody[Kind.ENGAGEMENT_BY_FOLLOWERS].posts == 0


def test_what_was_tracked_is_of_all_of_a_creators_posts() -> None:
    """Reported clicks give way; impressions go with them only if every post has told its own."""
    tracked = {Measure.CLICKS: 90, Measure.ORDERS: 9, Measure.REVENUE: 900_00}
    whole = Delivered(fee=300_00, agreed=2, live=2, metrics=[TOLD, Metrics(impressions=1_000)], tracked=tracked)
    found = by_kind(whole)
    assert (found[Kind.CLICK_THROUGH].amount, found[Kind.CLICK_THROUGH].by) == (90, 3_000)
    assert (found[Kind.CONVERSION].value, found[Kind.CONVERSION].posts) == (0.1, 2)
    silent = by_kind(Delivered(fee=300_00, agreed=2, live=2, metrics=[TOLD], tracked=tracked))
    assert silent[Kind.CLICK_THROUGH].value is None
    assert (silent[Kind.RETURN_ON_SPEND].value, silent[Kind.COST_PER_ORDER].value) == (3.0, 33_33.333333)


@given(
    st.lists(
        st.builds(Metrics, clicks=st.none() | st.integers(0, 99), impressions=st.none() | st.integers(0, 999)),
        max_size=4,
    )
)
def test_a_rate_over_many_posts_lies_between_those_of_each(metrics: list[Metrics]) -> None:
    """Sums are divided, not rates averaged."""
    each = [m.clicks / m.impressions for m in metrics if m.clicks is not None and m.impressions]
    idle = sum(m.clicks for m in metrics if m.clicks and m.impressions == 0)
    rate = by_kind(Delivered(fee=1, agreed=4, live=len(metrics), metrics=metrics))[Kind.CLICK_THROUGH]
    assert (rate.value is None) == (not each)
    if rate.value is not None and not idle:
        assert min(each) - 1e-6 <= rate.value <= max(each) + 1e-6


def test_earned_media_counts_what_is_known_at_the_rates_of_its_version() -> None:
    """2,000 impressions at ten dollars a thousand, 80 likes at 5 cents, 20 comments at 50."""
    value, missing = earned_media([TOLD, Metrics(clicks=3)], "USD")
    assert value is not None
    assert (value.value, value.posts, value.rates.version, missing) == (20_00 + 4_00 + 10_00, 1, DEFAULT.version, "")


@pytest.mark.parametrize(
    ("metrics", "currency", "why"),
    [([], "USD", "No post"), ([Metrics(orders=1)], "USD", "No post"), ([TOLD], "EUR", "known in USD only")],
)
def test_without_earned_media_there_is_a_reason(metrics: list[Metrics], currency: str, why: str) -> None:
    """Unknown is not worthless, and euros are not dollars."""
    value, missing = earned_media(metrics, currency)
    assert value is None
    assert why in missing
