"""Money owed to a creator: scheduled by a decision, then made exactly once under its own id."""

from collections.abc import Sequence
from enum import StrEnum

from domain.decider import Command, Event
from domain.money import Money
from domain.values import Line, Value


class PayoutPurpose(StrEnum):
    """What a payout is for; there is at most one of each in a collaboration."""

    UPFRONT = "upfront"
    BALANCE = "balance"
    KILL_FEE = "kill_fee"
    COMMISSION = "commission"


class Payout(Value):
    """An amount owed. `id` is the idempotency key of its transfer; `reference` names the transfer once it was made."""

    id: Line
    purpose: PayoutPurpose
    amount: Money
    reference: Line | None = None


class RecordPayout(Command):
    """A scheduled payout was made."""

    payout_id: Line
    reference: Line


class PayoutScheduled(Event):
    """An amount is owed from now on."""

    payout: Payout


ORDERED = "PO-"
"""What the reference of a payment order begins with: somebody is still to make the transfer."""


class PayoutMade(Event):
    """The amount was transferred, or the order to do so was made out."""

    payout_id: Line
    amount: Money
    reference: Line
    to_finance: bool = False
    """Whether the brand's finance department is told of it."""

    @property
    def ordered(self) -> bool:
        """Whether a person is to make the transfer."""
        return self.reference.startswith(ORDERED)


def schedule(collaboration_id: str, purpose: PayoutPurpose, amount: int, currency: str) -> Sequence[PayoutScheduled]:
    """The payout of `amount` minor units; nothing is scheduled for nothing."""
    if amount == 0:
        return []
    money = Money(amount=amount, currency=currency)
    return [PayoutScheduled(payout=Payout(id=f"{collaboration_id}/{purpose}", purpose=purpose, amount=money))]
