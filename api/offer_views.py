"""Offers as both sides see them: what a fee is made up of, and what each version changes in the one before."""

from collections.abc import Sequence

from domain.clauses import FeePart
from domain.collaboration import Collaboration
from domain.offers import Change, Offer, changes
from domain.pricing import parts_of


class OfferView(Offer):
    """One version of what was put on the table. Amounts are in minor units of the campaign's currency."""

    parts: tuple[FeePart, ...]
    """What the fee is for, by deliverable and extra; together they are the fee."""
    changes: tuple[Change, ...]
    """Everything that is another than in the version before; empty for the first."""


def offer_views(state: Collaboration) -> Sequence[OfferView]:
    """All versions, the first one first."""
    if state.offer is None:
        return []
    offers = (*state.earlier_offers, state.offer)
    before = (None, *offers)
    quoted = state.agreed.quote
    return [
        OfferView(**dict(offer), parts=parts_of(offer.fee.amount, quoted), changes=changes(earlier, offer))
        for earlier, offer in zip(before, offers, strict=False)
    ]
