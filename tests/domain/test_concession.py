"""How the engine's own offers rise from the opening towards the cap."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.brief import NegotiationPolicy, Policies
from domain.clauses import Gift
from domain.collaboration import Collaboration
from domain.concession import Concession, next_fee
from domain.decider import Authority, Role
from domain.errors import BudgetExceeded, NotYourTurn
from domain.negotiation import (
    AcceptOffer,
    ConcedeOffer,
    CounterOffer,
    OfferAccepted,
    OfferMade,
    engines_answer,
    note_of,
)
from tests.domain.given import BRAND, CREATOR, Story, an_assignment, collaboration, countered, offered, usd

OPENING, CAP = 200_00, 400_00

concessions = st.builds(
    Concession,
    rounds=st.integers(1, 10),
    exponent=st.floats(0.1, 10),
    up_to=st.floats(0.01, 1),
)


@pytest.mark.parametrize(
    ("exponent", "fees"),
    [(1.0, [250_00, 300_00, 350_00, 400_00]), (2.0, [212_50, 250_00, 312_50, 400_00]), (0.5, [300_00, 341_42])],
)
def test_the_exponent_shapes_the_way_to_the_cap(exponent: float, fees: list[int]) -> None:
    """Evenly at 1, firm first above it, yielding first below it."""
    curve = Concession(rounds=4, exponent=exponent)
    assert [curve.fee(nth, opening=OPENING, cap=CAP) for nth in range(1, len(fees) + 1)] == fees


def test_the_way_may_end_before_the_cap() -> None:
    """`up_to` keeps the rest of it for people."""
    assert Concession(rounds=1, up_to=0.5).fee(1, opening=OPENING, cap=CAP) == 300_00


def test_after_the_last_round_there_is_nothing_more_to_give() -> None:
    """Nor where the opening is the cap already."""
    curve = Concession(rounds=2)
    assert next_fee(curve, 1, ours=300_00, opening=OPENING, cap=CAP) == 400_00
    assert next_fee(curve, 2, ours=400_00, opening=OPENING, cap=CAP) is None
    assert next_fee(curve, 0, ours=CAP, opening=CAP, cap=CAP) is None


def test_a_round_that_a_person_has_overtaken_is_left_out() -> None:
    """Where the brand has offered 310 itself, the engine goes on above that."""
    assert next_fee(Concession(rounds=4), 0, ours=310_00, opening=OPENING, cap=CAP) == 350_00


@pytest.mark.parametrize(
    ("asked", "amount", "person"), [(400_00, None, False), (400_01, None, True), (300_00, 299_99, True)]
)
def test_what_is_far_above_our_offer_is_left_to_a_person(asked: int, amount: int | None, person: bool) -> None:
    """Above twice our last offer, or above an amount."""
    assert Concession(ask_above=2, ask_above_amount=amount).leaves_to_a_person(asked, 200_00) is person


@settings(max_examples=100, deadline=None)
@given(
    concession=concessions, opening=st.integers(0, 10**6), room=st.integers(0, 10**6), ours=st.integers(0, 2 * 10**6)
)
def test_offers_rise_stay_within_the_cap_and_come_to_an_end(
    concession: Concession, opening: int, room: int, ours: int
) -> None:
    """Whatever the curve and wherever a person has put our last offer."""
    cap, made, last = opening + room, 0, max(opening, ours)
    while (fee := next_fee(concession, made, ours=last, opening=opening, cap=cap)) is not None:
        assert last < fee <= cap
        last, made = fee, made + 1
    assert made <= concession.rounds


def conceding(**facts: Any) -> Story[Any, Collaboration]:
    """A creator asks for 300 dollars where 212.50 were offered, and the engine may move to the cap of 400 itself."""
    policy = NegotiationPolicy(rounds=9, concession=Concession(**facts))
    return countered(300_00, an_assignment(policies=Policies(negotiation=policy)))


def test_the_engine_answers_by_the_curve() -> None:
    """Between what it accepts and what it leaves to a person it makes an offer of its own, by the policy."""
    story = conceding(rounds=5)
    assert engines_answer(story.state) == ConcedeOffer(version=2)
    decision = story.when(ConcedeOffer(version=2))
    [made] = decision.events
    assert isinstance(made, OfferMade)
    assert (made.offer.version, made.offer.by, made.offer.fee) == (3, BRAND, usd(250_00))
    assert (made.reserved, made.authority, made.task.name) == (37_50, Authority.POLICY, "answer_offer")
    assert (decision.state.reserved, decision.state.conceded) == (250_00, 1)


def test_without_a_curve_a_person_is_asked() -> None:
    """As the default policy has it."""
    assert engines_answer(countered(300_00).state) is None
    countered(300_00).when(ConcedeOffer(version=2)).refused(NotYourTurn, "for the brand")


def test_nobody_is_offered_more_than_they_ask_for() -> None:
    """Where the next step of the curve is above the counter-offer, the counter-offer is accepted."""
    story = conceding(rounds=2)
    assert engines_answer(story.state) == AcceptOffer(version=2)
    decision = story.when(AcceptOffer(version=2))
    decision.then_types(OfferAccepted)
    assert decision.state.fee == usd(300_00)


@pytest.mark.parametrize("facts", [{"ask_above": 1.2}, {"ask_above_amount": 299_99}])
def test_a_person_is_asked_where_the_policy_says_so(facts: dict[str, Any]) -> None:
    """Above a multiple of our last offer, and above an amount."""
    assert engines_answer(conceding(**facts).state) is None


def test_a_small_amount_is_accepted_whatever_our_offer_was() -> None:
    """An absolute limit stands beside the relative one."""
    policy = Policies(negotiation=NegotiationPolicy(accept_below=300_00))
    assert engines_answer(countered(300_00, an_assignment(policies=policy)).state) == AcceptOffer(version=2)
    assert engines_answer(countered(300_01, an_assignment(policies=policy)).state) is None


def test_a_creator_who_asks_for_more_than_money_is_left_to_a_person() -> None:
    """The curve is one of fees; what a gift is worth to us it does not know."""
    policy = Policies(negotiation=NegotiationPolicy(concession=Concession(), accept_up_to=3))
    gift = Gift(description="a teapot", value=40_00)
    story = offered(an_assignment(policies=policy))
    story = story.does(CounterOffer(version=1, fee=usd(212_50), gifts=(gift,)), by=CREATOR)
    assert engines_answer(story.state) is None


def test_a_step_that_the_budget_refuses_is_left_to_a_person() -> None:
    """The refusal is noted, and the engine does not try the same again."""
    story = conceding(rounds=5)
    short = BudgetExceeded(needed=37_50, available=10_00, budget=1_000_00)
    note = note_of(ConcedeOffer(version=2), Role.ENGINE, short)
    assert note is not None
    story = story.does(note)
    assert engines_answer(story.state) is None
    story.when(ConcedeOffer(version=2)).refused(NotYourTurn)
    story.when(CounterOffer(version=2, fee=usd(220_00)), by=BRAND).then_types(OfferMade)


@pytest.mark.parametrize("by", [BRAND, CREATOR])
def test_only_the_engine_concedes(by: Role) -> None:
    """People name a fee themselves."""
    conceding(rounds=5).when(ConcedeOffer(version=2), by=by).refused(NotYourTurn)


@settings(max_examples=100, deadline=None)
@given(
    concession=concessions,
    opening=st.integers(0, 400_00),
    asks=st.lists(st.integers(0, 900_00), min_size=1, max_size=12),
    budget=st.integers(0, 900_00),
)
def test_the_engine_by_itself_never_falls_never_overspends_and_comes_to_an_end(
    concession: Concession, opening: int, asks: list[int], budget: int
) -> None:
    """Whatever a creator asks for, round after round, however small the budget and whatever the curve."""
    policy = NegotiationPolicy(rounds=10, concession=concession)
    story = offered(an_assignment(policies=Policies(negotiation=policy), opening_fee=min(opening, budget)))
    ours = [story.state.reserved]
    for asked in asks:
        assert story.state.offer is not None
        version = story.state.offer.version
        if story.state.counter_offers == policy.rounds:
            break
        story = story.does(CounterOffer(version=version, fee=usd(asked)), by=CREATOR)
        answer = engines_answer(story.state)
        if answer is None:
            break
        decision = story.when(answer)
        after = decision.state
        if after.reserved + after.committed > budget:  # what the ledger refuses has not happened
            break
        story = collaboration(*story.past, *decision.events)
        if isinstance(answer, AcceptOffer):
            assert after.fee == usd(asked)
            break
        assert ours[-1] < after.reserved < asked
        ours.append(after.reserved)
    assert len(ours) - 1 <= concession.rounds
    assert max(ours) <= max(ours[0], min(budget, story.state.agreed.fee_cap))
    assert story.state.fee is None or story.state.fee.amount <= story.state.agreed.fee_cap
