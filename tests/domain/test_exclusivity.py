"""How claims move: taken when both sides agree, given back by every end, but for exclusivity that was earned."""

from collections.abc import Sequence
from functools import reduce

from hypothesis import event, given, settings
from hypothesis import strategies as st

from domain.amendments import AmendmentConcluded
from domain.claims import Claim, Release
from domain.collaboration import CancelCollaboration
from domain.contract_signing import ContractConcluded
from domain.decider import Event
from domain.exclusivity import ClaimMove, claims
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import DeclineOffer, OfferAccepted
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import RecordPayout
from tests.domain.given import (
    BRAND,
    CREATOR,
    agreed,
    an_assignment,
    concluded,
    exclusively,
    live,
    offered,
    usual_claims,
)
from tests.domain.random_walk import Walk, walks


def moved(*events: Event) -> list[ClaimMove]:
    """What events do to the claims on the usual creator."""
    return claims(events, creator_id="creator-1", campaign_id="camp-1")


def test_an_acceptance_takes_what_it_claims() -> None:
    """Up to then an offer binds nobody."""
    assert moved(*offered().past) == []
    assert moved(*agreed().past) == [ClaimMove(creator_id="creator-1", campaign_id="camp-1", taken=usual_claims())]


def test_an_end_before_an_agreement_has_nothing_to_give_back() -> None:
    """A declined offer moves nothing."""
    assert moved(*offered().when(DeclineOffer(version=1), by=CREATOR).events) == []


def test_an_end_before_the_contract_frees_the_creator() -> None:
    """Whoever has not signed owes no exclusivity."""
    story = agreed(an_assignment(terms=exclusively(30)))
    [move] = moved(*story.when(CancelCollaboration(reason="recall"), by=BRAND).events)
    assert (move.taken, move.released) == ((), Release.ALL)


def test_a_cancelled_contract_frees_the_creator_once_the_kill_fee_is_paid() -> None:
    """Who sends a creator away cannot keep them from others; until the end the claim stands."""
    story = concluded(an_assignment(terms=exclusively(30))).does(CancelCollaboration(reason="recall"), by=BRAND)
    assert moved(*story.past[-1:]) == []
    paid = story
    for payout in story.state.owed:
        paid = paid.does(RecordPayout(payout_id=payout.id, reference="tr_1"))
    assert moved(*paid.past)[-1].released is Release.ALL


def test_completed_work_leaves_the_exclusivity() -> None:
    """The creator is no longer present, and is bound until the date."""
    story = live(an_assignment(terms=exclusively(30)))
    for number in (1, 2):
        story = story.does(RecordMetrics(deliverable=number, metrics=Metrics(likes=1)))
    for payout in story.state.owed:
        story = story.does(RecordPayout(payout_id=payout.id, reference="tr_1"))
    assert story.state.outcome is Outcome.COMPLETED
    assert [move.released for move in moved(*story.past)] == [None, Release.PRESENCE]


@settings(max_examples=60, deadline=None)
@given(walks(), st.booleans())
def test_whatever_happens_what_is_claimed_is_what_was_agreed_and_not_ended(walk: Walk, finish: bool) -> None:
    """The moves of any history, applied one by one, leave what its events say: nothing before, nothing after."""
    if finish and not walk.state.ended:
        walk.finish()
    nothing: Sequence[Claim] = ()
    held = reduce(_applied, moved(*walk.events), nothing)
    accepted = [one for one in walk.events if isinstance(one, OfferAccepted)]
    ended = [one for one in walk.events if isinstance(one, CollaborationEnded)]
    event(f"accepted {len(accepted)}, concluded {any(isinstance(e, ContractConcluded) for e in walk.events)}")
    claimed = [one.claims for one in walk.events if isinstance(one, OfferAccepted | AmendmentConcluded) and one.claims]
    expected = claimed[-1] if claimed and not ended else ()
    assert tuple(held) == expected
    assert len(accepted) <= 1


def _applied(held: Sequence[Claim], move: ClaimMove) -> Sequence[Claim]:
    if move.taken and move.released:
        assert held, "an amendment changes what was claimed"
        return move.taken
    assert not (move.taken and held), "a campaign claims a creator once"
    assert move.released is None or held, "nothing is given back that was not taken"
    if move.released is Release.PRESENCE:
        return tuple(claim.model_copy(update={"present": False}) for claim in held if claim.exclusive)
    return () if move.released else move.taken
