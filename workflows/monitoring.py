"""Stage 7, monitoring: collect figures, pay what is owed, and bring collaborations and the campaign to their end."""

from temporalio import workflow

from activities.monitoring import Monitoring, PayRequest, SweepRequest
from domain.campaign import Campaign, CloseCampaign
from domain.collaboration import Collaboration
from domain.lifecycle import Stage
from domain.payouts import RecordPayout
from workflows import policies
from workflows.event_sourced import EventSourced
from workflows.human_step import human_step


async def pay_what_is_owed(flow: EventSourced[Collaboration]) -> None:
    """Make every scheduled payout; its id keeps a repetition from paying twice."""
    for payout in flow.state.owed:
        made = await workflow.execute_activity_method(
            Monitoring.pay,
            PayRequest(payout=payout, collaboration_id=flow.state.id),
            summary=f"pay the {payout.purpose} of {payout.amount.amount / 100:,.2f} {payout.amount.currency}",
            **policies.TRANSFER,
        )
        await flow.engine(RecordPayout(payout_id=payout.id, reference=made.reference))


async def monitor_results(flow: EventSourced[Collaboration]) -> None:
    """Pay the rest and wait for each post's figures; the collaboration ends when nothing is open."""
    while not flow.state.ended:
        await pay_what_is_owed(flow)
        await human_step(flow, until=lambda: bool(flow.state.owed))


async def close_campaign(flow: EventSourced[Campaign]) -> None:
    """Close the campaign in order; one that was stopped before takes its collaborations with it."""
    if not flow.state.ended:
        await flow.engine(CloseCampaign())
    elif flow.state.approved and flow.state.stage is not Stage.MONITORING:
        await workflow.execute_activity_method(
            Monitoring.cancel_collaborations,
            SweepRequest(campaign_id=flow.state.id, reason=f"the campaign was {flow.state.outcome}"),
            summary="cancel the collaborations that are still under way",
            **policies.FAN_OUT,
        )
