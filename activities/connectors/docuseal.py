"""DocuSeal: documents go there to be signed, and what it tells of them, by webhook or when asked, is checked here.

Sent is the document as it is, byte for byte, and behind it a sheet with a place for each side's signature. A side is
known by its `external_id`, which names collaboration, role and document; so a request that was made before is found.
"""

import base64
import hmac
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from activities.connectors.http import Answer, HttpService
from activities.failures import OutsideFailure, outside_failure
from activities.signature_service import PartyStanding, SignatureRequest, SignedFiles
from domain.decider import Role
from domain.values import Instant

BASE_URL = "https://api.docuseal.com"
NAME = "DocuSeal"
SIGNATURE_HEADER = "X-Docuseal-Signature"
TOLERANCE = 300
"""Seconds that the time in a webhook's signature may be away from ours; DocuSeal's own."""
LARGEST_FILE = 32 * 1024 * 1024

FORM_COMPLETED, FORM_DECLINED = "form.completed", "form.declined"
SUBMISSION_COMPLETED = "submission.completed"

AREAS = {
    Role.BRAND: {"x": 0.11, "y": 0.47, "w": 0.36, "h": 0.07},
    Role.CREATOR: {"x": 0.53, "y": 0.47, "w": 0.36, "h": 0.07},
}
"""Where each side signs on the sheet, as shares of its page."""


class _Object(BaseModel):
    """DocuSeal adds fields as it likes."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Id = Annotated[int, Field(ge=0)]


class Submitter(_Object):
    """One side of a submission, as DocuSeal tells of it."""

    id: Id
    submission_id: Id
    external_id: str | None = None
    status: Literal["completed", "declined", "opened", "sent", "awaiting"]
    completed_at: Instant | None = None
    decline_reason: str | None = None


class Webhook(_Object):
    """What a webhook brings; `data` is a submitter for `form.*`, a submission for `submission.*`."""

    event_type: str
    timestamp: Instant
    data: dict[str, Any]


class _Submitters(_Object):
    data: tuple[Submitter, ...]


class _File(_Object):
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=4_000)]


class _Made(_Object):
    id: Id


class _Submission(_Object):
    id: Id
    status: str
    submitters: tuple[Submitter, ...]
    audit_log_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=4_000)] | None = None


class _Files(_Object):
    documents: Annotated[tuple[_File, ...], Field(min_length=1)]


Read = TypeVar("Read", bound=BaseModel)


def external_id(collaboration_id: str, role: Role, document: str) -> str:
    """What a side of a document that is to be signed is known by at DocuSeal."""
    return f"{collaboration_id}/{role}/{document}"


def read_external_id(given: str | None) -> tuple[str, Role, str] | None:
    """Collaboration, role and document of a side; None if it is none of ours."""
    found = re.fullmatch(r"([A-Za-z0-9_-]{1,64})/(brand|creator)/([0-9a-f]{64})", given or "")
    return (found[1], Role(found[2]), found[3]) if found else None


class DocuSeal:
    """One account; satisfies `SignatureService`. Keeps connections open: close it."""

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = BASE_URL,
        transport: httpx.AsyncBaseTransport | None = None,
        **limits: Any,
    ) -> None:
        self._transport = transport
        self._limits = limits
        self._service = HttpService(NAME, base_url, headers={"X-Auth-Token": api_key}, transport=transport, **limits)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._service.aclose()

    async def request(self, wanted: SignatureRequest) -> str:
        """See `SignatureService.request`."""
        first = wanted.parties[0]
        known = external_id(wanted.collaboration_id, first.role, wanted.document_sha256)
        found = _read(_Submitters, await self._service.get("/submitters", params={"external_id": known, "limit": 1}))
        ours = [one for one in found.data if one.external_id == known]
        if ours:
            return str(ours[0].submission_id)
        answer = await self._service.post("/submissions/pdf", json=_body(wanted))
        return str(_read(_Made, answer).id)

    async def standing(self, submission: str) -> Sequence[PartyStanding]:
        """See `SignatureService.standing`."""
        told = _read(_Submission, await self._service.get(f"/submissions/{submission}"))
        return [standing for one in told.submitters if (standing := party_standing(one)) is not None]

    async def files(self, submission: str) -> SignedFiles:
        """See `SignatureService.files`."""
        told = _read(_Submission, await self._service.get(f"/submissions/{submission}"))
        if told.status != "completed" or told.audit_log_url is None:
            raise outside_failure(OutsideFailure.UNAVAILABLE, NAME, "has not completed the files yet")
        listed = await self._service.get(f"/submissions/{submission}/documents", params={"merge": "true"})
        merged = _read(_Files, listed).documents[0]
        return SignedFiles(document=await self._file(merged.url), audit=await self._file(told.audit_log_url))

    async def _file(self, url: str) -> bytes:
        """A file by its address, which may lead to another host: our key does not go there."""
        address = httpx.URL(url)
        origin = str(address.copy_with(raw_path=b"/"))
        async with HttpService(
            f"{NAME}'s files", origin, largest=LARGEST_FILE, transport=self._transport, **self._limits
        ) as files:
            answer = await files.get(address.raw_path.decode("ascii"))
        if not answer.content.startswith(b"%PDF-"):
            raise outside_failure(OutsideFailure.UNREADABLE, NAME, "gave a file that is no PDF")
        return answer.content


def _body(wanted: SignatureRequest) -> dict[str, Any]:
    """`POST /submissions/pdf` as DocuSeal documents it: documents in base64, areas as shares of a page."""
    fields = [
        {
            "name": f"Signature of the {party.role}",
            "type": "signature",
            "role": party.role.value,
            "required": True,
            "areas": [{**AREAS[party.role], "page": 1}],
        }
        for party in wanted.parties
    ]
    return {
        "name": wanted.title,
        "send_email": True,
        "order": "random",
        "documents": [
            {"name": "document.pdf", "file": base64.b64encode(wanted.document).decode()},
            {"name": "signatures.pdf", "file": base64.b64encode(wanted.sheet).decode(), "fields": fields},
        ],
        "submitters": [
            {
                "role": party.role.value,
                "name": party.name,
                "email": party.email,
                "external_id": external_id(wanted.collaboration_id, party.role, wanted.document_sha256),
            }
            for party in wanted.parties
        ],
    }


def party_standing(told: Submitter) -> PartyStanding | None:
    """How a side stands; None if it is none of ours."""
    known = read_external_id(told.external_id)
    if known is None:
        return None
    return PartyStanding(
        role=known[1],
        submission=str(told.submission_id),
        submitter=str(told.id),
        signed_at=told.completed_at if told.status == "completed" else None,
        declined=told.status == "declined",
        reason=" ".join((told.decline_reason or "").split())[:1_000],
    )


def signature(secret: str, body: bytes, at: int) -> str:
    """What DocuSeal sends in `X-Docuseal-Signature`: seconds, a point, and the HMAC-SHA256 of both with the body."""
    return f"{at}.{hmac.digest(secret.encode(), f'{at}.'.encode() + body, 'sha256').hex()}"


def is_signed(secret: str, body: bytes, given: str, now: float) -> bool:
    """Whether somebody who knows the secret sent this body within five minutes of `now` (seconds since 1970)."""
    found = re.fullmatch(r"(\d{1,12})\.([0-9a-f]{64})", given, re.ASCII)
    if found is None:
        return False
    genuine = hmac.compare_digest(signature(secret, body, int(found[1])).encode(), given.encode())
    return genuine and abs(now - int(found[1])) <= TOLERANCE


def _read(shape: type[Read], answer: Answer) -> Read:
    content = answer.json()
    try:
        return shape.model_validate(content)
    except ValidationError:
        why = f"answered {answer.status} with something else than it documents"
        raise outside_failure(OutsideFailure.UNREADABLE, NAME, why) from None
