"""Stage 4, negotiation: either side answers the current version of the offer when it is its turn."""

from fastapi import APIRouter

from api.dependencies import CollaborationId, Decide, Decision, JsonOnly
from api.errors import problems
from domain.lifecycle import Stage
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer

router = APIRouter(
    prefix="/v1/collaborations/{collaboration_id}/offer",
    tags=[Stage.NEGOTIATION.label],
    dependencies=[JsonOnly],
    responses=problems(401, 404, 409, 422, 429, 503),
)


@router.post("/accept", summary="Agree to a version of the offer")
async def accept_offer(decide: Decide, collaboration_id: CollaborationId, body: AcceptOffer) -> Decision:
    """As it stands; the contract follows. A version that has been replaced is refused as stale."""
    return await decide.on_collaboration(collaboration_id, body)


@router.post("/counter", summary="Answer with another fee")
async def counter_offer(decide: Decide, collaboration_id: CollaborationId, body: CounterOffer) -> Decision:
    """A new version, to which the other side must agree. A creator has a limited number of rounds."""
    return await decide.on_collaboration(collaboration_id, body)


@router.post("/decline", summary="Refuse the offer")
async def decline_offer(decide: Decide, collaboration_id: CollaborationId, body: DeclineOffer) -> Decision:
    """The collaboration ends."""
    return await decide.on_collaboration(collaboration_id, body)
