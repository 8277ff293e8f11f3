"""The record of signatures: the pages behind a concluded contract that say who consented to what, when, and how."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities import wording
from activities.records import collaboration_after
from activities.typesetting import typeset
from domain import collaboration as collaborations
from domain.amendments import Amendment, AmendmentConcluded, AmendmentDrafted, AmendmentProposed, AmendmentSigned
from domain.brief import Brief
from domain.collaboration import CollaborationEvent
from domain.contract_signing import ContractConcluded, ContractDrafted, ContractSigned, SignContract
from domain.creators import Creator
from domain.decider import Event, Role
from domain.events import Envelope
from domain.narrative import tell
from domain.negotiation import OfferAccepted, OfferCountered, OfferMade
from domain.signatures import AnySignature, Signature, Signing

CONSENT = SignContract.model_fields["consent"].description
"""What a person declares by signing."""

STEPS = (OfferMade, OfferCountered, OfferAccepted, ContractDrafted, ContractSigned, ContractConcluded)
"""The events that led to the contract."""

MEANS = {
    Role.BRAND: "by a program or person holding one of the brand's keys to this service",
    Role.CREATOR: "through the personal link that was sent to the creator's address",
}
"""How this service knows who acted."""

SERVICES = {Signing.DOCUSEAL: "DocuSeal"}
"""Where else people sign."""

AMENDMENT_STEPS = (AmendmentDrafted, AmendmentSigned, AmendmentConcluded)
"""The events that led from a proposal to its conclusion."""


def render_record(events: Sequence[Envelope], brief: Brief, creator: Creator) -> bytes:
    """The record as PDF, of the events up to the conclusion. The same events give the same bytes."""
    state = collaboration_after(events)
    assert state.document is not None, "a concluded contract is a document"
    signed = Signed(state.id, "Contract", state.document, state.signatures)
    return _render(signed, [each for each in _told(events) if isinstance(each[1], STEPS)], brief, creator)


def render_amendment_record(events: Sequence[Envelope], amendment: Amendment, brief: Brief, creator: Creator) -> bytes:
    """The same of an amendment, of the events up to its conclusion."""
    assert amendment.document is not None, "a concluded amendment is a document"
    reference = collaboration_after(events).id
    signed = Signed(reference, f"Amendment {amendment.number}", amendment.document, amendment.signatures)
    theirs = [each for each in _told(events) if _amends(each[1], amendment.number)]
    return _render(signed, theirs, brief, creator)


def _amends(event: Event, number: int) -> bool:
    if isinstance(event, AmendmentProposed):
        return event.proposal.number == number
    return isinstance(event, AMENDMENT_STEPS) and event.number == number


@dataclass(frozen=True)
class Signed:
    """A document that both sides have signed; `what` it is, in words."""

    reference: str
    what: str
    document: str
    signatures: Mapping[Role, AnySignature]


Told = tuple[Envelope, CollaborationEvent]


def _told(events: Sequence[Envelope]) -> Iterator[Told]:
    for each in events:
        event: Any = collaborations.EVENTS.decode(each)
        yield each, event


def _render(signed: Signed, steps: Sequence[Told], brief: Brief, creator: Creator) -> bytes:
    concluded_at = steps[-1][0].metadata.decided_at
    facts = _facts(signed, brief, creator, concluded_at) | {
        "steps": [
            {
                "at": wording.moment(each.metadata.decided_at, brief.zone),
                "what": tell(event),
                "event": str(each.event_id),
            }
            for each, event in steps
        ]
    }
    content, _ = typeset("signature_record", facts, concluded_at)
    return content


def _facts(signed: Signed, brief: Brief, creator: Creator, at: datetime) -> dict[str, Any]:
    parties = {Role.BRAND: wording.one_line(brief.brand), Role.CREATOR: wording.one_line(creator.profile.name)}
    return {
        "reference": signed.reference,
        "what": signed.what,
        "document": signed.document,
        "concluded": wording.moment(at, brief.zone),
        "dated_parts": [at.year, at.month, at.day],
        "consent": CONSENT,
        "signatures": [
            {"side": f"{role}".capitalize(), "party": parties[role], **_given(role, signature, brief)}
            for role, signature in sorted(signed.signatures.items())
        ],
    }


def _given(role: Role, signature: AnySignature, brief: Brief) -> dict[str, Any]:
    """How a side has signed: with a name that was typed here, or at a service, which keeps what was done there."""
    facts = {
        "at": wording.moment(signature.signed_at, brief.zone),
        "utc": signature.signed_at.isoformat(timespec="seconds"),
        "document": signature.document,
    }
    if isinstance(signature, Signature):
        return facts | {"typed_name": signature.typed_name, "means": MEANS[role]}
    service = SERVICES[signature.service]
    held = f"at {service}, which holds the signature: submission {signature.submission}, party {signature.submitter}"
    return facts | {"typed_name": None, "means": held}
