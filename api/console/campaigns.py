"""Campaigns: the list, and one of them as it is or as it was."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from activities.starting import campaign_stream
from api.campaigns import list_all_campaigns, view_of_campaign, view_of_past_campaign
from api.console.rendering import console_router, page, wants_part
from api.console.visitor import Visitor
from api.console.wording import workflow_address
from api.dependencies import CampaignId, Services, Serving
from api.history.as_of import AsOf, refusal
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
    request: Request,
    services: Serving,
    visitor: Visitor,
    campaign_id: CampaignId,
    as_of: AsOf,
    day: str = "",
    clock: str = "",
) -> Response:
    """Brief, money and counts; with `as_of` as they were. A day and a time of the campaign's own lead there."""
    if as_of is None:
        view = await view_of_campaign(services, campaign_id)
        if day:
            at = _instant(day, clock, view.brief.zone)
            where = quote(at.isoformat().replace("+00:00", "Z"))
            return RedirectResponse(f"/console/campaigns/{campaign_id}/overview?as_of={where}", status_code=303)
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
        then=(view.as_of.at if view.as_of and view.as_of.at else view.updated_at).astimezone(view.brief.zone),
        last=await services.log.head(campaign_stream(campaign_id)),
        **frame_of(services, campaign_id),
    )


def _instant(day: str, clock: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T{clock or '23:59'}").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as unreadable:
        raise refusal(f"{day} {clock}"[:40], "a day such as 2026-11-02 and a time such as 09:00") from unreadable
