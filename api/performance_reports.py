"""Stage 3, verification: the creator's report of their own figures, by the API and by the form on their page."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from activities.records import collaboration_after
from activities.store.files import StorageFull
from api.access.decisions import must_be_let
from api.access.principal import Principal
from api.auth import NotPermitted
from api.creator_offer import Fields, FormMistake
from api.creator_page import Token, entered, stepped
from api.dependencies import AsAnyone, CollaborationId, Decide, Decision, JsonOnly, Services, Serving
from api.errors import FileTooLarge, UnsupportedMediaType, problems
from api.file_serving import FILE, answers_with, served
from api.idempotency import Once
from api.uploads import Accepts, Arrived, arrived, measured
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
PROOFS = Accepts(
    lambda beginning: next((kind for start, kind in KINDS.items() if beginning.startswith(start)), None),
    lambda _: PROOF_BYTES,
    "a picture (PNG or JPEG) or a PDF",
)
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
        state = collaboration_after(await collaboration_events(services.log, collaboration_id))
        await services.files.get(state.creator_id, body.proof)
    return await decide.on_collaboration(collaboration_id, ReportPerformance(report=body))


@router.post(
    "/v1/collaborations/{collaboration_id}/performance-report/proof",
    summary="Upload a proof for a report",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": dict.fromkeys(KINDS.values(), FILE),
        }
    },
    responses=problems(401, 404, 409, 413, 415, 422),
)
async def upload_proof(
    request: Request, services: Serving, caller: AsAnyone, once: Once, collaboration_id: CollaborationId
) -> Proof:
    """A picture (PNG, JPEG) or PDF of the platform's own statistics, up to 5 MiB, as the body. It is kept sealed with
    the creator's key; its SHA-256 is `proof` of the report. The same file again changes nothing."""
    must_be_let(caller, ReportPerformance)
    async with arrived(request, PROOFS) as file:

        async def kept() -> Proof:
            state = collaboration_after(await collaboration_events(services.log, collaboration_id))
            if REPORT_PERFORMANCE not in state.tasks:
                raise NothingToDecide(command="The proof", subject="the collaboration", open=state.open_tasks)
            return await _kept(services, state.creator_id, file)

        return await once.carry_out(Proof, kept, of=bytes.fromhex(file.sha256))


@router.get(
    "/v1/collaborations/{collaboration_id}/performance-report/proof",
    summary="The proof that came with a report",
    response_class=Response,
    responses={**answers_with(KINDS.values()), **problems(401, 404, 416, 422)},
)
async def read_proof(request: Request, services: Serving, collaboration_id: CollaborationId) -> Response:
    """As it was uploaded, to be saved and not shown: it comes from outside."""
    state = collaboration_after(await collaboration_events(services.log, collaboration_id))
    if state.report is None or state.report.proof is None:
        raise NotFound(kind="proof of collaboration", id=collaboration_id)
    file = await services.files.get(state.creator_id, state.report.proof)
    return served(request, services.files, file, "proof", shown=False)


async def _kept(services: Services, creator_id: str, file: Arrived) -> Proof:
    await services.files.put(file.of(creator_id), file.spool.read, most=services.uploads.creator)
    return Proof(sha256=file.sha256, media_type=file.media_type)


# The form on the creator's page


@router.post(f"/c/{{token}}/{VERB}", include_in_schema=False)
async def take_report(request: Request, token: Token, services: Serving) -> Response:
    """The form with its file: the file is kept first, and stays for another attempt if a figure cannot be read."""
    return await stepped(services, token, VERB, as_command, partial(_read, request, services))


async def _read(request: Request, services: Services, creator: Principal) -> Fields:
    async with request.form(max_files=1, max_fields=50) as form:
        fields, file = dict(entered(form)), form.get("file")
        if not isinstance(file, UploadFile) or not file.size:
            return fields
        try:
            must_be_let(creator, ReportPerformance)
            state = collaboration_after(await collaboration_events(services.log, str(creator.collaboration_id)))
            if REPORT_PERFORMANCE not in state.tasks:
                return fields
            proof = await _kept(services, creator.id, await measured(file, PROOFS))
        except NotPermitted:
            return fields  # the refusal comes with the decision; nothing is kept before it
        except UnsupportedMediaType:
            return {**fields, "wrong_file": f"it must be {PROOFS.words}."}
        except (FileTooLarge, StorageFull) as wrong:
            return {**fields, "wrong_file": str(wrong)}
    return {**fields, "proof": proof.sha256}


def as_command(fields: Fields, _: str) -> Command:
    """The report that a form says.

    Raises:
        FormMistake: a share is no number, or the file is none of the kinds that are taken.
        ValidationError: what it says is no report.
    """
    if "wrong_file" in fields:
        raise FormMistake(f"The file: {fields['wrong_file']}")
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
