"""Stage 6, content approval: the picture or video of a draft, uploaded before the draft and looked at with it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from activities.records import collaboration_after
from api.access.decisions import must_be_let
from api.dependencies import AsAnyone, CollaborationId, Services, Serving
from api.draft_views import drafts_of
from api.errors import problems
from api.file_serving import ENDINGS, FILE, answers_with, served
from api.idempotency import Once
from api.uploads import Arrived, arrived, drafts
from api.views import collaboration_events
from domain.collaboration import Collaboration
from domain.content_approval import SUBMIT_DRAFT, DeliverableNumber, SubmitDraft, content_task
from domain.errors import NotFound, NothingToDecide
from domain.lifecycle import Stage
from domain.media import MediaFile, MediaType

# Not the router of the decisions: theirs reads every body whole, as JSON.
router = APIRouter(
    prefix="/v1/collaborations/{collaboration_id}/deliverables/{number}", tags=[Stage.CONTENT_APPROVAL.label]
)

Number = Annotated[DeliverableNumber, Path(description="The deliverable, counted from 1.")]
Version = Annotated[int, Path(ge=1, le=1_000, description="Which version of the draft, counted from 1.")]

_CONTENT = {kind.value: FILE for kind in MediaType}


@router.post(
    "/draft/file",
    summary="Upload the picture or video of a draft",
    openapi_extra={"requestBody": {"required": True, "content": _CONTENT}},
    responses=problems(404, 409, 413, 415, 422),
)
async def upload_draft_file(
    request: Request,
    services: Serving,
    caller: AsAnyone,
    once: Once,
    collaboration_id: CollaborationId,
    number: Number,
) -> MediaFile:
    """The file is the body: JPEG, PNG, WebP or GIF (20 MiB), MP4, MOV or WebM (200 MiB), by its content. It is kept
    sealed with the creator's key, and the answer is `file` of the draft. The same file again changes nothing. With
    `Content-Digest: sha-256=:...:` what does not arrive as it was sent is refused."""
    must_be_let(caller, SubmitDraft)
    state = collaboration_after(await collaboration_events(services.log, collaboration_id))
    if not awaits_draft(state, number):
        raise NothingToDecide(command="The file", subject="the collaboration", open=state.open_tasks)
    async with arrived(request, drafts(services.uploads)) as file:
        keeping = partial(kept, services, state.creator_id, file)
        return await once.carry_out(MediaFile, keeping, of=bytes.fromhex(file.sha256))


@router.get(
    "/drafts/{version}/file",
    summary="The picture or video of a draft",
    response_class=Response,
    responses={**answers_with(_CONTENT), **problems(404, 416, 422)},
)
async def read_draft_file(
    request: Request, services: Serving, collaboration_id: CollaborationId, number: Number, version: Version
) -> Response:
    """As it was uploaded. `ETag` is its digest, and `Range` asks for a part of it, as players of videos do."""
    return await draft_file(request, services, collaboration_id, number, version)


def awaits_draft(state: Collaboration, number: int) -> bool:
    """Whether a draft of this deliverable is asked for."""
    return content_task(SUBMIT_DRAFT, number) in state.tasks


async def kept(services: Services, creator_id: str, file: Arrived) -> MediaFile:
    """Keeps a file that has arrived.

    Raises:
        StorageFull: the creator has no room for it.
    """
    await services.files.put(file.of(creator_id), file.spool.read, most=services.uploads.creator)
    return MediaFile(sha256=file.sha256, size=file.size, media_type=MediaType(file.media_type))


async def uploaded(services: Services, creator_id: str, sha256: str) -> MediaFile:
    """A file that the creator has uploaded for a draft.

    Raises:
        NotFound: there is none of theirs under this digest, or it is none for a draft.
    """
    file = await services.files.get(creator_id, sha256)
    if file.media_type not in set(MediaType):
        raise NotFound(kind="file for a draft", id=sha256)
    return MediaFile(sha256=sha256, size=file.size, media_type=MediaType(file.media_type))


async def must_be_uploaded(services: Services, collaboration_id: str, file: MediaFile) -> None:
    """Refuses a draft with a file that nobody has uploaded, or that is said to be another than it is.

    Raises:
        NotFound, RequestValidationError
    """
    state = collaboration_after(await collaboration_events(services.log, collaboration_id))
    known = await uploaded(services, state.creator_id, file.sha256)
    if known != file:
        rule = f"must be what the upload was answered with: {known.model_dump_json()}"
        raise RequestValidationError(
            [{"type": "file", "loc": ("body", "file"), "msg": rule, "input": file.model_dump(mode="json")}]
        )


async def draft_file(
    request: Request, services: Services, collaboration_id: str, number: int, version: int
) -> Response:
    """The file of a version of a draft, for whoever may see the collaboration.

    Raises:
        NotFound: there is no such version, or it came without a file.
        Erased: its creator has been erased.
    """
    events = await collaboration_events(services.log, collaboration_id)
    found = next((draft for draft in drafts_of(events).get(number, ()) if draft.version == version), None)
    if found is None or found.file is None:
        raise NotFound(kind="file of draft", id=f"{number}/{version}")
    file = await services.files.get(collaboration_after(events).creator_id, found.file.sha256)
    assert file.media_type in ENDINGS, "only such files are taken"
    return served(request, services.files, file, f"draft-{number}-version-{version}")
