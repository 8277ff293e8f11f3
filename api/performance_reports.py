"""Stage 3, verification: the creator's report of their own figures, by the API and by the form on their page."""

from contextlib import suppress
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import UploadFile
from starlette.responses import Response

from activities.records import collaboration_after
from api.access.decisions import must_be_let
from api.access.principal import Principal
from api.auth import NotPermitted
from api.creator_offer import Fields, FormMistake
from api.creator_page import Token, entered, stepped
from api.dependencies import AsAnyone, CollaborationId, Decide, Decision, IdempotencyKey, JsonOnly, Services, Serving
from api.errors import problems
from api.views import collaboration_events
from domain.decider import Command
from domain.errors import NotFound, NothingToDecide
from domain.lifecycle import Stage
from domain.performance_report import AgeBand, Gender, PerformanceReport
from domain.values import Sha256, Value
from domain.verification import REPORT_PERFORMANCE, ReportPerformance

router = APIRouter(tags=[Stage.VERIFICATION.label])

PROOF_BYTES = 5 * 1024 * 1024
"""The most that a proof may have."""
KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}
"""What a proof may be, by how its bytes begin: what its sender says of it is not asked."""
COUNTS = ("followers", "followers_before", "posts", "reach", "impressions", "engagements")
COUNTRIES = 3
"""Rows for countries in the form."""

VERB = "performance-report"


class Proof(Value):
    """A file that was kept. `sha256` goes into the report."""

    sha256: Sha256
    media_type: str


@router.post(
    "/v1/collaborations/{collaboration_id}/performance-report",
    summary="Report your own figures, as the creator",
    dependencies=[JsonOnly],
    responses=problems(401, 404, 409, 415, 422, 429, 503),
)
async def report_performance(
    services: Serving, decide: Decide, collaboration_id: CollaborationId, body: PerformanceReport
) -> Decision:
    """Of the last 30 days, while it is asked for. The evidence is weighed anew with it. What is left out is unknown."""
    if body.proof is not None:
        await services.documents.get(body.proof)
    return await decide.on_collaboration(collaboration_id, ReportPerformance(report=body))


@router.post(
    "/v1/collaborations/{collaboration_id}/performance-report/proof",
    summary="Upload a proof for a report",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS.values()},
        }
    },
    responses=problems(401, 404, 409, 413, 422),
)
async def upload_proof(
    request: Request, services: Serving, caller: AsAnyone, _key: IdempotencyKey, collaboration_id: CollaborationId
) -> Proof:
    """A picture (PNG, JPEG) or PDF of the platform's own statistics, up to 5 MiB, as the body. It is kept sealed with
    the creator's key; its SHA-256 is `proof` of the report. The same file again changes nothing."""
    must_be_let(caller, ReportPerformance)
    state = collaboration_after(await collaboration_events(services.log, collaboration_id))
    if REPORT_PERFORMANCE not in state.tasks:
        raise NothingToDecide(command="The proof", subject="the collaboration", open=state.open_tasks)
    content = await request.body()
    if (wrong := _wrong_with(content)) is not None:
        location = {"type": "proof", "loc": ("body",), "msg": wrong, "input": f"{len(content)} bytes"}
        raise RequestValidationError([location])
    return await _kept(services, state.creator_id, content)


@router.get(
    "/v1/collaborations/{collaboration_id}/performance-report/proof",
    summary="The proof that came with a report",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in KINDS.values()}}, **problems(401, 404, 422)},
)
async def read_proof(services: Serving, collaboration_id: CollaborationId) -> Response:
    """As it was uploaded, to be saved and not shown: it comes from outside."""
    state = collaboration_after(await collaboration_events(services.log, collaboration_id))
    if state.report is None or state.report.proof is None:
        raise NotFound(kind="proof of collaboration", id=collaboration_id)
    document = await services.documents.get(state.report.proof)
    headers = {
        "Content-Disposition": f'attachment; filename="proof.{document.media_type.partition("/")[2]}"',
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, no-store",
    }
    return Response(document.content, media_type=document.media_type, headers=headers)


def _wrong_with(content: bytes) -> str | None:
    """Why these bytes are no proof."""
    if len(content) > PROOF_BYTES:
        return f"a proof has at most {PROOF_BYTES // 1024**2} MiB: take a smaller picture"
    if _kind(content) is None:
        return "a proof is a picture (PNG or JPEG) or a PDF"
    return None


def _kind(content: bytes) -> str | None:
    return next((kind for beginning, kind in KINDS.items() if content.startswith(beginning)), None)


async def _kept(services: Services, creator_id: str, content: bytes) -> Proof:
    kind = _kind(content)
    assert kind is not None, "only what is a proof is kept"
    return Proof(sha256=await services.documents.put(content, kind, creator_id=creator_id), media_type=kind)


# The form on the creator's page


@router.post(f"/c/{{token}}/{VERB}", include_in_schema=False)
async def take_report(request: Request, token: Token, services: Serving) -> Response:
    """The form with its file: the file is kept first, and stays for another attempt if a figure cannot be read."""
    return await stepped(services, token, VERB, as_command, partial(_read, request, services))


async def _read(request: Request, services: Services, creator: Principal) -> Fields:
    async with request.form(max_files=1, max_fields=50) as form:
        fields, file = dict(entered(form)), form.get("file")
        content = await file.read() if isinstance(file, UploadFile) else b""
    if not content:
        return fields
    wrong = _wrong_with(content)
    if wrong is not None:
        return {**fields, "wrong_file": wrong}
    with suppress(NotPermitted):  # the refusal comes with the decision; nothing is kept before it
        must_be_let(creator, ReportPerformance)
        fields["proof"] = (await _kept(services, creator.id, content)).sha256
    return fields


def as_command(fields: Fields, _: str) -> Command:
    """The report that a form says.

    Raises:
        FormMistake: a share is no number, or the file is none of the kinds that are taken.
        ValidationError: what it says is no report.
    """
    if "wrong_file" in fields:
        raise FormMistake(f"The file: {fields['wrong_file']}.")
    report: dict[str, Any] = {name: fields[name] for name in (*COUNTS, "note", "proof") if name in fields}
    places = [(fields.get(f"country_{n}", "").upper(), fields.get(f"country_share_{n}")) for n in range(COUNTRIES)]
    report["countries"] = {place: _share(share) for place, share in places if place and share}
    report["ages"] = {band: _share(fields[band]) for band in AgeBand if band in fields}
    report["genders"] = {gender: _share(fields[gender]) for gender in Gender if gender in fields}
    return ReportPerformance(report=PerformanceReport.model_validate(report))


def _share(text: str) -> float:
    """`62`, `62 %` or `62,5`: per cent, as platforms show them."""
    try:
        return float(text.replace("%", "").replace(",", ".").strip()) / 100
    except ValueError:
        raise FormMistake(f"{text[:20]} is not a share: write per cent as a plain number, such as 62") from None
