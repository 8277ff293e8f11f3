"""Amendments: one at a time, signed by both sides or without any effect; what derives from the contract follows."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from domain.amending import given_up
from domain.amendments import (
    AmendmentConcluded,
    AmendmentDeclined,
    AmendmentDrafted,
    AmendmentEvent,
    AmendmentLapsed,
    AmendmentProposed,
    AmendmentSealed,
    AmendmentSigned,
    AmendmentStatus,
    AmendmentWithdrawn,
    DeclineAmendment,
    DraftAmendment,
    ProposeAmendment,
    RecordAmendmentSeal,
    SignAmendment,
    WithdrawAmendment,
    amendment_task,
)
from domain.brief import PostingWindow
from domain.changes import Changes, in_force
from domain.claims import Scope
from domain.clauses import Deliverable, UsageRights
from domain.collaboration import CancelCollaboration, Collaboration, CollaborationCancelled
from domain.content_approval import ApproveDraft, PostPublished, SubmitDraft
from domain.deadlines import TaskEscalated, TaskExpired
from domain.decider import Event
from domain.durations import business_days
from domain.errors import (
    AboveCap,
    AlreadyEnded,
    CannotAmend,
    ConsentMissing,
    CurrencyMismatch,
    NothingToDecide,
    NotYourTurn,
    StaleVersion,
    WrongStage,
)
from domain.formats import Format
from domain.lifecycle import Stage
from domain.money import Money
from domain.monitoring import Metrics, MetricsRecorded, RecordMetrics
from domain.negotiation import OfferAccepted
from domain.outcomes import CollaborationEnded
from domain.payouts import PayoutPurpose, PayoutScheduled, RecordPayout
from tests.domain.given import (
    ANOTHER_DOCUMENT,
    BRAND,
    CREATOR,
    DISCLOSED,
    DOCUMENT,
    ENGINE,
    HOUR,
    T0,
    Story,
    a_post,
    an_assignment,
    collaboration,
    concluded,
    drafted,
    in_review,
    live,
    to_publish,
    usd,
)
from tests.domain.random_walk import Walk, walks

FEE = 212_50
PAPER = "a1" * 32
HIGHER = Changes(fee=usd(300_00))

Amending = Story[Any, Collaboration]


def proposed(changes: Changes = HIGHER, by: Any = BRAND, story: Amending | None = None) -> Amending:
    """A contract in force to which somebody asked for other terms at T0."""
    return (story or concluded()).does(ProposeAmendment(changes=changes, reason="the brief has grown"), by=by)


def to_sign(changes: Changes = HIGHER, by: Any = BRAND, story: Amending | None = None) -> Amending:
    """An amendment that waits for both signatures since T0."""
    return proposed(changes, by, story).does(DraftAmendment(number=1, document=PAPER))


def a_consent(number: int = 1, document: str = PAPER) -> SignAmendment:
    """Consent to an amendment."""
    return SignAmendment(number=number, typed_name="Ines Okafor", document=document, consent=True)


def amended(changes: Changes = HIGHER, by: Any = BRAND, story: Amending | None = None) -> Amending:
    """An amendment that both sides signed at T0."""
    return to_sign(changes, by, story).does(a_consent(), by=CREATOR).does(a_consent(), by=BRAND)


def terms_of(state: Collaboration) -> tuple[Any, ...]:
    """Everything that a contract binds people to."""
    return (state.fee, state.assignment, state.claims, state.document, state.committed)


def test_a_proposal_is_the_difference_against_the_contract_in_force() -> None:
    """Each change stands beside what the contract says there; what is asked for and stands there already is none."""
    changes = Changes(fee=usd(300_00), usage_rights=an_assignment().terms.usage_rights)
    [event] = concluded().when(ProposeAmendment(changes=changes), by=BRAND).events
    assert isinstance(event, AmendmentProposed)
    assert (event.proposal.before, event.proposal.after) == (Changes(fee=usd(FEE)), HIGHER)
    assert (event.proposal.number, event.proposal.by, event.reserved) == (1, BRAND, 87_50)


def test_either_side_proposes_and_nobody_else() -> None:
    """What a creator asks for holds none of the budget until the brand consents."""
    decision = concluded().when(ProposeAmendment(changes=HIGHER), by=CREATOR).then_types(AmendmentProposed)
    assert decision.state.reserved == 0
    concluded().when(ProposeAmendment(changes=HIGHER), by=ENGINE).refused(NotYourTurn, "brand or creator")


def test_without_a_contract_in_force_there_is_nothing_to_amend() -> None:
    drafted().when(ProposeAmendment(changes=HIGHER), by=BRAND).refused(WrongStage, "a contract in force")


def test_a_proposal_that_changes_nothing_is_refused() -> None:
    now = in_force(an_assignment(), usd(FEE))
    concluded().when(ProposeAmendment(changes=now), by=BRAND).refused(CannotAmend, "says already")


def test_one_amendment_is_open_at_a_time() -> None:
    """Whoever asks for another one hears which is open."""
    proposed().when(ProposeAmendment(changes=HIGHER), by=CREATOR).refused(CannotAmend, "amendment 1 is open")
    after = amended().does(RecordAmendmentSeal(number=1, sealed="5e" * 32))
    [event] = after.when(ProposeAmendment(changes=Changes(fee=usd(250_00))), by=CREATOR).events
    assert isinstance(event, AmendmentProposed)
    assert event.proposal.number == 2


def test_the_document_waits_for_both_sides_by_the_policies_of_signatures() -> None:
    """It refers to the contract by its hash; the work's own tasks stay."""
    decision = proposed().when(DraftAmendment(number=1, document=PAPER))
    [event] = decision.events
    assert isinstance(event, AmendmentDrafted)
    assert (event.document, event.contract) == (PAPER, DOCUMENT)
    assert [task.due_at for task in event.tasks] == [T0 + 48 * HOUR, T0 + 72 * HOUR]
    assert set(decision.state.tasks) == {
        "submit_draft/1",
        "submit_draft/2",
        "sign_amendment/creator",
        "sign_amendment/brand",
    }


@pytest.mark.parametrize(("first", "second"), [(CREATOR, BRAND), (BRAND, CREATOR)])
@pytest.mark.parametrize("by", [CREATOR, BRAND])
def test_the_second_signature_puts_it_into_force_whoever_has_asked(first: Any, second: Any, by: Any) -> None:
    """One signature changes nothing at all; with the second the fee is the new one, and its increase is committed."""
    one = to_sign(by=by).does(a_consent(), by=first)
    assert terms_of(one.state) == terms_of(concluded().state)
    decision = one.when(a_consent(), by=second).then_types(AmendmentSigned, AmendmentConcluded)
    after = decision.state
    assert (after.fee, after.committed, after.reserved) == (usd(300_00), 300_00, 0)
    assert after.amendments[0].status is AmendmentStatus.CONCLUDED
    assert set(after.amendments[0].signatures) == {BRAND, CREATOR}


def test_a_creators_proposal_reserves_the_money_when_the_brand_signs() -> None:
    story = to_sign(by=CREATOR)
    [event] = story.when(a_consent(), by=BRAND).events
    assert isinstance(event, AmendmentSigned)
    assert event.reserved == 87_50


def test_a_lower_fee_is_given_back_to_the_budget_at_the_end_only() -> None:
    story = to_sign(Changes(fee=usd(150_00)))
    assert story.state.reserved == 0
    [_, event] = story.does(a_consent(), by=BRAND).when(a_consent(), by=CREATOR).events
    assert isinstance(event, AmendmentConcluded)
    assert (event.committed, event.released) == (-62_50, 0)


def test_consent_is_to_the_document_that_was_read() -> None:
    """Neither to another document nor to the contract itself."""
    for document in (ANOTHER_DOCUMENT, DOCUMENT):
        to_sign().when(a_consent(document=document), by=CREATOR).refused(ConsentMissing, document)
    to_sign().when(a_consent(number=2), by=CREATOR).refused(StaleVersion)


def test_nobody_signs_twice_or_before_there_is_a_document() -> None:
    to_sign().does(a_consent(), by=CREATOR).when(a_consent(), by=CREATOR).refused(NothingToDecide)
    proposed().when(a_consent(), by=CREATOR).refused(ConsentMissing)
    concluded().when(a_consent(), by=CREATOR).refused(NothingToDecide, "no amendment is open")


@pytest.mark.parametrize("by", [BRAND, CREATOR])
def test_the_side_that_was_asked_declines_and_the_other_withdraws(by: Any) -> None:
    """The contract stays as it was, and so does the budget."""
    other = CREATOR if by is BRAND else BRAND
    before = terms_of(concluded().state)
    declined = to_sign(by=by).when(DeclineAmendment(number=1, reason="no"), by=other).then_types(AmendmentDeclined)
    withdrawn = to_sign(by=by).when(WithdrawAmendment(number=1), by=by).then_types(AmendmentWithdrawn)
    for decision in (declined, withdrawn):
        assert terms_of(decision.state) == before
        assert decision.state.reserved == 0
        assert set(decision.state.tasks) == {"submit_draft/1", "submit_draft/2"}
    to_sign(by=by).when(DeclineAmendment(number=1), by=by).refused(NotYourTurn)
    to_sign(by=by).when(WithdrawAmendment(number=1), by=other).refused(NotYourTurn)
    assert isinstance(given_up(to_sign(by=by).state.amendments[0], other, "no"), AmendmentDeclined)


def test_silence_lapses_and_the_work_goes_on() -> None:
    """Also where one side has signed: the contract is what it was, and its tasks are open as before."""
    patient = an_assignment(policies=an_assignment().policies.model_copy(update={"draft": _weeks()}))
    story = to_sign(story=concluded(patient)).does(a_consent(), by=CREATOR)
    [escalated] = story.waits(until=T0 + 72 * HOUR).then_types(TaskEscalated).events
    decision = collaboration(*story.past, escalated).waits(until=T0 + 96 * HOUR)
    decision.then_types(TaskExpired, AmendmentLapsed)
    assert terms_of(decision.state) == terms_of(concluded(patient).state)
    assert (decision.state.reserved, decision.state.stage) == (0, Stage.CONTENT_APPROVAL)
    assert set(decision.state.tasks) == {"submit_draft/1", "submit_draft/2"}


def _weeks() -> Any:
    policy = an_assignment().policies.draft
    return policy.model_copy(update={"within": timedelta(days=21)})


def test_the_balance_is_what_the_new_fee_leaves_beside_the_upfront_share() -> None:
    """A creator who was paid half of the old fee is paid the rest of the new one."""
    story = amended()
    for number in (1, 2):
        story = story.does(SubmitDraft(deliverable=number, caption=DISCLOSED), by=CREATOR)
        story = story.does(_approval(number), by=BRAND).does(a_post(number), by=CREATOR)
    paid = {one.payout.purpose: one.payout.amount for one in story.past if isinstance(one, PayoutScheduled)}
    assert paid == {PayoutPurpose.UPFRONT: usd(FEE // 2), PayoutPurpose.BALANCE: usd(300_00 - FEE // 2)}


def _approval(number: int) -> ApproveDraft:
    return ApproveDraft(deliverable=number, version=1)


@pytest.mark.parametrize(
    ("fee", "error", "words"),
    [
        (usd(400_01), AboveCap, "40000"),
        (usd(106_24), CannotAmend, "10625 USD"),
        (Money(amount=250_00, currency="EUR"), CurrencyMismatch, "EUR"),
    ],
)
def test_a_fee_stays_between_what_was_paid_and_the_cap(fee: Money, error: Any, words: str) -> None:
    concluded().when(ProposeAmendment(changes=Changes(fee=fee)), by=CREATOR).refused(error, words)


def test_once_every_post_is_live_the_fee_is_owed_as_it_is() -> None:
    for changes in (HIGHER, Changes(publish_within=business_days(5)), Changes(deliverables=_reels(3))):
        live().when(ProposeAmendment(changes=changes), by=BRAND).refused(CannotAmend, "every post is live")


def _reels(count: int) -> tuple[Deliverable, ...]:
    kinds = (Format.REEL, Format.STORY, Format.REEL)
    return tuple(Deliverable(number=n, format=kind) for n, kind in enumerate(kinds[:count], start=1))


def test_usage_rights_are_amended_after_the_posts_and_the_end_waits_for_it() -> None:
    """The collaboration does not end before both sides have signed, or one of them has not."""
    story = live()
    for payout in story.state.owed:
        story = story.does(RecordPayout(payout_id=payout.id, reference="tr_1"))
    story = story.does(RecordMetrics(deliverable=1, metrics=Metrics(likes=1)))
    rights = UsageRights(months=12, paid=True)
    story = to_sign(Changes(usage_rights=rights), story=story)
    figures = RecordMetrics(deliverable=2, metrics=Metrics(likes=1))
    story.when(figures).then_types(MetricsRecorded)
    story = story.does(figures)
    story.when(DeclineAmendment(number=1), by=CREATOR).then_types(AmendmentDeclined, CollaborationEnded)
    story = story.does(a_consent(), by=CREATOR).does(a_consent(), by=BRAND)
    assert story.state.agreed.terms.usage_rights == rights
    story.when(RecordAmendmentSeal(number=1, sealed="5e" * 32)).then_types(AmendmentSealed, CollaborationEnded)


def test_open_tasks_get_the_deadlines_of_the_amendment() -> None:
    """Counted from when they were asked for; another one of the work's tasks stays as it is."""
    story = in_review()
    longer = Changes(draft_within=business_days(7), publish_within=business_days(4))
    after = amended(longer, story=story).state
    assert after.tasks["submit_draft/2"].due_at == T0 + timedelta(days=7)
    assert after.tasks["review_draft/1"] == story.state.tasks["review_draft/1"]
    assert after.agreed.policies.publication.within == business_days(4)
    [_, event] = to_sign(longer, story=story).does(a_consent(), by=BRAND).when(a_consent(), by=CREATOR).events
    assert isinstance(event, AmendmentConcluded)
    assert [task.name for task in event.tasks] == ["submit_draft/2"]


def test_a_shorter_time_leaves_some() -> None:
    """Nobody finds a step overdue that was not."""
    story = to_sign(Changes(draft_within=HOUR)).does(a_consent(), by=BRAND)
    decision = story.when(a_consent(), by=CREATOR, at=T0 + 30 * HOUR)
    assert decision.state.tasks["submit_draft/1"].due_at == T0 + 34 * HOUR


def test_another_posting_window_moves_the_step_to_publish_and_the_claims() -> None:
    """The time to publish runs from the first day of the new window; the creator is claimed until its last."""
    window = PostingWindow(opens=date(2026, 4, 6), closes=date(2026, 5, 20))
    after = amended(Changes(posting_window=window), story=to_publish()).state
    assert after.tasks["publish/1"].due_at == window.starts_at + timedelta(days=2)
    assert {claim.until for claim in after.claims} == {window.ends_at}
    past = PostingWindow(opens=date(2026, 2, 1), closes=date(2026, 2, 20))
    concluded().when(ProposeAmendment(changes=Changes(posting_window=past)), by=BRAND).refused(CannotAmend, "is past")


def test_more_exclusivity_is_claimed() -> None:
    after = amended(Changes(exclusivity_days=30)).state
    assert [claim.scope for claim in after.claims if claim.exclusive] == [Scope.CATEGORY]
    assert after.agreed.terms.exclusivity.days == 30


def test_deliverables_that_have_not_begun_are_changed_added_and_dropped() -> None:
    """A new one has its draft asked for; a dropped one asks for nothing any more."""
    story = in_review()
    more = amended(Changes(deliverables=_reels(3)), story=story).state
    assert sorted(more.works) == [1, 2, 3]
    assert more.tasks["submit_draft/3"].due_at == T0 + 48 * HOUR
    fewer = amended(Changes(deliverables=_reels(1)), story=story).state
    assert sorted(fewer.works) == [1]
    assert set(fewer.tasks) == {"review_draft/1"}
    other = (Deliverable(number=1, format=Format.REEL), Deliverable(number=2, format=Format.POST))
    assert amended(Changes(deliverables=other), story=story).state.works[2].deliverable.format is Format.POST


def test_work_that_has_begun_is_not_amended_away() -> None:
    """Neither when it is proposed, nor when it has begun since."""
    without_first = Changes(deliverables=(Deliverable(number=2, format=Format.STORY),))
    in_review().when(ProposeAmendment(changes=without_first), by=BRAND).refused(CannotAmend, "Deliverable 1")
    story = to_sign(without_first).does(a_consent(), by=BRAND)
    story = story.does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR)
    story.when(a_consent(), by=CREATOR).refused(CannotAmend, "work on it has begun")


def test_dropping_the_last_open_deliverable_makes_the_balance_due() -> None:
    """What is left is all live, so that monitoring begins."""
    story = to_publish().does(a_post(), by=CREATOR)
    assert isinstance(story.past[-1], PostPublished)
    story = to_sign(Changes(deliverables=_reels(1)), story=story).does(a_consent(), by=BRAND)
    decision = story.when(a_consent(), by=CREATOR)
    decision.then_types(AmendmentSigned, AmendmentConcluded, PayoutScheduled)
    assert decision.state.stage is Stage.MONITORING
    assert decision.state.works.keys() == {1}


def test_a_cancelled_collaboration_is_owed_the_kill_fee_of_the_new_fee() -> None:
    """75 % of 300 dollars beside the half of 212.50 that was paid; an amendment that is open counts for nothing."""
    story = amended(story=to_publish())
    cancelled = story.when(CancelCollaboration(reason="recall"), by=BRAND)
    cancelled.then_types(CollaborationCancelled, PayoutScheduled)
    kill_fee = cancelled.state.payouts["collab-1/kill_fee"]
    assert kill_fee.amount == usd(225_00 - 106_25)
    still_open = to_sign(story=to_publish()).does(CancelCollaboration(reason="recall"), by=BRAND)
    assert still_open.state.payouts["collab-1/kill_fee"].amount == usd(159_37 - 106_25)
    still_open.when(a_consent(), by=CREATOR).refused(AlreadyEnded)
    for payout in still_open.state.owed:
        still_open = still_open.does(RecordPayout(payout_id=payout.id, reference="tr_1"))
    ended = still_open.past[-1]
    assert isinstance(ended, CollaborationEnded)
    assert ended.released_reserved == 87_50


def test_the_concluded_amendment_is_sealed_once_by_the_engine() -> None:
    seal = RecordAmendmentSeal(number=1, sealed="5e" * 32)
    amended().when(seal).then(AmendmentSealed(number=1, document=PAPER, sealed="5e" * 32))
    amended().does(seal).when(seal).refused(NothingToDecide)
    to_sign().when(seal).refused(NothingToDecide)
    amended().when(seal, by=BRAND).refused(NotYourTurn)


def test_the_amendment_is_drafted_once_by_the_engine() -> None:
    draft = DraftAmendment(number=1, document=ANOTHER_DOCUMENT)
    to_sign().when(draft).refused(NothingToDecide, amendment_task(BRAND))
    proposed().when(draft, by=CREATOR).refused(NotYourTurn)
    proposed().when(DraftAmendment(number=2, document=PAPER)).refused(StaleVersion)


@settings(max_examples=60, deadline=None)
@given(walks())
def test_terms_change_only_by_what_both_sides_have_signed(walk: Walk) -> None:
    """Whatever happens to a contract in force, fee, terms and deadlines are those of the offer and of concluded
    amendments, each signed by both for one document."""
    for step in walk.steps:
        if terms_of(step.before)[:2] == terms_of(step.after)[:2] or not step.before.works:
            continue
        [event] = [one for one in step.events if isinstance(one, AmendmentConcluded)]
        signatures = step.after.amendments[event.number - 1].signatures.items()
        assert {(role, one.document) for role, one in signatures} == {(by, event.document) for by in (BRAND, CREATOR)}
    accepted: list[Event] = [one for one in walk.events if isinstance(one, OfferAccepted)]
    assert accepted or not [one for one in walk.events if isinstance(one, AmendmentEvent)]
