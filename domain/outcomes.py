"""How a collaboration ends, whichever stage ends it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from domain.claims import Release
from domain.decider import Event
from domain.lifecycle import Stage
from domain.money import Minor
from domain.personal import PERSONAL
from domain.values import Text, Value
from domain.work import WorkStatus

if TYPE_CHECKING:
    from domain.collaboration import Collaboration


class Outcome(StrEnum):
    """Why a collaboration is over."""

    COMPLETED = "completed"
    REJECTED = "rejected"
    DECLINED = "declined"
    EXPIRED = "expired"
    NO_BUDGET = "no_budget"
    EXCLUSIVITY = "exclusivity"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Closing(Value):
    """An end that waits for what is owed to be paid."""

    outcome: Outcome
    reason: Annotated[Text, PERSONAL]


class CollaborationClosing(Event):
    """The collaboration takes no more commands, but what is owed is paid before it ends."""

    closing: Closing


class CollaborationEnded(Event):
    """The collaboration is over. What was reserved or committed for it and not spent returns to the budget."""

    outcome: Outcome
    reason: Annotated[Text, PERSONAL]
    released_reserved: Minor = 0
    released_committed: Minor = 0
    offered: bool = False
    """Whether the creator has had an offer, and so is owed the news."""
    released_claims: Release | None = None
    """What is given back of the claims on the creator; None if there were none."""


def is_through(state: "Collaboration") -> bool:
    """Whether the work is done: every post has been measured as far as possible, and nothing about them is awaited."""
    finished = (WorkStatus.MEASURED, WorkStatus.UNMEASURED)
    measured = all(work.status in finished for work in state.works.values())
    return state.stage is Stage.MONITORING and measured and not state.appointments and not state.amending


def end(state: "Collaboration", outcome: Outcome, reason: str, *scheduled: Event) -> Sequence[Event]:
    """The end now, or once everything owed has been paid: what comes with the end, and a commission, among it."""
    if state.owed or scheduled or state.owes_commission:
        return [*scheduled, CollaborationClosing(closing=Closing(outcome=outcome, reason=reason))]
    released = _released_claims(state, outcome)
    return [CollaborationEnded(outcome=outcome, reason=reason, released_claims=released, **state.loose_ends())]


def _released_claims(state: "Collaboration", outcome: Outcome) -> Release | None:
    if not state.claims:
        return None
    return Release.PRESENCE if binds_beyond(state, outcome) else Release.ALL


def binds_beyond(state: "Collaboration", outcome: Outcome | None) -> bool:
    """Whether exclusivity goes on after such an end: only who has seen the work through is bound beyond it."""
    return outcome is Outcome.COMPLETED and any(claim.exclusive for claim in state.claims)
