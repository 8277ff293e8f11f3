"""What ends after collaborations: the use of posts and exclusivity, what ends first first."""

from fastapi import Request
from starlette.responses import Response

from activities.store.projections.campaign_board import list_campaigns
from activities.store.projections.rights_clocks import ClockKind
from api.console.forms import ChosenCampaign
from api.console.rendering import console_router, page, wants_part
from api.console.visitor import Visitor
from api.dependencies import Serving
from api.pagination import Cursor
from api.rights import list_rights

router = console_router()

SHOWN = 50


@router.get("/rights")
async def show_rights(
    request: Request,
    services: Serving,
    visitor: Visitor,
    campaign_id: ChosenCampaign,
    kind: str = "",
    cursor: Cursor = None,
) -> Response:
    """All clocks that run, of one campaign or of all."""
    wanted = ClockKind(kind) if kind in set(ClockKind) else None
    found = await list_rights(services, visitor, None, wanted, campaign_id, cursor, SHOWN)
    people = await services.creators.get(list({each.creator_id for each in found.items}))
    campaigns = await list_campaigns(services.pool, services.workspace)
    return await page(
        request,
        services,
        "rights_rows.html" if wants_part(request) else "rights.html",
        visitor=visitor,
        section="rights",
        clocks=found.items,
        next=found.next,
        people=people,
        campaigns={each.id: each for each in campaigns},
        campaign_id=campaign_id,
        kind=wanted,
        kinds=list(ClockKind),
    )
