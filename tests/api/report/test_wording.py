from datetime import UTC, datetime

import pytest

from api.report.wording import count, duration, live_posts, moment, money, percent


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
