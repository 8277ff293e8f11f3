"""How a campaign's budget moves: signed amounts that the store applies in the transaction of the events."""

from collections.abc import Iterable

from domain.amendments import (
    AmendmentConcluded,
    AmendmentDeclined,
    AmendmentLapsed,
    AmendmentProposed,
    AmendmentSigned,
    AmendmentWithdrawn,
)
from domain.decider import Event
from domain.goal_setting import CampaignStarted
from domain.negotiation import OfferAccepted, OfferMade
from domain.outcomes import CollaborationEnded
from domain.payouts import PayoutMade, PayoutReversed, ReversalSettled
from domain.values import Value


class BudgetMove(Value):
    """One change of a campaign's ledger: signed deltas, in minor units of `currency`.

    `total` opens the ledger. A fee moves from `reserved` (offered) to `committed` (accepted) to `paid`; the three
    together never exceed `total`, and none of them falls below zero.
    """

    campaign_id: str
    total: int = 0
    reserved: int = 0
    committed: int = 0
    paid: int = 0
    currency: str


def moves(events: Iterable[Event], *, campaign_id: str, currency: str) -> list[BudgetMove]:
    """What `events` do to the campaign's ledger; events without money move nothing."""
    return [
        BudgetMove(campaign_id=campaign_id, currency=currency, **delta)
        for event in events
        if (delta := {kind: amount for kind, amount in _delta(event).items() if amount})
    ]


def _delta(event: Event) -> dict[str, int]:
    match event:
        case CampaignStarted():
            return {"total": event.brief.budget.amount}
        case OfferMade():
            return {"reserved": event.reserved}
        case OfferAccepted():
            return {"reserved": -event.released, "committed": event.fee.amount + event.commission_cap}
        case AmendmentProposed() | AmendmentSigned():
            return {"reserved": event.reserved}
        case AmendmentConcluded():
            return {"reserved": -event.released, "committed": event.committed}
        case AmendmentLapsed() | AmendmentDeclined() | AmendmentWithdrawn():
            return {"reserved": -event.released}
        case PayoutMade():
            return {"committed": -event.amount.amount, "paid": event.amount.amount}
        case PayoutReversed():
            return {"committed": event.amount.amount, "paid": -event.amount.amount}
        case ReversalSettled(paid_again=False):
            return {"committed": -event.amount.amount}
        case CollaborationEnded():
            return {"reserved": -event.released_reserved, "committed": -event.released_committed}
        case _:
            return {}
