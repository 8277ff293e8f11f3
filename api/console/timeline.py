"""A campaign's timeline: what happened, on whose word and for which reasons, with a way to how things stood then."""

from fastapi import Request
from starlette.responses import Response

from api.campaigns import read_campaign_timeline, view_of_campaign
from api.console.campaigns import frame_of
from api.console.rendering import console_router, page, wants_part
from api.console.visitor import Visitor
from api.dependencies import CampaignId, Serving
from api.pagination import Cursor

router = console_router()

SHOWN = 60


@router.get("/campaigns/{campaign_id}/timeline")
async def show_timeline(
    request: Request, services: Serving, visitor: Visitor, campaign_id: CampaignId, cursor: Cursor = None
) -> Response:
    """The entries in the order in which they happened, from the cursor on."""
    view = await view_of_campaign(services, campaign_id)
    found = await read_campaign_timeline(services, visitor, campaign_id, cursor, SHOWN)
    return await page(
        request,
        services,
        "timeline_entries.html" if wants_part(request) else "timeline.html",
        visitor=visitor,
        section="campaigns",
        tab="timeline",
        view=view,
        entries=found.items,
        next=found.next,
        **frame_of(services, campaign_id),
    )
