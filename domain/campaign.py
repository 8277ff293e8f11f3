"""A campaign: its state, how events change it, and which commands it takes.

goal_setting --CampaignStarted--> discovery --ShortlistApproved--> verification..content_approval, in
collaborations --OutreachCompleted--> monitoring --CampaignClosed--> ended
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from domain import discovery, goal_setting
from domain.brief import Brief
from domain.calendars import ROUND_THE_CLOCK, Calendar
from domain.deadlines import (
    ExtendDeadline,
    PassTime,
    TaskEscalated,
    TaskExpired,
    TaskExtended,
    TaskReminded,
    Tasks,
    closed,
    decide_extension,
    due,
    evolve_tasks,
    opened,
)
from domain.decider import Authority, Command, Context, Event, Role
from domain.discovery import (
    NoCreatorsFound,
    OutreachCompleted,
    Shortlist,
    ShortlistApproved,
    ShortlistProposed,
    ShortlistRejected,
)
from domain.errors import AlreadyEnded, NotYourTurn, WrongStage
from domain.events import Registry
from domain.goal_setting import CampaignStarted
from domain.lifecycle import Stage
from domain.upcasts import UPCASTS
from domain.values import Text


class CampaignOutcome(StrEnum):
    """How a campaign ended."""

    CLOSED = "closed"
    CANCELLED = "cancelled"
    SHORTLIST_REJECTED = "shortlist_rejected"
    NO_CREATORS = "no_creators"


class CloseCampaign(Command):
    """End the campaign; collaborations that are still under way are cancelled."""


class CancelCampaign(Command):
    """Stop the campaign now; its collaborations are cancelled."""

    reason: Text


class CampaignClosed(Event):
    """The campaign ended in order."""

    authority: Authority


class CampaignCancelled(Event):
    """The brand stopped the campaign."""

    reason: Text


CampaignCommand = (
    goal_setting.StartCampaign | discovery.DiscoveryCommand | CloseCampaign | CancelCampaign | ExtendDeadline | PassTime
)
ENGINES_OWN = (discovery.ProposeShortlist, discovery.RecordOutreach, PassTime)
"""Commands that no person gives."""

CampaignEvent = (
    CampaignStarted
    | ShortlistProposed
    | NoCreatorsFound
    | ShortlistApproved
    | ShortlistRejected
    | OutreachCompleted
    | CampaignClosed
    | CampaignCancelled
    | TaskReminded
    | TaskExtended
    | TaskEscalated
    | TaskExpired
)
EVENTS = Registry(CampaignEvent.__args__, UPCASTS)


@dataclass(frozen=True)
class Campaign:
    """What is known of a campaign after some of its events."""

    id: str = ""
    stage: Stage = Stage.GOAL_SETTING
    brief: Brief | None = None
    calendar: Calendar = ROUND_THE_CLOCK
    shortlist: Shortlist | None = None
    approved: bool = False
    dropped: tuple[str, ...] = ()
    invited: int = 0
    tasks: Tasks = field(default_factory=dict)
    outcome: CampaignOutcome | None = None

    @property
    def started(self) -> bool:
        """Whether a brief has been accepted."""
        return self.brief is not None

    @property
    def ended(self) -> bool:
        """Whether the campaign takes no more commands."""
        return self.outcome is not None

    @property
    def agreed_brief(self) -> Brief:
        """The brief of a started campaign."""
        assert self.brief is not None, "the campaign has not started"
        return self.brief


class CampaignDecider:
    """The rules of a campaign; satisfies `domain.decider.Decider`."""

    initial = Campaign()

    def decide(self, command: CampaignCommand, state: Campaign, context: Context) -> Sequence[Event]:
        """See `Decider.decide`."""
        if state.ended:
            raise AlreadyEnded(subject="the campaign", outcome=state.outcome)
        if not state.started and not isinstance(command, goal_setting.StartCampaign):
            name = type(command).__name__
            raise WrongStage(command=name, needed="discovery", subject="campaign", stage=state.stage)
        if isinstance(command, ENGINES_OWN) and context.actor.role is not Role.ENGINE:
            raise NotYourTurn(command=type(command).__name__, needed=Role.ENGINE, role=context.actor.role)
        match command:
            case goal_setting.StartCampaign():
                return goal_setting.decide_start(command, state, context)
            case CloseCampaign():
                return _close(state, context)
            case CancelCampaign():
                _must_be_brand(command, context)
                return [CampaignCancelled(reason=command.reason)]
            case ExtendDeadline():
                return decide_extension(command, state.tasks, context, state.calendar, subject="the campaign")
            case PassTime():
                return list(_pass_time(state, context))
            case _:
                return discovery.decide(command, state, context)

    def evolve(self, state: Campaign, event: Event) -> Campaign:
        """See `Decider.evolve`."""
        return evolve(state, event)  # type: ignore[arg-type]  # the registry only decodes events of the closed union


def _must_be_brand(command: Command, context: Context) -> None:
    if context.actor.role is not Role.BRAND:
        raise NotYourTurn(command=type(command).__name__, needed=Role.BRAND, role=context.actor.role)


def _close(state: Campaign, context: Context) -> Sequence[Event]:
    if context.actor.role is Role.ENGINE:
        if state.stage is not Stage.MONITORING:
            raise WrongStage(command="CloseCampaign", needed="monitoring", subject="campaign", stage=state.stage)
        return [CampaignClosed(authority=Authority.POLICY)]
    if context.actor.role is not Role.BRAND:
        raise NotYourTurn(command="CloseCampaign", needed=Role.BRAND, role=context.actor.role)
    return [CampaignClosed(authority=Authority.PERSON)]


def _pass_time(state: Campaign, context: Context) -> Iterator[Event]:
    for event in due(state.tasks, context.at, state.calendar):
        yield event
        if isinstance(event, TaskExpired):
            yield from discovery.expire(event)


def evolve(state: Campaign, event: CampaignEvent) -> Campaign:
    """The campaign after `event`."""
    match event:
        case CampaignStarted():
            return replace(
                state, id=event.campaign_id, brief=event.brief, calendar=event.calendar, stage=Stage.DISCOVERY
            )
        case ShortlistProposed():
            return replace(state, shortlist=event.shortlist, tasks=opened(state.tasks, event.task))
        case ShortlistApproved():
            tasks = closed(state.tasks, discovery.APPROVE_SHORTLIST)
            return replace(state, approved=True, dropped=event.drop, tasks=tasks)
        case OutreachCompleted():
            return replace(state, invited=event.invited, stage=Stage.MONITORING)
        case NoCreatorsFound():
            return _ended(state, CampaignOutcome.NO_CREATORS)
        case ShortlistRejected():
            return _ended(state, CampaignOutcome.SHORTLIST_REJECTED)
        case CampaignClosed():
            return _ended(state, CampaignOutcome.CLOSED)
        case CampaignCancelled():
            return _ended(state, CampaignOutcome.CANCELLED)
        case TaskReminded() | TaskExtended() | TaskEscalated() | TaskExpired():
            return replace(state, tasks=evolve_tasks(state.tasks, event))
        case _:
            assert_never(event)


def _ended(state: Campaign, outcome: CampaignOutcome) -> Campaign:
    return replace(state, outcome=outcome, tasks={})
