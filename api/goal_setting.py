"""Stage 1, goal setting: a brief becomes a campaign, or is refused with all its reasons at once."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from api.campaigns import view_of_campaign
from api.dependencies import BeginAsBrand, JsonOnly, Serving
from api.errors import problems
from api.examples import BRIEF
from api.views import CampaignView
from domain.brief import Brief
from domain.errors import BriefRefused
from domain.lifecycle import Stage
from domain.signatures import Signing

router = APIRouter(prefix="/v1/campaigns", tags=[Stage.GOAL_SETTING.label], dependencies=[JsonOnly])


@router.post(
    "", status_code=201, summary="Start a campaign", responses=problems(401, 403, 409, 413, 415, 422, 429, 503)
)
async def start_campaign(
    services: Serving,
    decide: BeginAsBrand,
    body: Annotated[Brief, Body(openapi_examples={"skincare": {"summary": "Skincare, 20 creators", "value": BRIEF}})],
    response: Response,
) -> CampaignView:
    """A brief that cannot work is refused with 409 and everything that speaks against it in `reasons`.

    The same Idempotency-Key with the same brief leads to the same campaign, however often it is sent.
    """
    if body.terms.signature is Signing.DOCUSEAL and services.docuseal_webhook_secret is None:
        raise BriefRefused(reasons="terms.signature is docuseal, which is not connected here; use own")
    campaign_id = await decide.start(body)
    response.headers["Location"] = f"/v1/campaigns/{campaign_id}"
    return await view_of_campaign(services, campaign_id)
