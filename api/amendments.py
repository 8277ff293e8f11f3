"""Stage 5, contract signing: other terms for a contract in force, clause by clause, and both signatures under them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field
from starlette.responses import Response

from activities.records import collaboration_after
from api.contract_signing import document_response
from api.dependencies import CollaborationId, Decide, Decision, JsonOnly, Services, Serving
from api.errors import problems
from api.file_serving import FILE, UNCHANGED
from api.views import collaboration_events
from domain.amendments import (
    Amendment,
    AmendmentStatus,
    DeclineAmendment,
    ProposeAmendment,
    SignAmendment,
    WithdrawAmendment,
)
from domain.changes import CLAUSES
from domain.clauses import Clauses
from domain.collaboration import Collaboration
from domain.decider import Role
from domain.errors import NotFound
from domain.lifecycle import Stage
from domain.signatures import AnySignature
from domain.values import Line, Sha256, Text, Value

router = APIRouter(
    prefix="/v1/collaborations/{collaboration_id}/amendments",
    tags=[Stage.CONTRACT_SIGNING.label],
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)

Number = Annotated[int, Path(ge=1, le=10_000, description="Which of the collaboration's amendments, from 1.")]
CLAUSE_NUMBERS: Mapping[str, int] = {name: nth for nth, name in enumerate(Clauses.model_fields, start=1)}
"""The ten clauses by their numbers in the contract."""


class Difference(Value):
    """One thing that a clause of the contract says, and what it is to say instead; both as a brief states it."""

    clause: str
    clause_number: int
    term: str
    before: Any
    after: Any


class AmendmentView(Value):
    """An amendment, with its difference against the contract that was in force when it was proposed."""

    number: int
    status: AmendmentStatus
    by: Role
    reason: str
    differences: tuple[Difference, ...]
    document: str | None
    """SHA-256 of the PDF that both sides sign; null until it has been rendered."""
    sealed: str | None
    """SHA-256 of the sealed file; null until both have signed."""
    signatures: Mapping[Role, AnySignature]


class AmendmentsView(Value):
    """All amendments of a collaboration, the first one first."""

    items: tuple[AmendmentView, ...]


class Consent(Value):
    """A typed-name signature under an amendment; `document` is the hash of what was read."""

    typed_name: Line
    document: Sha256
    consent: Literal[True] = Field(description="I have read this document and agree to be bound by it.")


class Why(Value):
    """A reason, for the other side to read."""

    reason: Text = ""


def amendment_view(amendment: Amendment, *, over: bool) -> AmendmentView:
    """The amendment as both sides see it; one that was open when the collaboration ended has lapsed with it."""
    proposal = amendment.proposal
    before = proposal.before.model_dump(mode="json", exclude_none=True)
    after = proposal.after.model_dump(mode="json", exclude_none=True)
    return AmendmentView(
        number=amendment.number,
        status=AmendmentStatus.LAPSED if over and amendment.undecided else amendment.status,
        by=proposal.by,
        reason=proposal.reason,
        differences=tuple(
            Difference(
                clause=clause, clause_number=CLAUSE_NUMBERS[clause], term=term, before=before[term], after=after[term]
            )
            for term, clause in CLAUSES.items()
            if term in after
        ),
        document=amendment.document,
        sealed=amendment.sealed,
        signatures=amendment.signatures,
    )


def amendment_views(state: Collaboration) -> tuple[AmendmentView, ...]:
    """All amendments of a collaboration, the first one first."""
    over = state.is_closing
    return tuple(amendment_view(amendment, over=over) for amendment in state.amendments)


async def amendments_of(services: Services, collaboration_id: str) -> tuple[AmendmentView, ...]:
    """The amendments of a collaboration.

    Raises:
        NotFound: there is no such collaboration.
    """
    return amendment_views(collaboration_after(await collaboration_events(services.log, collaboration_id)))


async def _one(services: Services, collaboration_id: str, number: int) -> AmendmentView:
    found = await amendments_of(services, collaboration_id)
    if number > len(found):
        raise NotFound(kind=f"amendment {number} of collaboration", id=collaboration_id)
    return found[number - 1]


async def amendment_document(request: Request, services: Services, collaboration_id: str, number: int) -> Response:
    """An amendment as a PDF: the one to sign, and once both sides have, the sealed one. Its ETag is its SHA-256.

    Raises:
        NotFound: there is no such amendment, or it has not been rendered yet.
    """
    amendment = await _one(services, collaboration_id, number)
    file = amendment.sealed or amendment.document
    if file is None:
        raise NotFound(kind=f"document of amendment {number} of collaboration", id=collaboration_id)
    return await document_response(request, services, file, name=f"amendment-{number}.pdf")


@router.post("", summary="Propose other terms")
async def propose_amendment(decide: Decide, collaboration_id: CollaborationId, body: ProposeAmendment) -> Decision:
    """By either side, for a contract in force; what is left out stays as it is. Both sides then sign its document, the
    one that has asked as well. One amendment is open at a time."""
    return await decide.on_collaboration(collaboration_id, body)


@router.get("", summary="The amendments of a contract")
async def list_amendments(services: Serving, collaboration_id: CollaborationId) -> AmendmentsView:
    """Each with its difference, clause by clause, and how far it has come."""
    return AmendmentsView(items=await amendments_of(services, collaboration_id))


@router.get("/{number}", summary="An amendment")
async def read_amendment(services: Serving, collaboration_id: CollaborationId, number: Number) -> AmendmentView:
    """What it changes, clause by clause, and how far it has come."""
    return await _one(services, collaboration_id, number)


@router.get(
    "/{number}/amendment.pdf",
    summary="An amendment's document",
    response_class=Response,
    responses={200: {"description": "The document", "content": {"application/pdf": FILE}}, **UNCHANGED},
)
async def read_amendment_document(
    request: Request, services: Serving, collaboration_id: CollaborationId, number: Number
) -> Response:
    """The PDF that both sides sign, with the old and the new text of each term; sealed once they have."""
    return await amendment_document(request, services, collaboration_id, number)


@router.post("/{number}/sign", summary="Sign an amendment")
async def sign_amendment(decide: Decide, collaboration_id: CollaborationId, number: Number, body: Consent) -> Decision:
    """By typing one's name; the second signature puts it into force, and with it everything that derives from it."""
    return await decide.on_collaboration(collaboration_id, SignAmendment(number=number, **body.model_dump()))


@router.post("/{number}/decline", summary="Decline an amendment")
async def decline_amendment(decide: Decide, collaboration_id: CollaborationId, number: Number, body: Why) -> Decision:
    """By the side that was asked: the contract stays as it is."""
    return await decide.on_collaboration(collaboration_id, DeclineAmendment(number=number, reason=body.reason))


@router.post("/{number}/withdraw", summary="Withdraw an amendment")
async def withdraw_amendment(decide: Decide, collaboration_id: CollaborationId, number: Number, body: Why) -> Decision:
    """By the side that has asked: the contract stays as it is."""
    return await decide.on_collaboration(collaboration_id, WithdrawAmendment(number=number, reason=body.reason))
