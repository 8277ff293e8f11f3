"""What is put on the table: a fee, and beside it gifts and a commission; and what one version changes in the last."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.clauses import Commission, Gift
from domain.decider import Role
from domain.money import Money
from domain.personal import PERSONAL
from domain.values import Text, Value


class Offer(Value):
    """One version of what is on the table. The side that did not make it answers it."""

    version: int = Field(ge=1)
    by: Role
    fee: Money
    message: Annotated[Text, PERSONAL] = ""
    gifts: tuple[Gift, ...] = ()
    commission: Commission | None = None

    @property
    def cost(self) -> int:
        """The most that it can take of the budget: the fee, and what the commission can come to. In minor units."""
        return self.fee.amount + (self.commission.cap if self.commission is not None else 0)

    def differs_only_in_fee(self, other: "Offer") -> bool:
        """Whether everything that is given beside the fee is the same."""
        return (self.gifts, self.commission) == (other.gifts, other.commission)


class Term(StrEnum):
    """What versions of an offer can differ in."""

    FEE = "fee"
    GIFTS = "gifts"
    COMMISSION = "commission"


class Change(Value):
    """A term that is another than in the version before; None is one that was not, or is no longer, part of it."""

    term: Term
    before: Money | Commission | tuple[Gift, ...] | None
    after: Money | Commission | tuple[Gift, ...] | None


def changes(before: Offer | None, after: Offer) -> tuple[Change, ...]:
    """Everything that a version changes in the one before; nothing for the first."""
    return () if before is None else tuple(_changes(before, after))


def _changes(before: Offer, after: Offer) -> Iterator[Change]:
    if before.fee != after.fee:
        yield Change(term=Term.FEE, before=before.fee, after=after.fee)
    if before.gifts != after.gifts:
        yield Change(term=Term.GIFTS, before=before.gifts or None, after=after.gifts or None)
    if before.commission != after.commission:
        yield Change(term=Term.COMMISSION, before=before.commission, after=after.commission)
