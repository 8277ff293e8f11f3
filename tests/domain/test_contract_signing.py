"""Stage 5: one document known by its hash, a signature from either side, and no contract by silence."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.brief import Policies
from domain.claims import Release
from domain.content_approval import SUBMIT_DRAFT, content_task, open_draft_tasks
from domain.contract_signing import (
    ContractConcluded,
    ContractDrafted,
    ContractLapsed,
    ContractSealed,
    ContractSigned,
    DraftContract,
    RecordSeal,
    SignContract,
    clauses,
    signing_task,
)
from domain.deadlines import OnExpiry, TaskEscalated, TaskExpired, TaskExtended, TaskReminded, open_task
from domain.errors import ConsentMissing, NothingToDecide, NotYourTurn, WrongStage
from domain.lifecycle import Stage
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import Payout, PayoutPurpose, PayoutScheduled
from domain.signatures import Signature
from tests.domain.given import (
    ANOTHER_DOCUMENT,
    BRAND,
    CREATOR,
    DOCUMENT,
    ENGINE,
    HOUR,
    SEALED,
    T0,
    a_brief,
    a_policy,
    a_signature,
    agreed,
    an_assignment,
    collaboration,
    concluded,
    drafted,
    offered,
    usd,
)

FEE = 212_50
SIGNATURE = Signature(typed_name="Ines Okafor", document=DOCUMENT, signed_at=T0)


def test_the_document_waits_for_both_sides() -> None:
    """A drafted contract opens a task for the creator and one for the brand, each with its own deadline."""
    policies = an_assignment().policies
    tasks = (
        open_task(signing_task(CREATOR), CREATOR, policies.creator_signature, T0),
        open_task(signing_task(BRAND), BRAND, policies.brand_signature, T0),
    )
    decision = agreed().when(DraftContract(document=DOCUMENT)).then(ContractDrafted(document=DOCUMENT, tasks=tasks))
    assert set(decision.state.tasks) == {"sign_contract/creator", "sign_contract/brand"}


def test_one_document_is_drafted() -> None:
    """A second document is refused: an amendment would need consent again."""
    drafted().when(DraftContract(document=ANOTHER_DOCUMENT)).refused(NothingToDecide, "sign_contract/brand")


@pytest.mark.parametrize(("first", "second"), [(CREATOR, BRAND), (BRAND, CREATOR)])
def test_the_second_signature_concludes(first: Any, second: Any) -> None:
    """Whoever signs first, the second signature puts the contract in force and the upfront share is owed."""
    one = drafted().when(a_signature(), by=first).then(ContractSigned(role=first, signature=SIGNATURE))
    assert set(one.state.tasks) == {signing_task(second)}
    decision = drafted().does(a_signature(), by=first).when(a_signature(), by=second)
    upfront = Payout(id="collab-1/upfront", purpose=PayoutPurpose.UPFRONT, amount=usd(106_25))
    decision.then(
        ContractSigned(role=second, signature=SIGNATURE),
        ContractConcluded(document=DOCUMENT, tasks=open_draft_tasks(an_assignment(), T0)),
        PayoutScheduled(payout=upfront),
    )
    assert decision.state.stage is Stage.CONTENT_APPROVAL
    assert set(decision.state.tasks) == {content_task(SUBMIT_DRAFT, 1), content_task(SUBMIT_DRAFT, 2)}


def test_nothing_upfront_schedules_nothing() -> None:
    """A contract that pays everything at the end owes nothing when it is concluded."""
    assignment = an_assignment(terms=a_brief(terms={"upfront": 0}).terms)
    story = drafted(assignment).does(a_signature(), by=CREATOR)
    story.when(a_signature(), by=BRAND).then_types(ContractSigned, ContractConcluded)


def test_consent_is_to_the_document_that_was_read() -> None:
    """A signature under another document is refused with both hashes."""
    refusal = drafted().when(a_signature(ANOTHER_DOCUMENT), by=CREATOR)
    refusal.refused(ConsentMissing, ANOTHER_DOCUMENT, DOCUMENT)


def test_consent_must_be_given() -> None:
    """A signature without a ticked consent is not even a command."""
    with pytest.raises(ValidationError):
        SignContract.model_validate({"typed_name": "Ines Okafor", "document": DOCUMENT, "consent": False})


def test_nobody_signs_twice() -> None:
    """A side that has signed has nothing more to sign."""
    drafted().does(a_signature(), by=CREATOR).when(a_signature(), by=CREATOR).refused(NothingToDecide)


def test_the_engine_does_not_sign() -> None:
    """Only people sign."""
    drafted().when(a_signature(), by=ENGINE).refused(NotYourTurn, "brand or creator")


def test_there_must_be_a_document_to_sign() -> None:
    """A signature before the document exists is refused."""
    agreed().when(a_signature(), by=CREATOR).refused(NothingToDecide)


def test_signing_has_its_stage() -> None:
    """Contracts belong between negotiation and content."""
    offered().when(DraftContract(document=DOCUMENT)).refused(WrongStage, "negotiation")
    offered().when(a_signature(), by=CREATOR).refused(WrongStage)
    concluded().when(DraftContract(document=DOCUMENT)).refused(WrongStage, "content_approval")
    concluded().when(a_signature(), by=CREATOR).refused(WrongStage)


def test_the_creator_is_reminded_to_sign() -> None:
    """Twelve hours before the creator's two days are over they are told again."""
    reminded = TaskReminded(
        task=signing_task(CREATOR), assignee=CREATOR, due_at=T0 + 48 * HOUR, reminded_at=T0 + 36 * HOUR
    )
    drafted().waits(until=T0 + 36 * HOUR).then(reminded)


def test_the_creators_silence_lapses_after_an_extension() -> None:
    """The creator gets a day more; then the contract lapses and the commitment returns."""
    story = drafted().does(a_signature(), by=BRAND)
    extended = TaskExtended(
        task=signing_task(CREATOR), assignee=CREATOR, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,)
    )
    story.waits(until=T0 + 48 * HOUR).then(extended)
    decision = collaboration(*story.past, extended).waits(until=T0 + 72 * HOUR)
    reason = "the creator did not sign in time"
    decision.then(
        TaskExpired(task=signing_task(CREATOR), assignee=CREATOR, answer=OnExpiry.DECLINE),
        ContractLapsed(role=CREATOR),
        CollaborationEnded(
            outcome=Outcome.EXPIRED,
            reason=reason,
            released_committed=FEE,
            offered=True,
            released_claims=Release.ALL,
        ),
    )
    assert decision.state.committed == 0


def test_the_concluded_contract_is_sealed_once() -> None:
    """The engine records the sealed file beside the document that was signed; a second file is refused."""
    sealed = ContractSealed(document=DOCUMENT, sealed=SEALED)
    concluded().when(RecordSeal(sealed=SEALED)).then(sealed)
    concluded().does(RecordSeal(sealed=SEALED)).when(RecordSeal(sealed="ab" * 32)).refused(NothingToDecide)


def test_only_a_concluded_contract_is_sealed() -> None:
    drafted().when(RecordSeal(sealed=SEALED)).refused(WrongStage)


def test_no_person_records_a_seal() -> None:
    concluded().when(RecordSeal(sealed=SEALED), by=BRAND).refused(NotYourTurn)


def test_the_brands_silence_is_escalated_then_lapses() -> None:
    """A second person of the brand gets a day; silence never signs for them."""
    story = drafted().does(a_signature(), by=CREATOR)
    escalated = TaskEscalated(task=signing_task(BRAND), assignee=BRAND, due_at=T0 + 96 * HOUR)
    story.waits(until=T0 + 72 * HOUR).then(escalated)
    decision = collaboration(*story.past, escalated).waits(until=T0 + 96 * HOUR)
    decision.then_types(TaskExpired, ContractLapsed, CollaborationEnded)
    assert decision.state.reason == "the brand did not sign in time"


def test_the_first_silence_ends_it_for_both() -> None:
    """When both sides are overdue at once there is one lapse and one end."""
    policies = Policies(creator_signature=a_policy(OnExpiry.DECLINE), brand_signature=a_policy(OnExpiry.DECLINE))
    decision = drafted(an_assignment(policies=policies)).waits(until=T0 + 100 * HOUR)
    decision.then_types(TaskExpired, ContractLapsed, CollaborationEnded)


def test_the_ten_clauses_follow_from_the_assignment() -> None:
    """Fee, deadlines and terms of the contract are those of the assignment and the accepted offer."""
    assignment = an_assignment()
    contract = clauses(assignment, usd(FEE))
    assert (contract.payment.fee, contract.payment.upfront) == (usd(FEE), 0.5)
    assert sum(part.amount for part in contract.payment.parts) == FEE
    assert (contract.payment.gifts, contract.payment.commission) == ((), None)
    assert contract.deliverables == assignment.deliverables
    assert contract.briefing == assignment.briefing
    assert contract.deadlines.draft_within == assignment.policies.draft.within
    assert contract.deadlines.publish_within == assignment.policies.publication.within
    assert contract.deadlines.metrics_within == assignment.policies.metrics.within
    assert contract.approval_process.review_within == assignment.policies.review.within
    assert contract.approval_process.rounds_of_changes == 2
    terms = assignment.terms
    assert (contract.length, contract.usage_rights) == (terms.length, terms.usage_rights)
    assert (contract.exclusivity, contract.disclosure) == (terms.exclusivity, terms.disclosure)
    assert contract.cancellation == terms.cancellation
