"""Stage 2, discovery: rank the directory, have the shortlist approved, reach out to the creators on it."""

import asyncio
from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.discovery import Discovery, OutreachRequest, RankRequest
from domain.campaign import Campaign
from domain.discovery import ProposeShortlist, RecordOutreach
from domain.lifecycle import Stage
from workflows import policies
from workflows.event_sourced import EventSourced
from workflows.human_step import human_step


async def shortlist_creators(flow: EventSourced[Campaign]) -> None:
    """Propose a ranked list and wait until a person, or the policy, has decided on it."""
    if flow.state.shortlist is None and not flow.state.ended:
        ranking = await workflow.execute_activity_method(
            Discovery.rank_creators,
            RankRequest(campaign_id=flow.state.id, brief=flow.state.agreed_brief),
            summary="rank the directory against the brief",
            **policies.ANALYSIS,
        )
        await flow.engine(ProposeShortlist(shortlist=ranking.shortlist, considered=ranking.considered))
    await human_step(flow, until=lambda: flow.state.approved)


async def reach_out(flow: EventSourced[Campaign]) -> None:
    """Start collaborations, best first, until enough creators are engaged and every collaboration has ended."""
    if flow.state.ended or flow.state.stage is not Stage.DISCOVERY or flow.state.shortlist is None:
        return
    outreach = workflow.start_activity_method(
        Discovery.reach_out,
        OutreachRequest(
            campaign_id=flow.state.id,
            brief=flow.state.agreed_brief,
            shortlist=flow.state.shortlist,
            dropped=flow.state.dropped,
            calendar=flow.state.calendar,
        ),
        summary="start collaborations, best first, and replace those that fall through",
        **policies.FAN_OUT,
    )
    await human_step(flow, until=outreach.done)
    if not flow.state.ended:
        await flow.engine(RecordOutreach(invited=(await outreach).invited))
        return
    outreach.cancel()
    with suppress(ActivityError, asyncio.CancelledError):
        await outreach
