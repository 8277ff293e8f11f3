"""A collaboration, one creator in one campaign: its state, how events change it, and which commands it takes.

    verification -> negotiation -> contract_signing -> content_approval -> monitoring -> ended

Every stage can also end it; `CollaborationEnded` is the last event in every case.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Self, TypedDict, assert_never

from domain import (
    amending,
    amendments,
    content_approval,
    contract_signing,
    live_posts,
    monitoring,
    negotiation,
    payouts,
    signature_service,
    verification,
)
from domain.amendments import (
    Amendment,
    AmendmentCommand,
    AmendmentEvent,
    AmendmentStatus,
    DraftAmendment,
    RecordAmendmentSeal,
)
from domain.appointments import Appointments
from domain.assignment import Assignment
from domain.calendars import ROUND_THE_CLOCK, Calendar
from domain.checks import Assessment
from domain.claims import Claim
from domain.commission import SettleCommission, owes_commission
from domain.content_approval import ContentCommand, ContentEvent
from domain.contract_signing import ContractCommand, ContractEvent
from domain.deadlines import (
    ExtendDeadline,
    PassTime,
    TaskEvent,
    TaskExpired,
    Tasks,
    decide_extension,
    due,
    evolve_tasks,
)
from domain.decider import Command, Context, Event, Role
from domain.errors import AlreadyEnded, NotYourTurn, WrongStage
from domain.events import Registry
from domain.kill_fee import schedule_kill_fee
from domain.lifecycle import Stage
from domain.money import Money
from domain.monitoring import Metrics, MonitoringCommand, MonitoringEvent
from domain.negotiation import NegotiationCommand, NegotiationEvent
from domain.offers import Offer
from domain.outcomes import Closing, CollaborationClosing, CollaborationEnded, Outcome
from domain.payouts import Payout, PayoutCommand, still_asked
from domain.performance_report import PerformanceReport
from domain.personal import PERSONAL
from domain.signature_service import RecordSubmission, ServiceCommand, ServiceEvent
from domain.signatures import AnySignature
from domain.upcasts import UPCASTS
from domain.values import Text
from domain.verification import VerificationCommand, VerificationEvent
from domain.work import Work, WorkStatus


class CancelCollaboration(Command):
    """Stop working with this creator; what the contract promises for this case is paid."""

    reason: Text


class CollaborationCancelled(Event):
    """The brand, or the end of its campaign, stopped the collaboration."""

    reason: Annotated[Text, PERSONAL]


CollaborationCommand = (
    VerificationCommand
    | NegotiationCommand
    | ContractCommand
    | AmendmentCommand
    | ServiceCommand
    | ContentCommand
    | MonitoringCommand
    | CancelCollaboration
    | ExtendDeadline
    | PassTime
)
ENGINES_OWN = (
    verification.OpenCollaboration,
    verification.RecordAssessment,
    negotiation.MakeOffer,
    negotiation.ConcedeOffer,
    negotiation.WithholdOffer,
    negotiation.NoteBlocked,
    contract_signing.DraftContract,
    contract_signing.RecordSeal,
    DraftAmendment,
    RecordAmendmentSeal,
    RecordSubmission,
    payouts.RecordPayout,
    payouts.RecordReversal,
    SettleCommission,
    live_posts.RecordCheck,
    monitoring.NoteUnavailable,
    PassTime,
)
"""Commands that no person gives."""

CollaborationEvent = (
    VerificationEvent
    | NegotiationEvent
    | ContractEvent
    | AmendmentEvent
    | ServiceEvent
    | ContentEvent
    | MonitoringEvent
    | CollaborationCancelled
    | CollaborationClosing
    | CollaborationEnded
    | TaskEvent
)
EVENTS = Registry(CollaborationEvent.__args__, UPCASTS)


class Loose(TypedDict):
    """The loose ends that the end of a collaboration ties up; amounts in minor units."""

    released_reserved: int
    released_committed: int
    offered: bool


@dataclass(frozen=True)
class Collaboration:
    """What is known of a collaboration after some of its events. Amounts in minor units of the campaign's currency."""

    id: str = ""
    campaign_id: str = ""
    creator_id: str = ""
    rank: int = 0
    stage: Stage = Stage.VERIFICATION
    assignment: Assignment | None = None
    report: PerformanceReport | None = None
    assessment: Assessment | None = None
    """None until the evidence has been weighed, and while it is to be weighed anew with the creator's report."""
    offer: Offer | None = None
    earlier_offers: tuple[Offer, ...] = ()
    """The versions before `offer`, the first one first."""
    counter_offers: int = 0
    conceded: int = 0
    """Offers that the policy's curve has made."""
    blocked: tuple[str, ...] = ()
    reserved: int = 0
    committed: int = 0
    fee: Money | None = None
    claims: tuple[Claim, ...] = ()
    document: str | None = None
    sealed: str | None = None
    signatures: Mapping[Role, AnySignature] = field(default_factory=dict)
    amendments: tuple[Amendment, ...] = ()
    submissions: Mapping[str, str] = field(default_factory=dict)
    """What a signature service calls its request, by the document that is signed."""
    works: Mapping[int, Work] = field(default_factory=dict)
    commission_settled: bool = False
    metrics: Mapping[int, Metrics] = field(default_factory=dict)
    payouts: Mapping[str, Payout] = field(default_factory=dict)
    tasks: Tasks = field(default_factory=dict)
    appointments: Appointments = field(default_factory=dict)
    closing: Closing | None = None
    outcome: Outcome | None = None
    reason: Annotated[str, PERSONAL] = ""

    @property
    def opened(self) -> bool:
        """Whether the first event has happened."""
        return self.assignment is not None

    @property
    def ended(self) -> bool:
        """Whether the collaboration takes no more commands."""
        return self.outcome is not None

    @property
    def is_closing(self) -> bool:
        """Whether nothing but what is owed is waited for any more, or not even that."""
        return self.ended or self.closing is not None

    @property
    def agreed(self) -> Assignment:
        """The assignment of an opened collaboration."""
        assert self.assignment is not None, "the collaboration has not been opened"
        return self.assignment

    @property
    def calendar(self) -> Calendar:
        """What its deadlines are counted in."""
        return self.assignment.calendar if self.assignment else ROUND_THE_CLOCK

    @property
    def owed(self) -> list[Payout]:
        """Payouts that have not been made, or came back and wait for a decision."""
        return [payout for payout in self.payouts.values() if payout.is_owed]

    @property
    def payable(self) -> list[Payout]:
        """Of these, those that wait for nobody but us."""
        return [payout for payout in self.payouts.values() if payout.reference is None and payout.order is None]

    @property
    def amendment(self) -> Amendment | None:
        """The amendment that both signatures may still come to; None if there is none, or the collaboration closes."""
        latest = self.amendments[-1] if self.amendments else None
        return latest if latest is not None and latest.undecided and not self.is_closing else None

    @property
    def to_sign(self) -> str | None:
        """The document that waits for signatures: the contract, or the open amendment; None if there is none."""
        if self.stage is Stage.CONTRACT_SIGNING:
            return self.document
        return self.amendment.document if self.amendment else None

    @property
    def unsealed_amendment(self) -> Amendment | None:
        """The concluded amendment that is still to be sealed; once the collaboration closes none is any more."""
        latest = self.amendments[-1] if self.amendments else None
        concluded = latest is not None and latest.status is AmendmentStatus.CONCLUDED and latest.sealed is None
        return latest if concluded and not self.is_closing else None

    @property
    def amending(self) -> bool:
        """Whether an amendment is under way, so that the end waits for it."""
        return self.amendment is not None or self.unsealed_amendment is not None

    @property
    def owes_commission(self) -> bool:
        """Whether a commission is still to be settled."""
        return owes_commission(self)

    @property
    def open_tasks(self) -> str:
        """The names of the open tasks, for messages."""
        return f"open are {', '.join(sorted(self.tasks))}" if self.tasks else "nothing is open"

    def with_work(self, number: int, *, status: WorkStatus) -> Self:
        """The collaboration with one deliverable in another state."""
        return replace(self, works={**self.works, number: replace(self.works[number], status=status)})

    def loose_ends(self) -> Loose:
        """What the end gives back to the budget, and whether the creator must hear of it."""
        return Loose(released_reserved=self.reserved, released_committed=self.committed, offered=self.offer is not None)


class CollaborationDecider:
    """The rules of a collaboration; satisfies `domain.decider.Decider`."""

    initial = Collaboration()

    def decide(self, command: CollaborationCommand, state: Collaboration, context: Context) -> Sequence[Event]:
        """See `Decider.decide`. If the decision leaves nothing to do, the end follows with it."""
        events = list(_decide(command, state, context))
        for event in events:
            state = self.evolve(state, event)
        return [*events, *monitoring.conclude(state)] if events else []

    def evolve(self, state: Collaboration, event: Event) -> Collaboration:
        """See `Decider.evolve`."""
        return evolve(state, event)  # type: ignore[arg-type]  # the registry only decodes events of the closed union


def _decide(command: CollaborationCommand, state: Collaboration, context: Context) -> Sequence[Event]:
    if state.ended:
        raise AlreadyEnded(subject="the collaboration", outcome=state.outcome)
    if not state.opened and not isinstance(command, verification.OpenCollaboration):
        name = type(command).__name__
        raise WrongStage(command=name, needed="verification", subject="collaboration", stage="not opened")
    if isinstance(command, ENGINES_OWN) and context.actor.role is not Role.ENGINE:
        raise NotYourTurn(command=type(command).__name__, needed=Role.ENGINE, role=context.actor.role)
    if state.closing is not None and not isinstance(command, PayoutCommand | SettleCommission | PassTime):
        raise AlreadyEnded(subject="the collaboration", outcome=state.closing.outcome)
    if isinstance(command, VerificationCommand):
        return verification.decide(command, state, context)
    if isinstance(command, NegotiationCommand):
        return negotiation.decide(command, state, context)
    if isinstance(command, ContractCommand):
        return contract_signing.decide(command, state, context)
    if isinstance(command, ServiceCommand):
        return signature_service.decide(command, state, context)
    if isinstance(command, AmendmentCommand):
        return amending.decide(command, state, context)
    if isinstance(command, ContentCommand):
        return content_approval.decide(command, state, context)
    if isinstance(command, MonitoringCommand):
        return monitoring.decide(command, state, context)
    match command:
        case CancelCollaboration():
            return _cancel(command, state, context)
        case ExtendDeadline():
            return decide_extension(command, state.tasks, context, state.calendar, subject="the collaboration")
        case PassTime():
            return list(_pass_time(state, context))
        case _:
            assert_never(command)


def _cancel(command: CancelCollaboration, state: Collaboration, context: Context) -> Sequence[Event]:
    if context.actor.role is Role.CREATOR:
        raise NotYourTurn(command="CancelCollaboration", needed=Role.BRAND, role=context.actor.role)
    return [CollaborationCancelled(reason=command.reason), *schedule_kill_fee(state)]


def _pass_time(state: Collaboration, context: Context) -> Iterator[Event]:
    """Each event is decided on the state that the ones before it have left: an end silences the rest."""
    for event in due(state.tasks, context.at, state.calendar):
        if state.ended or event.task not in state.tasks:
            return
        following = [event, *_expire(event, state, context)] if isinstance(event, TaskExpired) else [event]
        for each in following:
            state = evolve(state, each)  # type: ignore[arg-type]  # stages only produce events of the closed union
            yield each


def _expire(expired: TaskExpired, state: Collaboration, context: Context) -> Sequence[Event]:
    match expired.task.partition("/")[0]:
        case verification.VERIFY_CREATOR | verification.REPORT_PERFORMANCE:
            return verification.expire(expired, state, context)
        case negotiation.ANSWER_OFFER | negotiation.ANSWER_COUNTER_OFFER:
            return negotiation.expire(expired, state, context)
        case content_approval.SUBMIT_DRAFT | content_approval.REVIEW_DRAFT | content_approval.PUBLISH:
            return content_approval.expire(expired, state, context)
        case content_approval.REPORT_METRICS:
            return monitoring.expire(expired)
        case payouts.CONFIRM_PAYMENT | payouts.SETTLE_REVERSAL:
            return payouts.expire(expired, state, context)
        case live_posts.RESTORE_POST:
            return live_posts.expire(expired, state)
        case amendments.SIGN_AMENDMENT:
            return amending.expire(expired, state)
        case _:
            return contract_signing.expire(expired, state)


def evolve(state: Collaboration, event: CollaborationEvent) -> Collaboration:
    """The collaboration after `event`."""
    if isinstance(event, VerificationEvent):
        return verification.evolve(state, event)
    if isinstance(event, NegotiationEvent):
        return negotiation.evolve(state, event)
    if isinstance(event, ContractEvent):
        return contract_signing.evolve(state, event)
    if isinstance(event, ServiceEvent):
        return signature_service.evolve(state, event)
    if isinstance(event, AmendmentEvent):
        return amending.evolve(state, event)
    if isinstance(event, ContentEvent):
        return content_approval.evolve(state, event)
    if isinstance(event, MonitoringEvent):
        return monitoring.evolve(state, event)
    if isinstance(event, TaskEvent):
        return replace(state, tasks=evolve_tasks(state.tasks, event))
    match event:
        case CollaborationCancelled():
            closing = Closing(outcome=Outcome.CANCELLED, reason=event.reason)
            return replace(state, closing=closing, tasks=still_asked(state.tasks), appointments={})
        case CollaborationClosing():
            return replace(state, closing=event.closing, tasks=still_asked(state.tasks), appointments={})
        case CollaborationEnded():
            ended = replace(state, outcome=event.outcome, reason=event.reason, tasks={}, appointments={})
            return replace(ended, reserved=0, committed=0)
        case _:
            assert_never(event)
