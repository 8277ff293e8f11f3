"""Amounts, times and spans as people read them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities import wording
from domain.formats import Format
from domain.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [(1_250_00, "USD", "USD 1,250.00"), (5, "EUR", "EUR 0.05"), (1_500, "JPY", "JPY 1,500"), (0, "USD", "USD 0.00")],
)
def test_money_has_its_code_and_the_decimals_of_its_currency(amount: int, currency: str, expected: str) -> None:
    """Minor units become the currency's own decimals, and the code says which dollar it is."""
    assert wording.money(Money(amount=amount, currency=currency)) == expected


def test_a_moment_is_told_in_the_campaigns_time_zone_and_names_it() -> None:
    """The same instant reads differently in Berlin, and says that it is Berlin's time."""
    at = datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert wording.moment(at, ZoneInfo("Europe/Berlin")) == "Thursday 3 December 2026, 18:00 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (timedelta(hours=72), "72 hours"),
        (timedelta(days=5), "5 days"),
        (timedelta(hours=1, minutes=30), "1 hour and 30 minutes"),
        (timedelta(days=4, hours=2, minutes=1), "4 days, 2 hours and 1 minute"),
        (timedelta(seconds=20), "20 seconds"),
        (timedelta(milliseconds=300), "no time"),
    ],
)
def test_a_span_is_told_in_hours_until_it_is_long(duration: timedelta, expected: str) -> None:
    """Deadlines of up to three days are told in hours, as they were agreed."""
    assert wording.span(duration) == expected


def test_formats_are_counted_in_the_order_of_the_brief() -> None:
    """Two reels and a story are told as such, with the plural of each."""
    assert wording.formats([Format.REEL, Format.STORY, Format.REEL]) == "2 reels and 1 story"


@pytest.mark.parametrize(
    ("items", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_ends_in_and(items: list[str], expected: str) -> None:
    """However many items there are, the list reads as a sentence does."""
    assert wording.listed(items) == expected


def test_percent_has_decimals_only_where_there_are_any() -> None:
    """A half is 50 %, an eighth 12.5 %."""
    assert [wording.percent(ratio) for ratio in (0.5, 0.125, 1.0)] == ["50 %", "12.5 %", "100 %"]


def test_one_line_holds_no_line_breaks_and_no_control_characters() -> None:
    """Whatever breaks lines or hides in text becomes a space."""
    assert wording.one_line("Acme\r\nBcc: x\x00\u2028y\u202e ") == "Acme Bcc: x y"


def test_a_day_has_no_time() -> None:
    """A date reads as a date."""
    assert wording.day(date(2026, 4, 30)) == "30 April 2026"
