"""The next campaign: a brief made from one that is over, to be edited, or started as it is."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Field, StrictBool

from activities.store.projections.campaign_board import get_campaign
from api.dependencies import BeginAsBrand, CampaignId, Decisions, JsonOnly, Services, Serving
from api.errors import problems
from api.idempotency import Once
from api.report.build import read_history
from api.report.figures import Report, reckon
from api.report.history import CampaignHistory
from api.report.tracked import Tracked
from domain.errors import NotFound, WrongStage
from domain.renewal import Learnt, Reached, Renewal, Targets, Worked, renew
from domain.values import Value

router = APIRouter(prefix="/v1/campaigns", tags=["After the campaign"], dependencies=[JsonOnly])


class RenewalRequest(Value):
    """How to go on."""

    targets: Targets = Field(
        default=Targets.AS_BEFORE, description="`as_reached`: aim at what was really reached, where that is known."
    )
    start: StrictBool = Field(default=False, description="Start the proposed brief as it is.")


class RenewalProposed(Renewal):
    """The proposal. `campaign_id` is the campaign that was started with it; null if none was."""

    campaign_id: str | None = None


@router.post(
    "/{campaign_id}/renew",
    summary="Propose the next campaign, from what was learnt in this one",
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)
async def renew_campaign(
    services: Serving,
    decide: BeginAsBrand,
    once: Once,
    campaign_id: CampaignId,
    body: Annotated[RenewalRequest | None, Body()] = None,
) -> RenewalProposed:
    """Of a campaign that is over. Edit `brief` and send it to `POST /v1/campaigns`, or have it started with `start`.

    Dates move on by whole weeks, creators whom the report recommends to work with again rank higher, those it advises
    against are left out, and the first offer follows what agreements came to; `changes` says each with its reason.
    """
    wish = body or RenewalRequest()

    async def proposed() -> RenewalProposed:
        return await propose(services, decide, campaign_id, wish)

    # Kept whole: tomorrow's proposal has other dates.
    return await once.carry_out(RenewalProposed, proposed, of=wish)


async def propose(services: Services, decide: Decisions, campaign_id: str, wish: RenewalRequest) -> RenewalProposed:
    """See `renew_campaign`."""
    proposed = await next_brief(services, campaign_id, wish.targets)
    started = await decide.start(proposed.brief) if wish.start else None
    return RenewalProposed(**dict(proposed), campaign_id=started)


async def next_brief(services: Services, campaign_id: str, targets: Targets = Targets.AS_BEFORE) -> Renewal:
    """The brief that goes on from a campaign, with what is different in it and why. Nothing is started.

    Raises:
        NotFound: this workspace has no such campaign.
        WrongStage: it is not over.
    """
    if await get_campaign(services.pool, services.workspace, campaign_id) is None:
        raise NotFound(kind="campaign", id=campaign_id)
    history = await read_history(services.log, campaign_id)
    campaign = history.campaign
    if not campaign.ended:
        raise WrongStage(command="RenewCampaign", needed="the end", subject="the campaign", stage=campaign.stage)
    brief = campaign.agreed_brief
    return renew(
        brief,
        campaign_id,
        await _learnt(services, campaign_id, history),
        began=history.started_at.astimezone(brief.zone).date(),
        today=datetime.now(UTC).astimezone(brief.zone).date(),
        targets=targets,
    )


async def _learnt(services: Services, campaign_id: str, history: CampaignHistory) -> Learnt:
    states = {past.state.id: past.state for past in history.collaborations.values()}
    known = await services.creators.get([state.creator_id for state in states.values()])
    orders = services.tracking.orders
    tracked = Tracked.of(await orders.figures(campaign_id), orders_known=await orders.known(campaign_id))
    report: Report = reckon(history, known, tracked=tracked)
    advice = {row.collaboration_id: row.recommendation for row in report.creators}
    return Learnt(
        offered=sum(state.offer is not None for state in states.values()),
        creators=tuple(
            Worked(
                creator_id=state.creator_id,
                fee=state.fee.amount,
                first_offer=state.agreed.opening_fee,
                recommendation=advice.get(state.id),
            )
            for state in states.values()
            if state.fee is not None and state.creator_id in known
        ),
        objectives=tuple(Reached(measure=result.measure, reached=result.reached) for result in report.objectives),
    )
