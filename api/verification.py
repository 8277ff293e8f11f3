"""Stage 3, verification: a person's answer about a creator whose evidence is doubtful."""

from fastapi import APIRouter

from api.dependencies import CollaborationId, DecideAsBrand, Decision, JsonOnly
from api.errors import problems
from domain.lifecycle import Stage
from domain.verification import ApproveCreator, RejectCreator

router = APIRouter(
    prefix="/v1/collaborations/{collaboration_id}/verification",
    tags=[Stage.VERIFICATION.label],
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)


@router.post("/approve", summary="Go on with a creator whose evidence was doubtful")
async def approve_creator(
    decide: DecideAsBrand, collaboration_id: CollaborationId, body: ApproveCreator | None = None
) -> Decision:
    """An offer follows."""
    return await decide.on_collaboration(collaboration_id, body or ApproveCreator())


@router.post("/reject", summary="Do not work with this creator")
async def reject_creator(decide: DecideAsBrand, collaboration_id: CollaborationId, body: RejectCreator) -> Decision:
    """The collaboration ends."""
    return await decide.on_collaboration(collaboration_id, body)
