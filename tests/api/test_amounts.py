"""Amounts as people enter them."""

import pytest

from api.amounts import AmountUnreadable, minor_units


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("250", "USD", 250_00),
        ("250.5", "USD", 250_50),
        ("250,50", "EUR", 250_50),
        ("1,250.50", "USD", 1_250_50),
        ("12 500", "EUR", 12_500_00),
        ("12'500", "CHF", 12_500_00),
        ("2500", "JPY", 2500),
    ],
)
def test_an_amount_is_read_in_the_currency_s_own_minor_units(text: str, currency: str, minor: int) -> None:
    assert minor_units(text, currency) == minor


@pytest.mark.parametrize(("text", "currency"), [("", "USD"), ("-5", "USD"), ("2.505", "USD"), ("2.5", "JPY")])
def test_what_is_no_amount_is_refused_with_an_example(text: str, currency: str) -> None:
    with pytest.raises(AmountUnreadable, match=f"{currency} as a plain number, such as 250"):
        minor_units(text, currency)
