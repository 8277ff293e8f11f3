"""After a collaboration: until when its posts may be used, for whom the creator may not work, and an early end."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from activities.records import rights_after
from activities.starting import rights_stream
from activities.store.projections.rights_clocks import ClockKind, RightsClock, list_rights_clocks
from api.dependencies import AsAnyone, AsBrand, CampaignFilter, CollaborationId, DecideAsBrand, Decision, Serving
from api.errors import problems
from api.history.timeline import Narrator
from api.pagination import SOONEST_FIRST, Cursor, Limit, Moment, Page
from api.preconditions import READ, with_etag
from domain.clauses import UsageRights
from domain.errors import NotFound
from domain.events import Envelope
from domain.rights import KeptFrom, ReleaseExclusivity
from domain.values import Instant, Value

router = APIRouter(prefix="/v1", tags=["After the campaign"])


class UsageView(Value):
    """The right to use one post."""

    deliverable: int
    published_at: Instant
    expires_at: Instant
    expired: bool
    announced: bool = Field(description="Whether the brand has been told that it ends soon.")


class ExclusivityView(Value):
    """What the creator stays away from."""

    kept_from: tuple[KeptFrom, ...]
    until: Instant
    in_force: bool = Field(description="False when the day has passed, or the brand has let the creator go.")


class RightsStep(Value):
    """What has happened to the rights, in a sentence."""

    version: int
    at: Instant
    type: str
    what: str


class RightsView(Value):
    """What outlives a collaboration, the same for both sides. `version` is that of the stream of rights."""

    collaboration_id: str
    campaign_id: str
    granted: UsageRights
    usages: tuple[UsageView, ...]
    exclusivity: ExclusivityView | None = Field(description="Null if the creator never was bound after the work.")
    ended: bool = Field(description="Whether every clock has run out.")
    history: tuple[RightsStep, ...]
    version: int


@router.get(
    "/rights",
    summary="List what ends after collaborations, what ends first first",
    responses=problems(401, 403, 422),
)
async def list_rights(
    services: Serving,
    _: AsBrand,
    expires_before: Annotated[
        Moment | None, Query(description="Only what ends before this instant (ISO 8601 with a zone).")
    ] = None,
    kind: Annotated[ClockKind | None, Query(description="Only the use of posts, or only exclusivity.")] = None,
    campaign_id: CampaignFilter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[RightsClock]:
    """Rights to use posts, and exclusivity, that are in force. What has run out is in each collaboration's rights."""
    clocks = partial(
        list_rights_clocks,
        services.pool,
        services.workspace,
        expires_before=expires_before,
        campaign_id=campaign_id,
        kind=kind,
    )
    return await SOONEST_FIRST.fill(cursor, limit, clocks, lambda clock: (clock.ends_at, clock.stream, clock.name))


@router.get(
    "/collaborations/{collaboration_id}/rights",
    summary="What outlives a collaboration",
    response_model=RightsView,
    responses={**READ, **problems(401, 404, 422)},
)
async def read_rights(request: Request, services: Serving, _: AsAnyone, collaboration_id: CollaborationId) -> Response:
    """404 before the collaboration has ended, and of one that nothing outlives: a creator without a live post."""
    events = await services.log.read(rights_stream(collaboration_id))
    if not events:
        raise NotFound(kind="rights of collaboration", id=collaboration_id)
    view = rights_view(events)
    return with_etag(request, view, view.version)


@router.post(
    "/collaborations/{collaboration_id}/rights/release-exclusivity",
    summary="Let the creator work for others before the agreed day",
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)
async def release_exclusivity(decide: DecideAsBrand, collaboration_id: CollaborationId) -> Decision:
    """From the same moment other campaigns may invite them. The creator is told by mail. It cannot be taken back."""
    return await decide.on_rights(collaboration_id, ReleaseExclusivity())


def rights_view(events: list[Envelope]) -> RightsView:
    """The rights after their events, of which there is at least one."""
    rights = rights_after(events)
    assert rights.granted is not None, "the first event opens them"
    narrator = Narrator()
    told = [narrator.tell(envelope) for envelope in events]
    exclusive = rights.exclusive
    return RightsView(
        collaboration_id=rights.id,
        campaign_id=rights.campaign_id,
        granted=rights.granted,
        usages=tuple(
            UsageView(
                **dict(usage),
                expired=usage.deliverable in rights.expired,
                announced=usage.deliverable in rights.announced,
            )
            for usage in rights.usages
        ),
        exclusivity=None
        if exclusive is None
        else ExclusivityView(kept_from=exclusive.kept_from, until=exclusive.until, in_force=not rights.free),
        ended=rights.ended,
        history=tuple(RightsStep(version=e.version, at=e.at, type=e.type, what=e.what) for e in told),
        version=events[-1].version,
    )
