"""The shortlist: who was ranked where and why, to be approved without those whom somebody would rather not ask."""

from fastapi import Request
from starlette.responses import Response

from api.campaigns import view_of_campaign
from api.console.campaigns import frame_of
from api.console.rendering import console_router, page, wants_part
from api.console.visitor import Visitor
from api.dependencies import CampaignId, Serving
from api.discovery import read_shortlist
from api.pagination import Cursor, Page
from domain.discovery import APPROVE_SHORTLIST

router = console_router()

SHOWN = 40


@router.get("/campaigns/{campaign_id}/shortlist")
async def show_shortlist(
    request: Request, services: Serving, visitor: Visitor, campaign_id: CampaignId, cursor: Cursor = None
) -> Response:
    """The candidates, best first, with the reasons of each score; a form as long as the brand is asked."""
    view = await view_of_campaign(services, campaign_id)
    ranked = view.shortlist is not None and view.shortlist.size > 0
    found = await read_shortlist(services, visitor, campaign_id, cursor, SHOWN) if ranked else Page(items=(), next=None)
    return await page(
        request,
        services,
        "shortlist_rows.html" if wants_part(request) else "shortlist.html",
        visitor=visitor,
        section="campaigns",
        tab="shortlist",
        view=view,
        task=next((task for task in view.tasks if task.name == APPROVE_SHORTLIST), None),
        candidates=found.items,
        next=found.next,
        **frame_of(services, campaign_id),
    )
