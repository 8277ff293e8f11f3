"""Stage 6, content approval: drafts, their review, and publication, for each deliverable on its own."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from api.dependencies import CollaborationId, Decide, DecideAsBrand, Decision, JsonOnly, Serving
from api.draft_files import Number, must_be_uploaded
from api.errors import problems
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft, Url
from domain.lifecycle import Stage
from domain.media import MediaFile
from domain.values import Sha256, Text, Value

router = APIRouter(
    prefix="/v1/collaborations/{collaboration_id}/deliverables/{number}",
    tags=[Stage.CONTENT_APPROVAL.label],
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)


class DraftBody(Value):
    """What will be posted. The caption must disclose the partnership, or it cannot be approved."""

    caption: Text
    media_url: Url | None = None
    media_sha256: Sha256 | None = None
    file: MediaFile | None = None
    """One that was uploaded before, beside the address or instead of it."""


class ApprovalBody(Value):
    """Which version of the draft may be posted."""

    version: int = Field(ge=1)


class ChangesBody(Value):
    """What has to be different in the next version."""

    version: int = Field(ge=1)
    feedback: Annotated[Text, StringConstraints(min_length=1)]


class PublishedBody(Value):
    """Where the post is, and its caption as it was posted."""

    url: Url
    caption: Text


@router.post("/draft", summary="Submit a draft")
async def submit_draft(
    services: Serving, decide: Decide, collaboration_id: CollaborationId, number: Number, body: DraftBody
) -> Decision:
    """The next version of this deliverable. What the disclosure check says of it is shown at once. `file` is what its
    upload was answered with."""
    if body.file is not None:
        await must_be_uploaded(services, collaboration_id, body.file)
    return await decide.on_collaboration(collaboration_id, SubmitDraft(deliverable=number, **dict(body)))


@router.post("/approve", summary="Approve a draft")
async def approve_draft(
    decide: DecideAsBrand, collaboration_id: CollaborationId, number: Number, body: ApprovalBody
) -> Decision:
    """The creator may post this version. Without a disclosure it is refused."""
    return await decide.on_collaboration(collaboration_id, ApproveDraft(deliverable=number, **dict(body)))


@router.post("/request-changes", summary="Ask for changes")
async def request_changes(
    decide: DecideAsBrand, collaboration_id: CollaborationId, number: Number, body: ChangesBody
) -> Decision:
    """The creator is asked for another version; the contract says how often."""
    return await decide.on_collaboration(collaboration_id, RequestChanges(deliverable=number, **dict(body)))


@router.post("/published", summary="Report the post as published")
async def mark_published(
    decide: Decide, collaboration_id: CollaborationId, number: Number, body: PublishedBody
) -> Decision:
    """The last one makes the rest of the fee due. A caption without a disclosure is refused."""
    return await decide.on_collaboration(collaboration_id, MarkPublished(deliverable=number, **dict(body)))
