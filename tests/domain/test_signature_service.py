"""A service's word for a signature: of the right side, for the document that is open, once, never pretended here."""

from typing import Any

import pytest

from domain.amendments import AmendmentConcluded, AmendmentDeclined, AmendmentSigned, DraftAmendment, ProposeAmendment
from domain.changes import Changes
from domain.clauses import Terms
from domain.collaboration import Collaboration
from domain.contract_signing import ContractConcluded, ContractSigned
from domain.errors import ConsentMissing, NothingToDecide, NotYourTurn
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import PayoutScheduled
from domain.signature_service import (
    ConfirmSignature,
    ContractDeclined,
    RecordSubmission,
    RefuseSignature,
    SignaturesRequested,
)
from domain.signatures import ServiceSignature, Signing
from tests.domain.given import (
    ANOTHER_DOCUMENT,
    BRAND,
    CREATOR,
    DOCUMENT,
    ENGINE,
    T0,
    Story,
    a_signature,
    an_assignment,
    drafted,
    usd,
)

DOCUSEAL = Signing.DOCUSEAL
AT_DOCUSEAL = an_assignment(terms=Terms(signature=DOCUSEAL))
PAPER = "a1" * 32


def requested() -> Story[Any, Collaboration]:
    """A contract that DocuSeal has asked both sides to sign since T0."""
    submission = RecordSubmission(document=DOCUMENT, service=DOCUSEAL, submission="1001")
    return drafted(AT_DOCUSEAL).does(submission)


def word_of(side: Any, document: str = DOCUMENT, service: Signing = DOCUSEAL) -> ConfirmSignature:
    """DocuSeal's word that a side has signed."""
    submitter = {BRAND: "1", CREATOR: "2"}[side]
    return ConfirmSignature(document=document, service=service, submission="1001", submitter=submitter, signed_at=T0)


def both_signed() -> Story[Any, Collaboration]:
    """A contract in force that both sides signed at DocuSeal at T0."""
    return requested().does(word_of(CREATOR), by=CREATOR).does(word_of(BRAND), by=BRAND)


def test_a_submission_is_recorded_once() -> None:
    submission = RecordSubmission(document=DOCUMENT, service=DOCUSEAL, submission="1001")
    event = SignaturesRequested(document=DOCUMENT, service=DOCUSEAL, submission="1001")
    decision = drafted(AT_DOCUSEAL).when(submission).then(event)
    assert decision.state.submissions == {DOCUMENT: "1001"}
    requested().when(submission).refused(NothingToDecide)
    drafted(AT_DOCUSEAL).when(submission, by=BRAND).refused(NotYourTurn)


@pytest.mark.parametrize(("first", "second"), [(CREATOR, BRAND), (BRAND, CREATOR)])
def test_the_word_for_both_sides_concludes_the_contract(first: Any, second: Any) -> None:
    """What is recorded is that the service holds the signature, under its own ids and its own time."""
    held = ServiceSignature(
        service=DOCUSEAL,
        submission="1001",
        submitter=word_of(first).submitter,
        document=DOCUMENT,
        signed_at=T0,
    )
    one = requested().when(word_of(first), by=first).then(ContractSigned(role=first, signature=held))
    assert one.state.document == DOCUMENT
    both = requested().does(word_of(first), by=first).when(word_of(second), by=second)
    both.then_types(ContractSigned, ContractConcluded, PayoutScheduled)


def test_a_word_that_comes_twice_counts_once() -> None:
    """Webhooks are repeated, and polls find what a webhook has told."""
    requested().does(word_of(CREATOR), by=CREATOR).when(word_of(CREATOR), by=CREATOR).refused(NothingToDecide)
    requested().when(word_of(CREATOR), by=ENGINE).refused(NotYourTurn)


def test_a_word_for_another_document_or_of_another_service_is_none() -> None:
    requested().when(word_of(CREATOR, document=ANOTHER_DOCUMENT), by=CREATOR).refused(NothingToDecide)
    requested().when(word_of(CREATOR, service=Signing.OWN), by=CREATOR).refused(NothingToDecide)
    drafted().when(word_of(CREATOR), by=CREATOR).refused(NothingToDecide)


def test_nobody_signs_here_what_is_signed_there() -> None:
    """A typed name is refused, with where to sign."""
    requested().when(a_signature(), by=CREATOR).refused(ConsentMissing, "docuseal")


def test_who_declines_there_ends_it() -> None:
    refusal = RefuseSignature(document=DOCUMENT, service=DOCUSEAL, reason="not for me")
    decision = requested().when(refusal, by=CREATOR)
    decision.then_types(ContractDeclined, CollaborationEnded)
    assert (decision.state.outcome, decision.state.committed) == (Outcome.DECLINED, 0)


def test_an_amendment_is_signed_where_the_contract_was() -> None:
    """By both, or declined by one; then the contract stays as it is."""
    story = both_signed().does(ProposeAmendment(changes=Changes(fee=usd(300_00))), by=BRAND)
    story = story.does(DraftAmendment(number=1, document=PAPER))
    story = story.does(RecordSubmission(document=PAPER, service=DOCUSEAL, submission="1002"))
    story.when(word_of(CREATOR), by=CREATOR).refused(NothingToDecide)
    signed = story.does(word_of(CREATOR, PAPER), by=CREATOR).when(word_of(BRAND, PAPER), by=BRAND)
    signed.then_types(AmendmentSigned, AmendmentConcluded)
    refusal = RefuseSignature(document=PAPER, service=DOCUSEAL)
    story.when(refusal, by=CREATOR).then_types(AmendmentDeclined)
