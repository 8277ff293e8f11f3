"""Campaigns: the list, one of them, its events over all its streams, and stopping it."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from activities.store.projections.campaign_board import CampaignSummary, get_campaign, list_campaigns
from api.dependencies import AsBrand, CampaignId, DecideAsBrand, Decision, JsonOnly, Services, Serving
from api.errors import problems
from api.pagination import Cursor, Key, Limit, Moment, Page, Place, Position
from api.views import CampaignView, EventView, campaign_events, campaign_view, event_view, with_etag
from domain.campaign import CancelCampaign
from domain.errors import NotFound

router = APIRouter(prefix="/v1/campaigns", tags=["Campaigns"], dependencies=[JsonOnly])

_NEWEST_FIRST: Place[tuple[datetime, str]] = Place(tuple[Moment, Key])
_IN_ORDER: Place[tuple[int]] = Place(tuple[Position])


async def view_of_campaign(services: Services, campaign_id: str) -> CampaignView:
    """The campaign as it is now.

    Raises:
        NotFound: this workspace has no such campaign.
    """
    board = await get_campaign(services.pool, services.workspace, campaign_id)
    if board is None:
        raise NotFound(kind="campaign", id=campaign_id)
    return campaign_view(await campaign_events(services.log, campaign_id), board)


@router.get("", summary="List campaigns, newest first", responses=problems(401, 403, 422))
async def list_all_campaigns(
    services: Serving, _: AsBrand, cursor: Cursor = None, limit: Limit = 50
) -> Page[CampaignSummary]:
    """Each with its money and the number of its collaborations by stage and outcome."""
    after = _NEWEST_FIRST.read(cursor)
    found = await list_campaigns(services.pool, services.workspace, after, limit + 1)
    return _NEWEST_FIRST.page(found, limit, lambda campaign: (campaign.started_at, campaign.id))


@router.get(
    "/{campaign_id}",
    summary="A campaign",
    response_model=CampaignView,
    responses={304: {"description": "Unchanged"}, **problems(401, 403, 404, 422)},
)
async def read_campaign(request: Request, services: Serving, _: AsBrand, campaign_id: CampaignId) -> Response:
    """Its brief, state, open tasks, money and collaborations by stage. Send the ETag in If-None-Match to poll."""
    view = await view_of_campaign(services, campaign_id)
    return with_etag(request, view, view.version)


@router.get("/{campaign_id}/events", summary="Everything that happened", responses=problems(401, 403, 404, 422))
async def read_campaign_events(
    services: Serving, _: AsBrand, campaign_id: CampaignId, cursor: Cursor = None, limit: Limit = 100
) -> Page[EventView]:
    """The events of the campaign and of all its collaborations, in order."""
    (after,) = _IN_ORDER.read(cursor) or (0,)
    if await get_campaign(services.pool, services.workspace, campaign_id) is None:
        raise NotFound(kind="campaign", id=campaign_id)
    found = await services.log.read_campaign(campaign_id, after, limit + 1)
    return _IN_ORDER.page([event_view(envelope) for envelope in found], limit, lambda event: (event.position,))


@router.post("/{campaign_id}/cancel", summary="Stop the campaign", responses=problems(401, 403, 404, 409, 422, 503))
async def cancel_campaign(decide: DecideAsBrand, campaign_id: CampaignId, body: CancelCampaign) -> Decision:
    """Its collaborations are cancelled; what the contracts promise for this case is paid."""
    return await decide.on_campaign(campaign_id, body)
