"""How the engine moves towards a creator by itself: a curve from its opening fee to the most that it may offer.

After round k of n it has gone `(k / n) ** exponent` of the way. Game theory calls a curve that stays low and gives way
at the end a Boulware one (exponent above 1), one that gives way at once a conceding one (below 1).
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from domain.decider import Role
from domain.lifecycle import Stage
from domain.money import Minor, share
from domain.values import Value

if TYPE_CHECKING:
    from domain.collaboration import Collaboration
    from domain.offers import Offer


class Concession(Value):
    """The curve, and which counter-offers the engine leaves to a person all the same."""

    rounds: int = Field(default=3, ge=1, le=10)
    """Offers that the engine makes by itself after its opening."""
    exponent: Annotated[float, Field(ge=0.1, le=10)] = 1.0
    """The curve's shape: 1 rises evenly, above 1 it holds firm at first, below 1 it gives way at first."""
    up_to: Annotated[float, Field(gt=0, le=1)] = 1.0
    """How far the last round goes, as a share of the way from the opening fee to the cap."""
    ask_above: Annotated[float, Field(ge=1, le=100)] = 2.0
    """A counter-offer above this multiple of our last offer goes to a person."""
    ask_above_amount: Minor | None = None
    """So does one above this amount, in minor units; no such limit if None."""

    def leaves_to_a_person(self, asked: int, ours: int) -> bool:
        """Whether a counter-offer of `asked` to our last offer of `ours` is beyond what the engine answers."""
        too_much = self.ask_above_amount is not None and asked > self.ask_above_amount
        return too_much or asked > share(ours, self.ask_above)

    def fee(self, nth: int, *, opening: int, cap: int) -> int:
        """The fee of the nth round, counted from 1, in minor units: never below `opening`, never above `cap`."""
        gone = (min(nth, self.rounds) / self.rounds) ** self.exponent
        return opening + share(max(0, cap - opening), gone * self.up_to)


def next_fee(concession: Concession, made: int, *, ours: int, opening: int, cap: int) -> int | None:
    """What the engine offers after `made` rounds of its own; None if it has nothing to give any more.

    It never falls: where a person has offered more than the curve, the first round that is above it comes next.
    """
    later = (concession.fee(nth, opening=opening, cap=cap) for nth in range(made + 1, concession.rounds + 1))
    return next((fee for fee in later if fee > ours), None)


def answering_fee(state: "Collaboration") -> int | None:
    """The fee that the policy answers the creator's counter-offer with: theirs if it accepts; None asks a person.

    A person is asked as well where more is to change than the fee, and where the budget has refused the answer.
    """
    offer, agreed = state.offer, state.agreed
    if offer is None or state.ended or state.stage is not Stage.NEGOTIATION:
        return None
    if offer.by is not Role.CREATOR or not offer.differs_only_in_fee(state.earlier_offers[-1]):
        return None
    policy, affordable = agreed.policies.negotiation, offer.cost <= agreed.fee_cap
    small = max(share(state.reserved, policy.accept_up_to), policy.accept_below)
    if affordable and offer.cost <= small:
        return offer.fee.amount
    fee = _conceded_fee(offer, state)
    # Nobody is offered more than they ask for.
    return fee if fee is None else min(fee, offer.fee.amount)


def _conceded_fee(offer: "Offer", state: "Collaboration") -> int | None:
    agreed, ours = state.agreed, state.earlier_offers[-1]
    concession = agreed.policies.negotiation.concession
    if concession is None or concession.leaves_to_a_person(offer.cost, ours.cost):
        return None
    if f"counter {offer.version} budget" in state.blocked:
        return None
    beside = ours.cost - ours.fee.amount
    room = max(0, agreed.fee_cap - beside)
    return next_fee(concession, state.conceded, ours=ours.fee.amount, opening=agreed.opening_fee, cap=room)
