"""How a collaboration ends, whichever stage ends it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.decider import Event
from domain.money import Minor
from domain.values import Text, Value

if TYPE_CHECKING:
    from domain.collaboration import Collaboration


class Outcome(StrEnum):
    """Why a collaboration is over."""

    COMPLETED = "completed"
    REJECTED = "rejected"
    DECLINED = "declined"
    EXPIRED = "expired"
    NO_BUDGET = "no_budget"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Closing(Value):
    """An end that waits for what is owed to be paid."""

    outcome: Outcome
    reason: Text


class CollaborationClosing(Event):
    """The collaboration takes no more commands, but what is owed is paid before it ends."""

    closing: Closing


class CollaborationEnded(Event):
    """The collaboration is over. What was reserved or committed for it and not spent returns to the budget."""

    outcome: Outcome
    reason: Text
    released_reserved: Minor = 0
    released_committed: Minor = 0
    offered: bool = False
    """Whether the creator has had an offer, and so is owed the news."""


def end(state: "Collaboration", outcome: Outcome, reason: str) -> Sequence[Event]:
    """The end now, or once every scheduled payout has been made."""
    if state.owed:
        return [CollaborationClosing(closing=Closing(outcome=outcome, reason=reason))]
    return [CollaborationEnded(outcome=outcome, reason=reason, **state.loose_ends())]
