"""Amounts are whole minor units, and shares never add up to more than the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.money import Money, share


def test_an_amount_keeps_its_currency() -> None:
    """Two amounts are equal only in the same currency."""
    assert Money(amount=12_50, currency="USD") != Money(amount=12_50, currency="EUR")
    assert Money.model_validate_json('{"amount": 1250, "currency": "USD"}') == Money(amount=12_50, currency="USD")


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": -1, "currency": "USD"},
        {"amount": 10**12 + 1, "currency": "USD"},
        {"amount": 1.5, "currency": "USD"},
        {"amount": 1, "currency": "usd"},
        {"amount": 1, "currency": "US$"},
        {"amount": 1, "currency": "USD\n"},
        {"amount": 1},
    ],
)
def test_what_is_no_amount_is_refused(facts: dict[str, object]) -> None:
    """Negative, fractional and absurd amounts and unknown forms of a currency are errors."""
    with pytest.raises(ValidationError):
        Money.model_validate(facts)


@pytest.mark.parametrize(
    ("amount", "ratio", "expected"),
    [(100, 0.5, 50), (101, 0.5, 50), (100_00, 0.29, 29_00), (1, 0.9999, 0), (100_00, 1.1, 110_00), (0, 1.0, 0)],
)
def test_a_share_is_rounded_down(amount: int, ratio: float, expected: int) -> None:
    """A share is exact where the ratio is, and otherwise the next lower minor unit."""
    assert share(amount, ratio) == expected


@given(st.integers(0, 10**12), st.floats(0, 1))
def test_a_share_and_its_rest_make_the_whole(amount: int, ratio: float) -> None:
    """A share of 0..1 lies between nothing and the whole, and grows with the amount."""
    part = share(amount, ratio)
    assert 0 <= part <= amount
    assert part <= share(amount + 1, ratio)
    assert abs(part - amount * ratio) <= amount / 10_000 + 1
