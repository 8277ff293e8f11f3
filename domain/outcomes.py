"""How a collaboration ends, whichever stage ends it."""

from enum import StrEnum

from domain.decider import Event
from domain.money import Minor
from domain.values import Text


class Outcome(StrEnum):
    """Why a collaboration is over."""

    COMPLETED = "completed"
    REJECTED = "rejected"
    DECLINED = "declined"
    EXPIRED = "expired"
    NO_BUDGET = "no_budget"
    MISSED = "missed"
    CANCELLED = "cancelled"


class CollaborationEnded(Event):
    """The collaboration is over. What was reserved or committed for it and not spent returns to the budget."""

    outcome: Outcome
    reason: Text
    released_reserved: Minor = 0
    released_committed: Minor = 0
    offered: bool = False
    """Whether the creator has had an offer, and so is owed the news."""
