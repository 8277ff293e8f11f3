"""The record of signatures: the pages behind a concluded contract that say who consented to what, when, and how."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from activities import wording
from activities.records import collaboration_after
from activities.typesetting import typeset
from domain import collaboration as collaborations
from domain.brief import Brief
from domain.collaboration import Collaboration
from domain.contract_signing import ContractConcluded, ContractDrafted, ContractSigned, SignContract
from domain.creators import Creator
from domain.decider import Role
from domain.events import Envelope
from domain.narrative import tell
from domain.negotiation import OfferAccepted, OfferCountered, OfferMade

CONSENT = SignContract.model_fields["consent"].description
"""What a person declares by signing."""

STEPS = (OfferMade, OfferCountered, OfferAccepted, ContractDrafted, ContractSigned, ContractConcluded)
"""The events that led to the contract."""

MEANS = {
    Role.BRAND: "by a program or person holding one of the brand's keys to this service",
    Role.CREATOR: "through the personal link that was sent to the creator's address",
}
"""How this service knows who acted."""


def render_record(events: Sequence[Envelope], brief: Brief, creator: Creator) -> bytes:
    """The record as PDF, of the events up to the conclusion. The same events give the same bytes."""
    steps = [(each, event) for each in events if isinstance(event := collaborations.EVENTS.decode(each), STEPS)]
    state = collaboration_after(events)
    concluded_at = steps[-1][0].metadata.decided_at
    facts = _facts(state, brief, creator, concluded_at) | {
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


def _facts(state: Collaboration, brief: Brief, creator: Creator, at: datetime) -> dict[str, Any]:
    parties = {Role.BRAND: wording.one_line(brief.brand), Role.CREATOR: wording.one_line(creator.profile.name)}
    return {
        "reference": state.id,
        "document": state.document,
        "concluded": wording.moment(at, brief.zone),
        "dated_parts": [at.year, at.month, at.day],
        "consent": CONSENT,
        "signatures": [
            {
                "side": f"{role}".capitalize(),
                "party": parties[role],
                "typed_name": signature.typed_name,
                "at": wording.moment(signature.signed_at, brief.zone),
                "utc": signature.signed_at.isoformat(timespec="seconds"),
                "means": MEANS[role],
                "document": signature.document,
            }
            for role, signature in sorted(state.signatures.items())
        ],
    }
