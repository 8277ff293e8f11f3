"""Stage 7, monitoring: collect figures, pay what is owed, and bring collaborations and the campaign to their end."""

from temporalio import workflow

from activities.commissions import Commissions, SalesRequest
from activities.monitoring import Monitoring, PayRequest, SweepRequest
from domain.campaign import Campaign, CloseCampaign
from domain.collaboration import Collaboration
from domain.commission import SettleCommission, commission_is_due
from domain.lifecycle import Stage
from domain.payouts import RecordPayout
from workflows import policies
from workflows.event_sourced import EventSourced
from workflows.human_step import human_step


async def pay_what_is_owed(flow: EventSourced[Collaboration]) -> None:
    """Make every scheduled payout; its id keeps a repetition from paying twice."""
    for payout in flow.state.payable:
        made = await workflow.execute_activity_method(
            Monitoring.pay,
            PayRequest(payout=payout, collaboration_id=flow.state.id),
            summary=f"pay the {payout.purpose} of {payout.amount.amount / 100:,.2f} {payout.amount.currency}",
            **policies.TRANSFER,
        )
        await flow.engine(RecordPayout(payout_id=payout.id, reference=made.reference))


async def settle_commission(flow: EventSourced[Collaboration]) -> None:
    """Reckon the commission once everything else is over; a settlement that comes to something is owed from then on."""
    if commission_is_due(flow.state):
        sales = await workflow.execute_activity_method(
            Commissions.tracked_sales,
            SalesRequest(collaboration_id=flow.state.id),
            summary="what the creator's links and codes have sold",
            **policies.PAPERWORK,
        )
        await flow.engine(SettleCommission(orders=sales.orders, revenue=sales.revenue))


def has_to_pay(state: Collaboration) -> bool:
    """Whether something is to be paid, or a commission to be reckoned."""
    return bool(state.payable) or commission_is_due(state)


async def monitor_results(flow: EventSourced[Collaboration]) -> None:
    """Pay the rest and wait for each post's figures; the collaboration ends when nothing is open."""
    while not flow.state.ended:
        await pay_what_is_owed(flow)
        await settle_commission(flow)
        await human_step(flow, until=lambda: has_to_pay(flow.state))


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
