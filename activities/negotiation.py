"""Stage 4, negotiation: the offer as the creator reads it."""

from collections.abc import Callable, Mapping

from activities import wording
from activities.letters import Draft, Occasion, disclosure_advice, write
from domain.decider import Role
from domain.negotiation import ANSWER_COUNTER_OFFER, ANSWER_OFFER, OfferMade
from domain.notices import Template


def offer(occasion: Occasion) -> Draft:
    """An offer, first or renewed, with everything that the creator needs to decide."""
    event, assignment = occasion.of(OfferMade), occasion.work.agreed
    return write(
        Template.OFFER,
        occasion,
        offer=event.offer,
        due=event.task.due_at,
        assignment=assignment,
        each_makes=wording.formats(deliverable.format for deliverable in assignment.deliverables),
        may_counter=occasion.work.counter_offers < assignment.policies.negotiation.rounds,
        disclosure=disclosure_advice(assignment),
    )


def _answer_offer(occasion: Occasion, _: str) -> str:
    return f"answer {_standing(occasion)}"


def _standing(occasion: Occasion) -> str:
    """The offer on the table: `the offer of USD 125.00 from Acme`."""
    standing = occasion.work.offer
    assert standing is not None, "an offer's task is only open while an offer is"
    by_brand = standing.by is Role.BRAND
    giver = wording.one_line(occasion.brief.brand) if by_brand else occasion.account
    return f"the {'offer' if by_brand else 'counter-offer'} of {wording.money(standing.fee)} from {giver}"


ASKS: Mapping[str, Callable[[Occasion, str], str]] = {
    ANSWER_OFFER: _answer_offer,
    ANSWER_COUNTER_OFFER: _answer_offer,
}
"""What the stage's tasks ask for, in words, by the first part of their name."""
