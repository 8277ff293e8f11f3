"""The next campaign: the guided brief, begun with one that is over and with what was learnt in it."""

from fastapi import Request
from starlette.responses import Response

from api.console.brief_fields import fields_of
from api.console.brief_form import Checked
from api.console.rendering import console_router
from api.console.start import show_form
from api.console.visitor import Visitor, decisions_of
from api.dependencies import CampaignId, Serving
from api.renewal import RenewalRequest, propose
from domain.renewal import Targets

router = console_router()


@router.get("/campaigns/{campaign_id}/renew")
async def show_renewal(
    request: Request, services: Serving, visitor: Visitor, campaign_id: CampaignId, targets: str = ""
) -> Response:
    """The proposal as a form to edit, with each change and its reason; nothing starts before it is sent."""
    aims = Targets(targets) if targets in set(Targets) else Targets.AS_BEFORE
    decisions = decisions_of(visitor, services, "")
    proposed = await propose(services, decisions, campaign_id, RenewalRequest(targets=aims))
    return await show_form(request, services, visitor, fields_of(proposed.brief), Checked(), renewal=proposed)
