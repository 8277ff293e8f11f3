"""Contracts and amendments at a signature service: sent once, asked after if no word comes, fetched when signed.

What the service says of a side becomes a command of that side; this only carries words and files.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar

from pydantic import Field
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import wording
from activities.failures import OutsideFailure, as_application_error, outside_failure
from activities.paperwork import PDF
from activities.ports import Directory, Documents, EventLog
from activities.records import brief_of, collaboration_after, creator_of
from activities.typesetting import typeset
from domain.creators import Email
from domain.decider import Role
from domain.errors import GroundswellError
from domain.values import Instant, Line, Sha256, Text, Value

T = TypeVar("T")


class SignatureParty(Value):
    """One side of a document that is to be signed."""

    role: Role
    name: Line
    email: Email


class SignatureRequest(Value):
    """A document that both sides are to sign, and the sheet with the places for their signatures; both PDF."""

    collaboration_id: Line
    title: Line
    document: bytes = Field(repr=False)
    document_sha256: Sha256
    sheet: bytes = Field(repr=False)
    parties: tuple[SignatureParty, ...] = Field(min_length=1)


class PartyStanding(Value):
    """How one side stands at a signature service, with its own ids; `signed_at` is None until it has signed."""

    role: Role
    submission: Line
    submitter: Line
    signed_at: Instant | None = None
    declined: bool = False
    reason: Text = ""


class SignedFiles(Value):
    """What a signature service gives when all have signed: the signed document and its own record; both PDF."""

    document: bytes = Field(repr=False)
    audit: bytes = Field(repr=False)


class SignatureService(Protocol):
    """A service at which people sign. What it raises has a type of `failures.OutsideFailure`."""

    async def request(self, wanted: SignatureRequest) -> str:
        """Ask all sides for their signatures and return the service's id of that; the same again is asked once.

        Raises:
            ApplicationError: the service failed.
        """
        ...

    async def standing(self, submission: str) -> Sequence[PartyStanding]:
        """How the sides stand; raises as `request`."""
        ...

    async def files(self, submission: str) -> SignedFiles:
        """What all have signed.

        Raises:
            ApplicationError: the service failed; `service_unavailable` as long as not all have signed.
        """
        ...


class DocumentToSign(Value):
    """A document of a collaboration, by the name of its stream."""

    stream: Line
    document: Sha256


class Submitted(Value):
    """What the service calls its request for signatures."""

    submission: Line


class SubmissionRequest(Value):
    """A request for signatures at the service, of a collaboration by the name of its stream."""

    stream: Line
    submission: Line


class Standings(Value):
    """How both sides stand at the service."""

    parties: tuple[PartyStanding, ...] = Field(max_length=10)


class KeptFiles(Value):
    """The signed document and the service's record of its signatures, by their SHA-256."""

    sealed: Sha256
    audit: Sha256


class SignatureServices:
    """The way to the signature service; None if none is configured. What fails is tried again: the document waits."""

    def __init__(
        self, service: SignatureService | None, log: EventLog, directory: Directory, documents: Documents
    ) -> None:
        self._service = service
        self._log = log
        self._directory = directory
        self._documents = documents

    @activity.defn
    async def request_signatures(self, request: DocumentToSign) -> Submitted:
        """Have the service ask both sides for their signatures; what was sent before is found, and not sent again.

        Domain errors (no such collaboration, creator or document) are not retried.
        """
        try:
            wanted = await self._wanted(request)
        except GroundswellError as error:
            raise as_application_error(error) from error
        return Submitted(submission=await _until_mended(self._reachable.request(wanted)))

    @activity.defn
    async def look_after(self, request: SubmissionRequest) -> Standings:
        """How both sides stand, for when no webhook has come."""
        return Standings(parties=tuple(await _until_mended(self._reachable.standing(request.submission))))

    @activity.defn
    async def keep_files(self, request: SubmissionRequest) -> KeptFiles:
        """Fetch the signed document and the service's audit log, and keep both by their hashes. Kept again, nothing
        changes."""
        files = await _until_mended(self._reachable.files(request.submission))
        try:
            creator_id = collaboration_after(await self._log.read(request.stream)).creator_id
            sealed = await self._documents.put(files.document, PDF, creator_id=creator_id)
            audit = await self._documents.put(files.audit, PDF, creator_id=creator_id)
        except GroundswellError as error:
            raise as_application_error(error) from error
        return KeptFiles(sealed=sealed, audit=audit)

    @property
    def _reachable(self) -> SignatureService:
        if self._service is None:
            why = "is not configured for this worker: see to GROUNDSWELL_DOCUSEAL_API_KEY"
            raise to_be_mended(outside_failure(OutsideFailure.CREDENTIALS, "The signature service", why))
        return self._service

    async def _wanted(self, request: DocumentToSign) -> SignatureRequest:
        events = await self._log.read(request.stream)
        state = collaboration_after(events)
        brief = await brief_of(self._log, state.campaign_id)
        creator = await creator_of(self._directory, state.creator_id)
        document = await self._documents.get(request.document)
        brand, name = wording.one_line(brief.brand), wording.one_line(creator.profile.name)
        amends = next((one.number for one in state.amendments if one.document == request.document), None)
        title = f"{f'Amendment {amends}' if amends else 'Contract'}: {brand} and {name}"
        at = events[0].metadata.decided_at
        facts = {
            "title": f"Amendment {amends}" if amends else "Creator Collaboration Agreement",
            "reference": state.id,
            "document": request.document,
            "brand": brand,
            "creator": name,
            "dated_parts": [at.year, at.month, at.day],
        }
        sheet, _ = await asyncio.to_thread(typeset, "signature_sheet", facts, at)
        return SignatureRequest(
            collaboration_id=state.id,
            title=title[:200],
            document=document.content,
            document_sha256=request.document,
            sheet=sheet,
            parties=(
                SignatureParty(role=Role.BRAND, name=brand, email=brief.contacts.manager),
                SignatureParty(role=Role.CREATOR, name=name, email=creator.profile.email),
            ),
        )


async def _until_mended(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except ApplicationError as error:
        raise to_be_mended(error) if error.non_retryable else error from None


def to_be_mended(error: ApplicationError) -> ApplicationError:
    """A failure that lasts as one that is tried again: a key or an address is mended, and the document still waits."""
    return ApplicationError(error.message, *error.details, type=error.type)
