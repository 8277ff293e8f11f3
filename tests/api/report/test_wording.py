from datetime import UTC, datetime

import pytest

from api.report.wording import (
    count,
    duration,
    growing,
    live_posts,
    moment,
    money,
    percent,
    rate_basis,
    rate_name,
    rate_value,
)
from domain.cost_of_results import Delivered, Kind, Rate, rates
from domain.creators import Platform
from domain.formats import Format
from domain.growth_fit import Refit
from domain.monitoring import Metrics


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(12_50, "USD", "$12.50"), (1_234_56, "EUR", "€1,234.56"), (1_234, "JPY", "¥1,234"), (0, "USD", "$0.00")],
)
def test_an_amount_has_as_many_decimals_as_its_currency(minor: int, currency: str, text: str) -> None:
    """Yen have none."""
    assert money(minor, currency) == text


def test_what_is_unknown_is_a_dash() -> None:
    """Never a zero."""
    assert {money(None, "USD"), count(None), percent(None), duration(None)} == {"–"}
    assert (count(0), percent(0), duration(0)) == ("0", "0%", "0.0 s")


@pytest.mark.parametrize(
    ("seconds", "text"), [(1.25, "1.2 s"), (119, "119.0 s"), (120, "2.0 min"), (7_200, "2.0 h"), (172_800, "2.0 days")]
)
def test_a_duration_is_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    """From seconds to days."""
    assert duration(seconds) == text


def test_an_instant_is_to_the_minute() -> None:
    """In UTC, as the log has it."""
    assert moment(datetime(2027, 1, 4, 9, 5, tzinfo=UTC)) == "4 January 2027, 09:05 UTC"


def test_posts_that_are_not_as_they_were_published_are_named_where_there_are_any() -> None:
    """Behind how many were measured."""
    assert live_posts(3, 0) == "posts live, 3 of them measured"
    assert live_posts(3, 1) == "posts live, 3 of them measured, 1 not as published any more"


def test_a_half_life_says_whether_the_record_moved_it() -> None:
    """And from how many posts."""
    few = Refit(
        platform=Platform.YOUTUBE,
        format=Format.SHORT,
        assumed_hours=144,
        hours=144,
        low=100,
        high=200,
        spread=0.4,
        posts=1,
        readings=2,
        refitted=False,
        assumption_weight=2,
        policy="test",
    )
    assert growing(few) == "YouTube short: 144 h, as assumed: 1 post read 2 times are too few to say otherwise"
    enough = few.model_copy(update={"refitted": True, "posts": 9, "readings": 30, "hours": 120.0})
    expected = "YouTube short: 120.0 h (100.0 to 200.0 h in 80% of cases), from 9 posts read 30 times"
    assert growing(enough) == f"{expected}; 144 h were assumed"


def a_rate(kind: Kind, metrics: Metrics) -> Rate:
    found = rates([Delivered(fee=150_00, agreed=1, live=1, metrics=[metrics])])
    return next(rate for rate in found if rate.kind is kind)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.CLICK_THROUGH, ("Click-through rate (CTR)", "2.50%", "50 clicks over 2,000 impressions, of 1 post")),
        (Kind.COST_PER_CLICK, ("Cost per click (CPC)", "$3.00", "$150.00 fees over 50 clicks, of 1 post")),
        (Kind.RETURN_ON_SPEND, ("Return on spend (ROAS)", "2.00", "$300.00 revenue over $150.00 fees, of 1 post")),
        (Kind.ENGAGEMENT_BY_REACH, ("Engagement rate by reach", "–", "no post has told engagements and reach")),
    ],
)
def test_a_rate_is_told_with_what_it_was_reckoned_from(kind: Kind, said: tuple[str, str, str]) -> None:
    """And one that is unknown with why."""
    rate = a_rate(kind, Metrics(impressions=2_000, clicks=50, revenue=300_00))
    assert (rate_name(rate), rate_value(rate, "USD"), rate_basis(rate, "USD")) == said
