"""After a collaboration: the clocks of usage rights and exclusivity, as a workflow that outlives the campaign.

It waits for nobody, so there is no human step: one timer is set to what falls due next, weeks or months ahead.
"""

from collections.abc import Sequence

from temporalio import workflow

from activities.rights import RightsClocks
from activities.starting import RIGHTS_WORKFLOW, RightsStart, rights_stream
from domain import rights
from domain.budget import BudgetMove
from domain.collaboration import Collaboration
from domain.deadlines import PassTime
from domain.decider import Event
from domain.exclusivity import ClaimMove, claims
from domain.rights import ReleaseExclusivity, Rights, RightsDecider, outlives
from workflows import policies
from workflows.current_details import Happened, rights_details
from workflows.event_sourced import EventSourced
from workflows.search_attributes import Row, rights_row

ACCEPTS = {ReleaseExclusivity.__name__: ReleaseExclusivity}
"""The commands that people give."""


async def start_rights_clocks(flow: EventSourced[Collaboration]) -> None:
    """Leave what outlives the collaboration to a workflow of its own."""
    if outlives(flow.state):
        await workflow.execute_local_activity_method(  # a marker, not six events: nothing is sent to anybody outside
            RightsClocks.start_clocks,
            RightsStart(collaboration_id=flow.state.id),
            summary="start the clocks of usage rights and exclusivity",
            **policies.RECORDING,
        )


@workflow.defn(name=RIGHTS_WORKFLOW)
class RightsWorkflow(EventSourced[Rights]):
    """What is left of one collaboration."""

    @workflow.init
    def __init__(self, start: RightsStart) -> None:
        super().__init__(rights_stream(start.collaboration_id), RightsDecider(), rights.EVENTS, ACCEPTS)
        self._collaboration_id = start.collaboration_id
        self._campaign_id = ""

    @workflow.run
    async def run(self, start: RightsStart) -> str:
        """Take over the terms that were in force, and keep time until no clock is left."""
        await self.recover()
        async with self.alongside():
            await self._open()
            await self._keep_time()
        return f"{self.state.outcome}"

    async def _open(self) -> None:
        if self.state.opened:
            return
        terms = await workflow.execute_local_activity_method(
            RightsClocks.terms_in_force,
            self.start_again,
            summary="read the terms that were in force",
            **policies.RECORDING,
        )
        if terms.opening is not None:
            self._campaign_id = terms.opening.campaign_id
            await self.engine(terms.opening)

    async def _keep_time(self) -> None:
        while self.state.opened and not self.state.ended:
            await self.start_afresh_if_long()
            self.announcements.set_clock()
            self.clock.set(self.state.next_alarm, "the next end of usage rights or exclusivity, or word of it")
            await workflow.wait_condition(lambda: self.state.ended or self.clock.rang)
            if self.clock.rang:
                self.clock.stop()
                await self.engine(PassTime())

    @property
    def start_again(self) -> RightsStart:
        """See `EventSourced.start_again`."""
        return RightsStart(collaboration_id=self._collaboration_id)

    @property
    def campaign_id(self) -> str:
        """See `EventSourced.campaign_id`."""
        return self.state.campaign_id or self._campaign_id

    def moves(self, events: Sequence[Event]) -> Sequence[BudgetMove]:
        """See `EventSourced.moves`: no money is left to move."""
        return ()

    def claims(self, events: Sequence[Event]) -> Sequence[ClaimMove]:
        """See `EventSourced.claims`."""
        return claims(events, creator_id=self.state.creator_id, campaign_id=self.campaign_id)

    def row(self) -> Row:
        """See `EventSourced.row`."""
        return rights_row(self.state)

    def details(self, latest: Sequence[Happened]) -> str:
        """See `EventSourced.details`."""
        return rights_details(self.state, latest)
