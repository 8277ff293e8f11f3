"""A commission on tracked sales: owed once the work is over, on what was sold by then and not given back.

What it can come to was committed with the fee, so it is paid whatever else the campaign has spent; the rest of the cap
returns to the budget with the end.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from domain.clauses import Commission
from domain.decider import Command, Event
from domain.errors import NothingToDecide
from domain.money import Minor, Money, share
from domain.outcomes import is_through
from domain.payouts import PayoutPurpose, schedule

if TYPE_CHECKING:
    from domain.collaboration import Collaboration


class SettleCommission(Command):
    """Reckon what is owed on what the creator's links and codes have sold, after refunds."""

    orders: int = Field(ge=0)
    revenue: Minor
    """In minor units of the campaign's currency."""


class CommissionSettled(Event):
    """What the creator's links and codes have sold, and what is owed on it: its share, at most the cap."""

    orders: int
    revenue: Minor
    ratio: float
    cap: Minor
    amount: Money


def agreed_commission(state: "Collaboration") -> Commission | None:
    """The commission of a contract that is in force, or was until the end; None where there is none."""
    offer = state.offer
    return offer.commission if offer is not None and state.works else None


def owes_commission(state: "Collaboration") -> bool:
    """Whether a commission is still to be settled, so that the end waits for it."""
    return agreed_commission(state) is not None and not state.commission_settled


def commission_is_due(state: "Collaboration") -> bool:
    """Whether it is to be settled now: nothing else is owed or awaited any more, or the collaboration is closing."""
    over = state.closing is not None or is_through(state)
    return owes_commission(state) and over and not state.owed and not state.ended


def decide(command: SettleCommission, state: "Collaboration") -> Sequence[Event]:
    """Settle once, when it is due; a commission that comes to something is a payout with an id of its own."""
    commission = agreed_commission(state)
    if commission is None or not commission_is_due(state):
        raise NothingToDecide(command="SettleCommission", subject="the collaboration", open="no commission is due")
    owed, currency = min(share(command.revenue, commission.ratio), commission.cap), state.agreed.currency
    settled = CommissionSettled(
        orders=command.orders,
        revenue=command.revenue,
        ratio=commission.ratio,
        cap=commission.cap,
        amount=Money(amount=owed, currency=currency),
    )
    return [settled, *schedule(state.id, PayoutPurpose.COMMISSION, owed, currency)]
