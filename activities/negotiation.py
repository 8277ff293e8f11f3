"""Stage 4, negotiation: the offer as the creator reads it."""

from collections.abc import Mapping

from activities.letters import Asks, Draft, Occasion, Sheet
from activities.wording import one_line
from domain.decider import Role
from domain.money import Money
from domain.negotiation import ANSWER_COUNTER_OFFER, ANSWER_OFFER, OfferMade
from domain.notices import Template
from domain.offers import Offer, Term, changes


def offer(occasion: Occasion) -> Draft:
    """An offer, first or renewed, with everything that the creator needs to decide."""
    event, assignment, words = occasion.of(OfferMade), occasion.work.agreed, occasion.words
    first, window = event.offer.version == 1, assignment.posting_window
    makes = words.formats(deliverable.format for deliverable in assignment.deliverables)
    sheet = Sheet(Template.OFFER, occasion, fee=words.money(event.offer.fee), makes=makes)
    sheet.says("first" if first else "again")
    if event.offer.message:
        sheet.says("message")
        sheet.quotes(event.offer.message)
    sheet.tells("makes", makes)
    sheet.tells("gets", _gets(occasion, sheet, event.offer.fee))
    _tell_the_rest(occasion, sheet, event.offer)
    sheet.tells("appears", sheet.phrase("appears_when", opens=words.day(window.opens), closes=words.day(window.closes)))
    span, rounds = words.span(assignment.policies.draft.within), assignment.policies.rounds_of_changes
    sheet.tells("draft", sheet.phrase("draft_within", span=span, times=words.counted(rounds, "times")))
    if assignment.terms.exclusivity.days:
        sheet.tells("exclusivity", words.counted(assignment.terms.exclusivity.days, "day", "spans"))
    sheet.says("law", disclosure=occasion.disclosure_advice)
    may_counter = occasion.work.counter_offers < assignment.policies.negotiation.rounds
    sheet.says("due_counter" if may_counter else "due", due=occasion.moment(event.task.due_at))
    sheet.button()
    return sheet.draft("subject" if first else "subject_again")


def _gets(occasion: Occasion, sheet: Sheet, fee: Money) -> object:
    upfront = occasion.work.agreed.terms.upfront
    if not upfront:
        return occasion.words.money(fee)
    return sheet.phrase("gets_upfront", upfront=occasion.words.percent(upfront))


def _tell_the_rest(occasion: Occasion, sheet: Sheet, offer: Offer) -> None:
    """What is given beside the fee, and of what the creator asked for, what this version has otherwise."""
    words, changed = occasion.words, {}
    if earlier := occasion.work.earlier_offers:
        changed = {change.term: change for change in changes(earlier[-1], offer)}
        if Term.FEE in changed:
            sheet.tells("asked", words.money(earlier[-1].fee))
    if offer.gifts or Term.GIFTS in changed:
        gifts = ", ".join(one_line(gift.description) for gift in offer.gifts)
        sheet.tells("gifts", gifts or sheet.phrase("no_gifts"))
    if (commission := offer.commission) is not None:
        cap = words.money(Money(amount=commission.cap, currency=offer.fee.currency))
        sheet.tells("commission", sheet.phrase("commission_is", ratio=words.percent(commission.ratio), cap=cap))
    elif Term.COMMISSION in changed:
        sheet.tells("commission", sheet.phrase("no_commission"))


def _answer_offer(occasion: Occasion, _: str) -> str:
    """`answer the offer of USD 125.00 from Acme`."""
    standing = occasion.work.offer
    assert standing is not None, "an offer's task is only open while an offer is"
    by_brand = standing.by is Role.BRAND
    giver = one_line(occasion.brief.brand) if by_brand else occasion.account
    task = ANSWER_OFFER if by_brand else ANSWER_COUNTER_OFFER
    return occasion.asks(task, fee=occasion.words.money(standing.fee), giver=giver)


ASKS: Mapping[str, Asks] = {
    ANSWER_OFFER: _answer_offer,
    ANSWER_COUNTER_OFFER: _answer_offer,
}
"""What the stage's tasks ask for, in words, by the first part of their name."""
