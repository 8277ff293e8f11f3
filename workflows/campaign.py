"""The campaign workflow: from a brief to a closed campaign."""

from collections.abc import Sequence

from temporalio import workflow

from activities.starting import CAMPAIGN_WORKFLOW, CampaignStart, campaign_stream
from domain import campaign
from domain.budget import BudgetMove, moves
from domain.campaign import Campaign, CampaignDecider, CancelCampaign, CloseCampaign
from domain.deadlines import ExtendDeadline
from domain.decider import Event
from domain.discovery import ApproveShortlist, RejectShortlist
from domain.goal_setting import CampaignStarted, StartCampaign
from workflows import discovery, goal_setting, monitoring
from workflows.current_details import Happened, campaign_details
from workflows.event_sourced import EventSourced
from workflows.search_attributes import Row, campaign_row

ACCEPTS = {
    command.__name__: command
    for command in (StartCampaign, ApproveShortlist, RejectShortlist, ExtendDeadline, CloseCampaign, CancelCampaign)
}
"""The commands that people give a campaign."""


@workflow.defn(name=CAMPAIGN_WORKFLOW)
class CampaignWorkflow(EventSourced[Campaign]):
    """One campaign. It holds counts, not creators: each of those has a collaboration workflow of its own."""

    @workflow.init
    def __init__(self, start: CampaignStart) -> None:
        super().__init__(campaign_stream(start.campaign_id), CampaignDecider(), campaign.EVENTS, ACCEPTS)
        self._campaign_id = start.campaign_id

    @workflow.run
    async def run(self, start: CampaignStart) -> str:
        """The story of a campaign. Every step first looks at what the record says has been done."""
        await self.recover()
        async with self.alongside():
            await goal_setting.set_goals(self)
            await discovery.shortlist_creators(self)
            await discovery.reach_out(self)
            await monitoring.close_campaign(self)
        return f"{self.state.outcome}"

    @property
    def start_again(self) -> CampaignStart:
        """See `EventSourced.start_again`."""
        return CampaignStart(campaign_id=self._campaign_id)

    @property
    def campaign_id(self) -> str:
        """See `EventSourced.campaign_id`."""
        return self._campaign_id

    def moves(self, events: Sequence[Event]) -> Sequence[BudgetMove]:
        """See `EventSourced.moves`: the start opens the ledger."""
        currency = next((e.brief.budget.currency for e in events if isinstance(e, CampaignStarted)), "")
        return moves(events, campaign_id=self.campaign_id, currency=currency)

    def row(self) -> Row:
        """See `EventSourced.row`."""
        return campaign_row(self.state)

    def details(self, latest: Sequence[Happened]) -> str:
        """See `EventSourced.details`."""
        return campaign_details(self.state, latest)
