"""Stage 4: versioned offers that each need the other side's consent, with the money behind them reserved."""

from datetime import timedelta
from typing import Any

import pytest

from domain.brief import NegotiationPolicy, Policies
from domain.collaboration import Collaboration
from domain.deadlines import OnExpiry, TaskEscalated, TaskExpired, TaskExtended, TaskReminded, open_task
from domain.decider import Authority, Command, Role
from domain.errors import (
    AboveCap,
    BudgetExceeded,
    CurrencyMismatch,
    ExclusivityClash,
    NothingToDecide,
    NotYourTurn,
    RoundsExhausted,
    StaleVersion,
    WrongStage,
)
from domain.lifecycle import Stage
from domain.money import Money
from domain.negotiation import (
    ANSWER_COUNTER_OFFER,
    ANSWER_OFFER,
    AcceptOffer,
    CounterOffer,
    DeclineOffer,
    HeldElsewhere,
    MakeOffer,
    NoteBlocked,
    OfferAccepted,
    OfferBlocked,
    OfferCountered,
    OfferDeclined,
    OfferMade,
    Shortfall,
    WithholdOffer,
    engines_answer,
    note_of,
)
from domain.offers import Offer
from domain.outcomes import CollaborationEnded, Outcome
from tests.domain.given import (
    BRAND,
    CREATOR,
    ENGINE,
    HOUR,
    T0,
    Story,
    a_policy,
    agreed,
    an_assignment,
    collaboration,
    countered,
    offered,
    opened,
    usd,
    usual_claims,
    verified,
)

OPENING = 212_50
"""85 % of the usual creator's fair price of 250 dollars."""


def countered_until(
    on_expiry: OnExpiry, then: OnExpiry = OnExpiry.DECLINE, fee: int = 300_00
) -> Story[Any, Collaboration]:
    """A counter-offer under a policy of two days."""
    return countered(fee, an_assignment(policies=Policies(counter_offer=a_policy(on_expiry, then=then))))


def test_the_opening_offer_reserves_its_fee() -> None:
    """The engine offers the opening fee, holds the money for it and waits for the creator."""
    task = open_task(ANSWER_OFFER, CREATOR, an_assignment().policies.offer, T0)
    decision = verified().when(MakeOffer())
    decision.then(OfferMade(offer=Offer(version=1, by=BRAND, fee=usd(OPENING)), reserved=OPENING, task=task))
    assert decision.state.reserved == OPENING
    assert decision.state.tasks == {ANSWER_OFFER: task}


def test_the_opening_offer_is_made_once() -> None:
    """A second opening offer is refused."""
    offered().when(MakeOffer()).refused(NothingToDecide, ANSWER_OFFER)


def test_an_offer_that_the_budget_does_not_cover_is_withheld() -> None:
    """Without money for the opening offer the collaboration ends before the creator has heard of it."""
    reason = "the campaign's budget does not cover this creator"
    verified().when(WithholdOffer()).then(CollaborationEnded(outcome=Outcome.NO_BUDGET, reason=reason))


def test_a_counter_offer_that_the_budget_does_not_cover_is_declined() -> None:
    """Without money for a counter-offer the reservation returns and the creator is told."""
    decision = countered().when(WithholdOffer())
    [ended] = decision.events
    assert ended == CollaborationEnded(
        outcome=Outcome.DECLINED,
        reason="the campaign's budget does not cover this creator",
        released_reserved=OPENING,
        offered=True,
    )
    assert decision.state.reserved == 0


def test_an_offer_for_a_creator_whom_another_campaign_holds_is_withheld() -> None:
    """Before and after an offer the end says that it is exclusivity, and what holds the creator."""
    held = WithholdOffer(held="Another campaign holds this creator in the category tea until 2026-05-31.")
    verified().when(held).then(CollaborationEnded(outcome=Outcome.EXCLUSIVITY, reason=held.held))
    ended = CollaborationEnded(outcome=Outcome.EXCLUSIVITY, reason=held.held, released_reserved=OPENING, offered=True)
    countered().when(held).then(ended)


SHORT = BudgetExceeded(available=50_00, budget=1_000_00, needed=87_50)
HELD = ExclusivityClash(campaign="c9", scope="category", name="tea", until="2026-05-31")


def test_a_refusal_by_the_ledgers_is_noted_with_its_amounts_and_changes_nothing_else() -> None:
    """The offer stays on the table, and the brand can still answer it."""
    note = note_of(AcceptOffer(version=2), BRAND, SHORT)
    assert note is not None
    decision = countered().when(note)
    shortfall = Shortfall(needed=87_50, available=50_00, budget=1_000_00)
    decision.then(OfferBlocked(version=2, by=BRAND, answer="accept", shortfall=shortfall))
    assert (decision.state.offer, decision.state.tasks) == (countered().state.offer, countered().state.tasks)
    countered().does(note).when(AcceptOffer(version=2), by=BRAND).then_types(OfferAccepted)


def test_a_refusal_is_noted_once_for_each_answer_version_and_reason() -> None:
    """A button that is pressed again does not fill the record."""
    note, held = (note_of(AcceptOffer(version=2), BRAND, refusal) for refusal in (SHORT, HELD))
    counter = note_of(CounterOffer(version=2, fee=usd(350_00)), BRAND, SHORT)
    assert note is not None
    assert held is not None
    assert counter is not None
    noted = countered().does(note)
    noted.when(note.model_copy(update={"shortfall": Shortfall(needed=1, available=0, budget=1)})).then()
    noted.when(held).then_types(OfferBlocked)
    noted.when(counter).then_types(OfferBlocked)


def test_a_hold_is_noted_with_the_campaign_that_holds() -> None:
    """What the brand may know, its record says."""
    note = note_of(AcceptOffer(version=1), CREATOR, HELD)
    assert note is not None
    held = HeldElsewhere.model_validate({"campaign": "c9", "scope": "category", "name": "tea", "until": "2026-05-31"})
    offered().when(note).then(OfferBlocked(version=1, by=CREATOR, answer="accept", held=held))


def test_only_the_engine_notes_and_only_answers_to_offers() -> None:
    """Nor is anything noted of a version that has been replaced."""
    note = NoteBlocked(version=1, by=CREATOR, answer="accept")
    offered().when(note, by=CREATOR).refused(NotYourTurn)
    countered().when(note).refused(StaleVersion)
    assert note_of(MakeOffer(), ENGINE, SHORT) is None


def test_the_creator_accepts() -> None:
    """Acceptance turns the reservation into a commitment and begins the contract."""
    decision = offered().when(AcceptOffer(version=1), by=CREATOR)
    decision.then(
        OfferAccepted(version=1, fee=usd(OPENING), authority=Authority.PERSON, released=OPENING, claims=usual_claims())
    )
    state = decision.state
    assert (state.stage, state.reserved, state.committed) == (Stage.CONTRACT_SIGNING, 0, OPENING)
    assert (state.fee, state.tasks) == (usd(OPENING), {})


def test_the_creator_declines() -> None:
    """A declined offer ends the collaboration and gives the reservation back."""
    decision = offered().when(DeclineOffer(version=1, reason="too little"), by=CREATOR)
    decision.then(
        OfferDeclined(version=1, by=CREATOR, authority=Authority.PERSON, reason="too little"),
        CollaborationEnded(outcome=Outcome.DECLINED, reason="too little", released_reserved=OPENING, offered=True),
    )
    assert decision.state.reserved == 0


def test_a_refusal_without_words_gets_a_reason() -> None:
    """The end always says why, also when the person did not."""
    ended = offered().when(DeclineOffer(version=1), by=CREATOR).events[-1]
    assert isinstance(ended, CollaborationEnded)
    assert ended.reason == "the creator declined version 1 of the offer"


def test_the_creator_counters() -> None:
    """A counter-offer is a new version that waits for the brand; the reservation stays as it was."""
    task = open_task(ANSWER_COUNTER_OFFER, BRAND, an_assignment().policies.counter_offer, T0)
    decision = offered().when(CounterOffer(version=1, fee=usd(300_00), message="two days of work"), by=CREATOR)
    offer = Offer(version=2, by=CREATOR, fee=usd(300_00), message="two days of work")
    decision.then(OfferCountered(offer=offer, task=task))
    assert decision.state.tasks == {ANSWER_COUNTER_OFFER: task}
    assert (decision.state.reserved, decision.state.counter_offers) == (OPENING, 1)


def test_the_brand_accepts_a_counter_offer() -> None:
    """The brand's consent commits the creator's fee in place of the reservation."""
    decision = countered(300_00).when(AcceptOffer(version=2), by=BRAND)
    decision.then(
        OfferAccepted(version=2, fee=usd(300_00), authority=Authority.PERSON, released=OPENING, claims=usual_claims())
    )
    assert (decision.state.reserved, decision.state.committed) == (0, 300_00)


@pytest.mark.parametrize(("fee", "more"), [(250_00, 37_50), (200_00, -12_50)])
def test_the_brand_answers_with_another_offer(fee: int, more: int) -> None:
    """The brand's counter-offer moves the reservation by the difference, up or down."""
    task = open_task(ANSWER_OFFER, CREATOR, an_assignment().policies.offer, T0)
    decision = countered().when(CounterOffer(version=2, fee=usd(fee)), by=BRAND)
    decision.then(OfferMade(offer=Offer(version=3, by=BRAND, fee=usd(fee)), reserved=more, task=task))
    assert decision.state.reserved == fee
    assert decision.state.tasks == {ANSWER_OFFER: task}


def test_the_brand_declines_a_counter_offer() -> None:
    """The brand's refusal ends the collaboration."""
    decision = countered().when(DeclineOffer(version=2), by=BRAND)
    decision.then_types(OfferDeclined, CollaborationEnded)
    assert decision.state.outcome is Outcome.DECLINED


@pytest.mark.parametrize(("fee", "accepted"), [(233_75, True), (233_76, False)])
def test_the_policy_accepts_a_small_raise(fee: int, accepted: bool) -> None:
    """Up to 1.1 times our last offer the engine agrees by itself, above it leaves the answer to the brand."""
    story = countered(fee)
    assert (engines_answer(story.state) == AcceptOffer(version=2)) is accepted
    decision = story.when(AcceptOffer(version=2), by=ENGINE)
    if accepted:
        decision.then(
            OfferAccepted(version=2, fee=usd(fee), authority=Authority.POLICY, released=OPENING, claims=usual_claims())
        )
    else:
        decision.refused(NotYourTurn, "for the brand")


def test_the_policy_never_accepts_above_the_cap() -> None:
    """However generous the policy, the engine agrees to no fee above the cap."""
    generous = Policies(negotiation=NegotiationPolicy(accept_up_to=3))
    assert engines_answer(countered(400_00, an_assignment(policies=generous)).state) == AcceptOffer(version=2)
    assert engines_answer(countered(400_01, an_assignment(policies=generous)).state) is None


def test_the_policy_does_not_accept_its_own_offer() -> None:
    """There is nothing for the engine to accept before the creator has answered."""
    assert engines_answer(verified().state) is None
    assert engines_answer(offered().state) is None
    offered().when(AcceptOffer(version=1), by=ENGINE).refused(NotYourTurn)


@pytest.mark.parametrize("by", [BRAND, ENGINE])
@pytest.mark.parametrize(
    "command", [AcceptOffer(version=1), CounterOffer(version=1, fee=usd(1_00)), DeclineOffer(version=1)]
)
def test_only_the_creator_answers_our_offer(command: Command, by: Role) -> None:
    """Nobody answers an offer in the creator's place."""
    offered().when(command, by=by).refused(NotYourTurn)


@pytest.mark.parametrize(
    "command", [AcceptOffer(version=2), CounterOffer(version=2, fee=usd(1_00)), DeclineOffer(version=2)]
)
def test_the_creator_does_not_answer_their_own_counter_offer(command: Command) -> None:
    """A counter-offer waits for the brand, not for its author."""
    countered().when(command, by=CREATOR).refused(NotYourTurn, "for the brand")


@pytest.mark.parametrize(
    "command", [AcceptOffer(version=1), CounterOffer(version=1, fee=usd(1_00)), DeclineOffer(version=1)]
)
def test_an_answer_to_a_replaced_version_is_stale(command: Command) -> None:
    """Consent counts for the version that was read, never for its successor."""
    countered().when(command, by=BRAND).refused(StaleVersion, "about version 1, but version 2")


@pytest.mark.parametrize(
    "command", [AcceptOffer(version=1), CounterOffer(version=1, fee=usd(1_00)), DeclineOffer(version=1)]
)
def test_there_must_be_an_offer_to_answer(command: Command) -> None:
    """Answers are refused before the first offer."""
    verified().when(command, by=CREATOR).refused(NothingToDecide)


@pytest.mark.parametrize(
    ("command", "by"),
    [
        (MakeOffer(), ENGINE),
        (WithholdOffer(), ENGINE),
        (AcceptOffer(version=1), CREATOR),
        (DeclineOffer(version=1), CREATOR),
    ],
)
def test_negotiation_has_its_stage(command: Command, by: Role) -> None:
    """Offers belong between verification and contract."""
    opened().when(command, by=by).refused(WrongStage, "verification")
    agreed().when(command, by=by).refused(WrongStage, "contract_signing")


def test_counter_offers_run_out() -> None:
    """After the policy's two counter-offers the creator can only accept or decline."""
    story = countered().does(CounterOffer(version=2, fee=usd(220_00)), by=BRAND)
    story = story.does(CounterOffer(version=3, fee=usd(280_00)), by=CREATOR)
    story = story.does(CounterOffer(version=4, fee=usd(230_00)), by=BRAND)
    story.when(CounterOffer(version=5, fee=usd(270_00)), by=CREATOR).refused(RoundsExhausted, "All 2 rounds")
    story.when(AcceptOffer(version=5), by=CREATOR).then_types(OfferAccepted)


def test_a_fee_has_the_campaigns_currency() -> None:
    """A counter-offer in another currency is refused from either side."""
    euros = Money(amount=250_00, currency="EUR")
    offered().when(CounterOffer(version=1, fee=euros), by=CREATOR).refused(CurrencyMismatch, "EUR", "USD")
    countered().when(CounterOffer(version=2, fee=euros), by=BRAND).refused(CurrencyMismatch)


def test_the_brand_stays_below_its_cap() -> None:
    """The brand neither accepts nor offers more than the brief's cap for one creator."""
    countered(400_01).when(AcceptOffer(version=2), by=BRAND).refused(AboveCap, "40001", "40000")
    countered(400_00).when(AcceptOffer(version=2), by=BRAND).then_types(OfferAccepted)
    countered().when(CounterOffer(version=2, fee=usd(400_01)), by=BRAND).refused(AboveCap)


def test_the_creator_is_reminded_of_an_offer() -> None:
    """A day before an offer lapses the creator is told again."""
    reminded = TaskReminded(task=ANSWER_OFFER, assignee=CREATOR, due_at=T0 + 72 * HOUR, reminded_at=T0 + 48 * HOUR)
    offered().waits(until=T0 + 48 * HOUR).then(reminded)


def test_an_offer_is_extended_once_then_lapses() -> None:
    """An unanswered offer gets a day more; then the collaboration ends and the reservation returns."""
    extended = TaskExtended(task=ANSWER_OFFER, assignee=CREATOR, due_at=T0 + 96 * HOUR)
    story = offered()
    story.waits(until=T0 + 72 * HOUR).then(extended)
    later = collaboration(*story.past, extended)
    later.waits(until=T0 + 96 * HOUR - timedelta(seconds=1)).then()
    decision = later.waits(until=T0 + 96 * HOUR)
    reason = "the creator did not answer version 1 of the offer in time"
    decision.then(
        TaskExpired(task=ANSWER_OFFER, assignee=CREATOR, answer=OnExpiry.DECLINE),
        OfferDeclined(version=1, by=CREATOR, authority=Authority.TIMEOUT, reason=reason),
        CollaborationEnded(outcome=Outcome.EXPIRED, reason=reason, released_reserved=OPENING, offered=True),
    )


def test_an_extended_offer_can_still_be_accepted() -> None:
    """In the extra time the creator's answer counts."""
    story = offered()
    story = collaboration(*story.past, *story.waits(until=T0 + 72 * HOUR).events)
    story.when(AcceptOffer(version=1), by=CREATOR, at=T0 + 80 * HOUR).then_types(OfferAccepted)


def test_silence_on_a_counter_offer_may_approve_it() -> None:
    """Under an approving policy the counter-offer is accepted when the brand's time is up."""
    countered_until(OnExpiry.APPROVE).waits(until=T0 + 48 * HOUR).then(
        TaskExpired(task=ANSWER_COUNTER_OFFER, assignee=BRAND, answer=OnExpiry.APPROVE),
        OfferAccepted(
            version=2,
            fee=usd(300_00),
            authority=Authority.TIMEOUT,
            released=OPENING,
            claims=usual_claims(T0 + 48 * HOUR),
        ),
    )


def test_silence_never_approves_above_the_cap() -> None:
    """Even an approving policy lets a counter-offer above the cap lapse."""
    decision = countered_until(OnExpiry.APPROVE, fee=400_01).waits(until=T0 + 48 * HOUR)
    decision.then_types(TaskExpired, OfferDeclined, CollaborationEnded)
    assert decision.state.outcome is Outcome.EXPIRED


def test_silence_on_a_counter_offer_may_decline_it() -> None:
    """Under a declining policy the negotiation lapses with the brand's silence."""
    decision = countered_until(OnExpiry.DECLINE).waits(until=T0 + 48 * HOUR)
    decision.then_types(TaskExpired, OfferDeclined, CollaborationEnded)
    assert decision.state.reason == "the brand did not answer version 2 of the offer in time"


def test_a_counter_offer_is_escalated_once() -> None:
    """A second person of the brand gets a day, then the policy's last word counts."""
    story = countered_until(OnExpiry.ESCALATE, OnExpiry.APPROVE)
    escalated = TaskEscalated(
        task=ANSWER_COUNTER_OFFER, assignee=BRAND, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,)
    )
    story.waits(until=T0 + 48 * HOUR).then(escalated)
    collaboration(*story.past, escalated).waits(until=T0 + 72 * HOUR).then_types(TaskExpired, OfferAccepted)
