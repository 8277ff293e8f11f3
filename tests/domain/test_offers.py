"""What offers consist of, and what each version changes in the one before."""

from typing import Any

import pytest

from domain.clauses import Commission, Gift, Terms
from domain.collaboration import Collaboration
from domain.decider import Authority, Role
from domain.errors import AboveCap, NothingTracked
from domain.negotiation import AcceptOffer, CounterOffer, MakeOffer, OfferAccepted, OfferCountered, OfferMade
from domain.offers import Change, Offer, Term, changes
from tests.domain.given import BRAND, CREATOR, Story, an_assignment, offered, usd, verified

TEAPOT = Gift(description="A cast-iron teapot", value=60_00)
TENTH = Commission(ratio=0.1, cap=100_00)


def mixed(**terms: Any) -> Story[Any, Collaboration]:
    """A verified creator whose brief gives a teapot and a tenth of tracked sales, at most 100 dollars."""
    given = Terms(**{"gifts": (TEAPOT,), "commission": TENTH, **terms})
    return verified(an_assignment(terms=given, tracks_sales=True))


def test_the_opening_offer_has_what_the_terms_give_beside_the_fee() -> None:
    """What the commission can come to is reserved with the fee; a gift is not money."""
    decision = mixed().when(MakeOffer())
    [made] = decision.events
    assert isinstance(made, OfferMade)
    assert (made.offer.gifts, made.offer.commission, made.offer.cost) == ((TEAPOT,), TENTH, 312_50)
    assert decision.state.reserved == 312_50


def test_acceptance_commits_the_commission_beside_the_fee() -> None:
    """So that what sells well can be paid as well."""
    decision = mixed().does(MakeOffer()).when(AcceptOffer(version=1), by=CREATOR)
    [accepted] = decision.events
    assert isinstance(accepted, OfferAccepted)
    assert (accepted.fee, accepted.commission_cap, accepted.released) == (usd(212_50), 100_00, 312_50)
    assert (decision.state.reserved, decision.state.committed) == (0, 312_50)


def test_what_a_counter_offer_leaves_out_stays_as_it_was() -> None:
    """Another fee is no silent end of a gift."""
    [countered] = mixed().does(MakeOffer()).when(CounterOffer(version=1, fee=usd(250_00)), by=CREATOR).events
    assert isinstance(countered, OfferCountered)
    assert (countered.offer.gifts, countered.offer.commission) == ((TEAPOT,), TENTH)


def test_both_sides_can_change_the_mix_in_the_open() -> None:
    """Each version says what it changes in the one before, and nothing else is another."""
    story = mixed().does(MakeOffer())
    more = Commission(ratio=0.2, cap=150_00)
    story = story.does(CounterOffer(version=1, fee=usd(212_50), gifts=(), commission=more), by=CREATOR)
    nothing = Commission(ratio=0, cap=0)
    story = story.does(CounterOffer(version=2, fee=usd(260_00), gifts=(TEAPOT,), commission=nothing), by=BRAND)
    (first, second), third = story.state.earlier_offers, story.state.offer
    assert third is not None
    assert changes(None, first) == ()
    assert changes(first, second) == (
        Change(term=Term.GIFTS, before=(TEAPOT,), after=None),
        Change(term=Term.COMMISSION, before=TENTH, after=more),
    )
    assert changes(second, third) == (
        Change(term=Term.FEE, before=usd(212_50), after=usd(260_00)),
        Change(term=Term.GIFTS, before=None, after=(TEAPOT,)),
        Change(term=Term.COMMISSION, before=more, after=None),
    )
    assert story.state.reserved == 260_00


def test_the_cap_is_on_fee_and_commission_together() -> None:
    """The brand can not promise more than the brief allows by calling a part of it commission."""
    story = mixed().does(MakeOffer()).does(CounterOffer(version=1, fee=usd(300_01)), by=CREATOR)
    story.when(AcceptOffer(version=2), by=BRAND).refused(AboveCap, "40001", "40000")
    story.when(CounterOffer(version=2, fee=usd(300_01)), by=BRAND).refused(AboveCap)
    story.when(CounterOffer(version=2, fee=usd(300_00)), by=BRAND).then_types(OfferMade)


@pytest.mark.parametrize("by", [BRAND, CREATOR])
def test_a_commission_needs_sales_that_are_tracked(by: Role) -> None:
    """In a campaign without a shop nothing could ever be owed."""
    story = offered()
    version = 1
    if by is BRAND:
        story, version = story.does(CounterOffer(version=1, fee=usd(300_00)), by=CREATOR), 2
    story.when(CounterOffer(version=version, fee=usd(200_00), commission=TENTH), by=by).refused(NothingTracked)


def test_a_commission_that_can_come_to_nothing_is_none() -> None:
    """Neither at a ratio of zero nor below a cap of zero is anything promised or held."""
    for nothing in (Commission(ratio=0, cap=50_00), Commission(ratio=0.5, cap=0)):
        [made] = mixed(commission=nothing).when(MakeOffer()).events
        assert isinstance(made, OfferMade)
        assert (made.offer.commission, made.reserved, made.authority) == (None, 212_50, None)


def test_offers_of_earlier_releases_were_of_a_fee_alone() -> None:
    """Their data still reads, and what is new in them is nothing."""
    old = {"version": 1, "by": "brand", "fee": {"amount": 100, "currency": "USD"}, "message": ""}
    offer = Offer.model_validate(old)
    assert (offer.gifts, offer.commission, offer.cost) == ((), None, 100)


def test_the_policy_accepts_by_what_an_offer_costs() -> None:
    """1.1 times fee and commission together, the commission being the same on both sides."""
    story = mixed().does(MakeOffer()).does(CounterOffer(version=1, fee=usd(243_75)), by=CREATOR)
    [accepted] = story.when(AcceptOffer(version=2)).events
    assert isinstance(accepted, OfferAccepted)
    assert accepted.authority is Authority.POLICY
