"""How the engine moves towards a creator by itself: a curve from its opening fee to the most that it may offer.

After round k of n it has gone `(k / n) ** exponent` of the way. Game theory calls a curve that stays low and gives way
at the end a Boulware one (exponent above 1), one that gives way at once a conceding one (below 1).
"""

from typing import Annotated

from pydantic import Field

from domain.money import Minor, share
from domain.values import Value


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
