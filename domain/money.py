"""Amounts of money: whole minor units of one currency, never floats."""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.values import NotBoolean, Value

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""

Minor = Annotated[int, Field(ge=0, le=10**12), NotBoolean]
"""Minor currency units (cents for USD), not negative."""


class Money(Value):
    """An amount in minor units: `Money(amount=12_50, currency="USD")` is 12.50 dollars."""

    amount: Minor
    currency: Currency


def share(amount: int, ratio: float) -> int:
    """`ratio` (0..1) of an amount in minor units, rounded down, so that shares never add up to more than the whole."""
    return int(amount * round(ratio * 10_000)) // 10_000
