"""Campaigns: the list, and one of them as it is or as it was."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from starlette.responses import Response

from activities.starting import campaign_stream
from api.campaigns import list_all_campaigns, view_of_campaign, view_of_past_campaign
from api.console.rendering import console_router, page, wants_part
from api.console.visitor import Visitor
from api.console.wording import workflow_address
from api.dependencies import CampaignId, Services, Serving
from api.history.as_of import AsOf
from api.pagination import Cursor

router = console_router()

SHOWN = 30


def frame_of(services: Services, campaign_id: str) -> Mapping[str, Any]:
    """What every page about a campaign has around it."""
    operators = services.operators
    return {
        "campaign": campaign_id,
        "workflow": workflow_address(operators.ui_url, operators.namespace, campaign_stream(campaign_id)),
    }


@router.get("/campaigns")
async def show_campaigns(request: Request, services: Serving, visitor: Visitor, cursor: Cursor = None) -> Response:
    """The list, newest first."""
    found = await list_all_campaigns(services, visitor, cursor, SHOWN)
    return await page(
        request,
        services,
        "campaign_rows.html" if wants_part(request) else "campaigns.html",
        visitor=visitor,
        section="campaigns",
        campaigns=found.items,
        next=found.next,
    )


@router.get("/campaigns/{campaign_id}/overview")
async def show_overview(
    request: Request, services: Serving, visitor: Visitor, campaign_id: CampaignId, as_of: AsOf
) -> Response:
    """Brief, money and counts; with `as_of` as they were."""
    if as_of is None:
        view = await view_of_campaign(services, campaign_id)
    else:
        view, _ = await view_of_past_campaign(services, campaign_id, as_of)
    return await page(
        request,
        services,
        "overview.html",
        visitor=visitor,
        section="campaigns",
        tab="overview",
        view=view,
        now=datetime.now(UTC),
        **frame_of(services, campaign_id),
    )
