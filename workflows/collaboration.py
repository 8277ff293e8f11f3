"""The collaboration workflow: one creator in one campaign, from verification to the last payment."""

from collections.abc import Sequence

from temporalio import workflow

from activities.starting import COLLABORATION_WORKFLOW, CollaborationStart, collaboration_stream
from domain import collaboration
from domain.amendments import DeclineAmendment, ProposeAmendment, SignAmendment, WithdrawAmendment
from domain.budget import BudgetMove, moves
from domain.collaboration import CancelCollaboration, Collaboration, CollaborationDecider
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft
from domain.contract_signing import SignContract
from domain.deadlines import ExtendDeadline
from domain.decider import Actor, Command, Event
from domain.errors import RefusedByLedger
from domain.exclusivity import ClaimMove, claims
from domain.live_posts import MarkRestored, VouchForPost
from domain.monitoring import RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer, note_of
from domain.payouts import ConfirmPayment, RecordReversal, SettleReversal
from domain.signature_service import ConfirmSignature, RefuseSignature
from domain.verification import ApproveCreator, RejectCreator, ReportPerformance
from workflows.amendments import keep_amendments
from workflows.appointments import keep_appointments
from workflows.content_approval import approve_content
from workflows.contract_signing import sign_contract
from workflows.current_details import Happened, collaboration_details
from workflows.event_sourced import EventSourced
from workflows.live_posts import APPOINTMENTS
from workflows.monitoring import monitor_results
from workflows.negotiation import negotiate
from workflows.rights import start_rights_clocks
from workflows.search_attributes import Row, collaboration_row
from workflows.signature_service import collect_signatures
from workflows.verification import verify_creator

ACCEPTS = {
    command.__name__: command
    for command in (
        ReportPerformance,
        ApproveCreator,
        RejectCreator,
        AcceptOffer,
        CounterOffer,
        DeclineOffer,
        SignContract,
        ProposeAmendment,
        SignAmendment,
        DeclineAmendment,
        WithdrawAmendment,
        ConfirmSignature,
        RefuseSignature,
        SubmitDraft,
        ApproveDraft,
        RequestChanges,
        MarkPublished,
        MarkRestored,
        VouchForPost,
        RecordMetrics,
        ConfirmPayment,
        RecordReversal,
        SettleReversal,
        CancelCollaboration,
        ExtendDeadline,
    )
}
"""The commands that people give a collaboration."""


@workflow.defn(name=COLLABORATION_WORKFLOW)
class CollaborationWorkflow(EventSourced[Collaboration]):
    """One creator in one campaign."""

    @workflow.init
    def __init__(self, start: CollaborationStart) -> None:
        stream = collaboration_stream(start.collaboration_id)
        super().__init__(stream, CollaborationDecider(), collaboration.EVENTS, ACCEPTS)
        self._campaign_id = start.opening.campaign_id if start.opening else ""

    @workflow.run
    async def run(self, start: CollaborationStart) -> str:
        """The story of a collaboration. Every step first looks at what the record says has been done."""
        await (self.open(start.opening) if start.opening else self.recover())
        async with self.alongside(
            keep_amendments(self), collect_signatures(self), keep_appointments(self, APPOINTMENTS)
        ):
            await verify_creator(self)
            await negotiate(self)
            await sign_contract(self)
            await approve_content(self)
            await monitor_results(self)
            await start_rights_clocks(self)
        return f"{self.state.outcome}"

    @property
    def start_again(self) -> CollaborationStart:
        """See `EventSourced.start_again`."""
        return CollaborationStart(collaboration_id=self.stream.partition("/")[2])

    @property
    def campaign_id(self) -> str:
        """See `EventSourced.campaign_id`."""
        return self.state.campaign_id or self._campaign_id

    def moves(self, events: Sequence[Event]) -> Sequence[BudgetMove]:
        """See `EventSourced.moves`."""
        currency = self.state.assignment.currency if self.state.assignment else ""
        return moves(events, campaign_id=self.campaign_id, currency=currency)

    def claims(self, events: Sequence[Event]) -> Sequence[ClaimMove]:
        """See `EventSourced.claims`."""
        return claims(events, creator_id=self.state.creator_id, campaign_id=self.campaign_id)

    def note_of(self, command: Command, actor: Actor, refusal: RefusedByLedger) -> Command | None:
        """See `EventSourced.note_of`."""
        return note_of(command, actor.role, refusal)

    def row(self) -> Row:
        """See `EventSourced.row`."""
        return collaboration_row(self.state)

    def details(self, latest: Sequence[Happened]) -> str:
        """See `EventSourced.details`."""
        return collaboration_details(self.state, latest)
