"""What the API shows of campaigns and collaborations: to the brand everything, to a creator what concerns both."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from activities.ports import EventLog
from activities.records import collaboration_after
from activities.starting import campaign_stream, collaboration_stream
from activities.store.projections.spend import Spend
from activities.store.tracked_links import Tracked
from api.campaign_states import Folded
from api.draft_views import drafts_of
from api.history.as_of import PointInTime
from api.offer_views import OfferView, offer_views
from api.post_views import WorkView, work_views
from api.task_views import TaskView, task_views
from domain.anomalies import Flag
from domain.assignment import Assignment
from domain.brief import Brief, PostingWindow
from domain.calendars import Calendar
from domain.campaign import CampaignOutcome
from domain.checks import Assessment
from domain.clauses import Briefing, Deliverable, Terms
from domain.collaboration import Collaboration
from domain.decider import Role
from domain.discovery import Shortlist
from domain.errors import NotFound
from domain.events import Envelope
from domain.lifecycle import Stage
from domain.money import Currency, Money
from domain.offers import Offer
from domain.outcomes import Closing, Outcome
from domain.payouts import Payout
from domain.performance_report import PerformanceReport
from domain.signatures import AnySignature
from domain.values import Instant, Value


class BudgetView(Value):
    """Where a campaign's budget is, in minor units of `currency`."""

    currency: Currency
    total: int
    reserved: int
    committed: int
    paid: int
    available: int


class CampaignView(Value):
    """A campaign: its state, its money, and how many collaborations are where. `version` is that of its stream."""

    id: str
    stage: Stage
    outcome: CampaignOutcome | None
    brief: Brief
    shortlist: Shortlist | None
    approved: bool
    dropped: tuple[str, ...]
    invited: int
    tasks: tuple[TaskView, ...]
    budget: BudgetView
    stages: Mapping[Stage, int]
    """Collaborations under way, by stage."""
    outcomes: Mapping[Outcome, int]
    """Collaborations that have ended, by outcome."""
    renewals: tuple[str, ...] = ()
    """Campaigns that go on from this one, the earliest first; none in a view of the past."""
    version: int
    started_at: Instant
    updated_at: Instant
    as_of: PointInTime | None = None
    """The point of the past that this is of; null is now."""


class SharedView(Value):
    """What both sides see of a collaboration. Amounts are in minor units of their currency."""

    id: str
    campaign_id: str
    creator_id: str
    stage: Stage
    outcome: Outcome | None
    reason: str
    closing: Closing | None
    offer: Offer | None
    offers: tuple[OfferView, ...]
    """Every version of it, the first one first, each with what it changes."""
    fee: Money | None
    document: str | None
    """SHA-256 of the contract's PDF that both sides sign."""
    sealed: str | None
    """SHA-256 of the sealed contract; None until both have signed."""
    signatures: Mapping[Role, AnySignature]
    works: tuple[WorkView, ...]
    payouts: tuple[Payout, ...]
    tracking: Tracked | None = None
    """The code and the links that lead buyers to the shop; None before the contract, or without a shop."""
    tasks: tuple[TaskView, ...]
    version: int
    opened_at: Instant
    updated_at: Instant
    as_of: PointInTime | None = None
    """The point of the past that this is of; null is now."""


class CollaborationView(SharedView):
    """A collaboration as the brand sees it."""

    rank: int
    assignment: Assignment
    performance_report: PerformanceReport | None
    assessment: Assessment | None
    counter_offers: int
    reserved: int
    committed: int
    flags: Mapping[int, tuple[Flag, ...]] = {}
    """By deliverable, what stands out about its figures."""


class AssignmentForCreator(Value):
    """What a creator is asked to do, without the limits within which the brand negotiates."""

    brand: str
    product: str
    category: str
    currency: Currency
    deliverables: tuple[Deliverable, ...]
    posting_window: PostingWindow
    briefing: Briefing
    terms: Terms
    calendar: Calendar
    tracks_sales: bool
    """Whether there is a shop that can tell what a commission is of."""


class CollaborationForCreator(SharedView):
    """A collaboration as its creator sees it."""

    assignment: AssignmentForCreator


class EventView(Value):
    """Something that happened. `position` orders a campaign's events over all its streams."""

    stream: str
    version: int
    position: int
    type: str
    schema_version: int
    data: Mapping[str, Any]
    by: Role
    actor: str | None
    """Pseudonymous id of who gave the command; a creator is not shown the brand's."""
    command: str
    command_id: str | None
    decided_at: Instant
    recorded_at: Instant


async def campaign_events(log: EventLog, campaign_id: str) -> list[Envelope]:
    """A campaign's own events.

    Raises:
        NotFound: there is no such campaign.
    """
    return await _events(log, campaign_stream(campaign_id), "campaign", campaign_id)


async def collaboration_events(log: EventLog, collaboration_id: str) -> list[Envelope]:
    """A collaboration's events.

    Raises:
        NotFound: there is no such collaboration.
    """
    return await _events(log, collaboration_stream(collaboration_id), "collaboration", collaboration_id)


async def _events(log: EventLog, stream: str, kind: str, id_: str) -> list[Envelope]:
    events = await log.read(stream)
    if not events:
        raise NotFound(kind=kind, id=id_)
    return events


class Standing(Protocol):
    """What a campaign's collaborations have come to; the board knows it of now, `time_travel` of the past."""

    @property
    def spend(self) -> Spend:
        """Where the budget is."""
        ...

    @property
    def stages(self) -> Mapping[Stage, int]:
        """Collaborations under way, by stage."""
        ...

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Collaborations that have ended, by outcome."""
        ...


def campaign_view(
    campaign: Folded, standing: Standing, as_of: PointInTime | None = None, renewals: tuple[str, ...] = ()
) -> CampaignView:
    """The campaign after its events, with what its collaborations have come to, and what goes on from it."""
    state, spend = campaign.state, standing.spend
    return CampaignView(
        id=state.id,
        stage=state.stage,
        outcome=state.outcome,
        brief=state.agreed_brief,
        shortlist=state.shortlist,
        approved=state.approved,
        dropped=state.dropped,
        invited=state.invited,
        tasks=task_views(state.tasks, state.calendar),
        budget=BudgetView(
            currency=spend.currency,
            total=spend.total,
            reserved=spend.reserved,
            committed=spend.committed,
            paid=spend.paid,
            available=spend.available,
        ),
        stages=standing.stages,
        outcomes=standing.outcomes,
        renewals=renewals,
        version=campaign.version,
        started_at=campaign.started_at,
        updated_at=campaign.updated_at,
        as_of=as_of,
    )


def collaboration_view(events: Sequence[Envelope], as_of: PointInTime | None = None) -> CollaborationView:
    """The collaboration after its events, for the brand."""
    state = collaboration_after(events)
    return CollaborationView(
        **_shared(state, events),
        as_of=as_of,
        rank=state.rank,
        assignment=state.agreed,
        performance_report=state.report,
        assessment=state.assessment,
        counter_offers=state.counter_offers,
        reserved=state.reserved,
        committed=state.committed,
    )


def collaboration_for_creator(events: Sequence[Envelope], as_of: PointInTime | None = None) -> CollaborationForCreator:
    """The collaboration after its events, for its creator."""
    state = collaboration_after(events)
    agreed = state.agreed
    asked = {name: getattr(agreed, name) for name in AssignmentForCreator.model_fields}
    return CollaborationForCreator(**_shared(state, events), as_of=as_of, assignment=AssignmentForCreator(**asked))


def _shared(state: Collaboration, events: Sequence[Envelope]) -> dict[str, Any]:
    return {
        "id": state.id,
        "campaign_id": state.campaign_id,
        "creator_id": state.creator_id,
        "stage": state.stage,
        "outcome": state.outcome,
        "reason": state.reason,
        "closing": state.closing,
        "offer": state.offer,
        "offers": tuple(offer_views(state)),
        "fee": state.fee,
        "document": state.document,
        "sealed": state.sealed,
        "signatures": state.signatures,
        "works": work_views(state, drafts_of(events)),
        "payouts": tuple(state.payouts.values()),
        "tasks": task_views(state.tasks, state.calendar),
        "version": events[-1].version,
        "opened_at": events[0].metadata.decided_at,
        "updated_at": events[-1].metadata.decided_at,
    }


def event_view(envelope: Envelope) -> EventView:
    """An event as the brand sees it: all of it."""
    metadata = envelope.metadata
    return EventView(
        stream=envelope.stream,
        version=envelope.version,
        position=envelope.position,
        type=envelope.type,
        schema_version=envelope.schema_version,
        data=envelope.data,
        by=metadata.actor.role,
        actor=metadata.actor.id,
        command=metadata.command,
        command_id=metadata.command_id,
        decided_at=metadata.decided_at,
        recorded_at=envelope.recorded_at,
    )


BRANDS_OWN = {
    "CollaborationOpened",
    "CreatorAssessed",
    "CreatorApproved",
    "CreatorRejected",
    "OfferBlocked",
    "ReversalSettled",
    "PayoutOverdue",
}
"""Types of events about how the brand chose the creator, within which limits it negotiates, and its own books."""

BRANDS_DATA = {"policy", "reserved", "released", "released_reserved", "released_committed", "authority"}
"""Fields of events that tell how the brand's budget and policies stand."""


def event_for_creator(envelope: Envelope) -> EventView | None:
    """An event as the collaboration's creator sees it; None if it is none of theirs."""
    if envelope.type in BRANDS_OWN:
        return None
    theirs = envelope.metadata.actor.role is Role.CREATOR
    view = event_view(envelope).model_copy(update={"data": _without_brands(envelope.data)})
    return view if theirs else view.model_copy(update={"actor": None, "command_id": None})


def beginning_for_creator(events: Sequence[Envelope]) -> int:
    """The first version of a collaboration that its creator may travel back to; the last one if none concerns them.

    The state before would tell them how the brand came to choose them: that a person had doubts, for one.
    """
    shown = (event.version for event in events if event.type not in BRANDS_OWN)
    return next(shown, events[-1].version)


def _without_brands(data: Any) -> Any:
    match data:
        case dict():
            shown = {**data, "claims": _binding(data["claims"])} if "claims" in data else data
            return {name: _without_brands(part) for name, part in shown.items() if name not in BRANDS_DATA}
        case list():
            return [_without_brands(part) for part in data]
        case _:
            return data


def _binding(claims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What binds the creator, as their contract says it; being present somewhere only keeps other campaigns away."""
    return [{name: claim[name] for name in ("scope", "name", "until")} for claim in claims if claim["exclusive"]]
