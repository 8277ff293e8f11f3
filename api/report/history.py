"""A campaign's events as the report needs them: every stream's state, and when what happened and on whose word."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from domain import campaign, collaboration
from domain.budget import moves
from domain.campaign import Campaign
from domain.collaboration import Collaboration
from domain.content_approval import DraftSubmitted, PostPublished
from domain.deadlines import TaskEscalated, TaskEvent, TaskExpired, TaskExtended, TaskReminded, Tasks
from domain.decider import Event, Role
from domain.discovery import NoCreatorsFound, ShortlistProposed
from domain.events import Envelope
from domain.monitoring import Metrics, MetricsRecorded
from domain.track_record import Track, observe

_EARLIER, _LATER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass
class TaskTime:
    """One request to a person, from when it was made until it was answered, expired or dropped."""

    kind: str
    assignee: Role
    opened_at: datetime
    closed_at: datetime | None = None
    answered: bool = False
    expired: bool = False
    reminded: int = 0
    extended: int = 0
    escalated: int = 0

    @property
    def seconds(self) -> float | None:
        """How long it was open; None while it is."""
        return None if self.closed_at is None else (self.closed_at - self.opened_at).total_seconds()

    def note(self, event: TaskEvent) -> None:
        """Count what the clock has brought."""
        match event:
            case TaskReminded():
                self.reminded += 1
            case TaskExtended():
                self.extended += 1
            case TaskEscalated():
                self.escalated += 1
            case TaskExpired():
                self.expired = True


@dataclass
class Past:
    """One collaboration: its state now, and when it first reached each milestone."""

    MILESTONES: ClassVar[Mapping[str, str]] = {
        "CollaborationOpened": "Taken up",
        "CreatorApproved": "Verified",
        "OfferMade": "Offered",
        "OfferAccepted": "Agreed",
        "ContractConcluded": "Contracted",
        "PostPublished": "Live",
        "MetricsRecorded": "Measured",
    }
    """Event type to the step of the funnel that it marks, in order."""

    state: Collaboration
    milestones: dict[str, datetime] = field(default_factory=dict)
    published_at: dict[int, datetime] = field(default_factory=dict)
    """By deliverable."""
    snapshots: dict[int, list[Metrics]] = field(default_factory=dict)
    """All figures that were told of each deliverable, in the order in which they were."""
    drafts: int = 0
    undisclosed: int = 0
    """Drafts that did not disclose the partnership."""
    track: Track | None = None

    def note(self, event: Event, at: datetime) -> None:
        """Keep what the state forgets."""
        if isinstance(event, PostPublished):
            self.published_at[event.deliverable] = at
        if isinstance(event, MetricsRecorded):
            self.snapshots.setdefault(event.deliverable, []).append(event.metrics)
        if isinstance(event, DraftSubmitted):
            self.drafts += 1
            self.undisclosed += not event.disclosure.passed
        self.track = observe(self.track, event, at)


@dataclass
class CampaignHistory:
    """The fold of a campaign's events, over all its streams and in the order of the log."""

    campaign: Campaign = field(default_factory=Campaign)
    collaborations: dict[str, Past] = field(default_factory=dict)
    moved: Counter[str] = field(default_factory=Counter)
    """Sum of the ledger's moves: `reserved`, `committed`, `paid`, in minor units."""
    decided_by: Counter[str] = field(default_factory=Counter)
    considered: int = 0
    events: int = 0
    started_at: datetime = _LATER
    last_at: datetime = _EARLIER
    task_times: list[TaskTime] = field(default_factory=list)
    _open: dict[tuple[str, str], TaskTime] = field(default_factory=dict)

    def add(self, envelopes: Iterable[Envelope]) -> None:
        """Fold the next events in.

        Raises:
            UnknownEvent: a newer release has written one of them.
        """
        for envelope in envelopes:
            if envelope.stream.startswith("rights/"):  # what outlives the campaign is none of its results
                continue
            at = envelope.metadata.decided_at
            self.started_at, self.last_at = min(self.started_at, at), max(self.last_at, at)
            self.events += 1
            if envelope.stream.startswith("campaign/"):
                self._add_to_campaign(envelope)
            else:
                self._add_to_collaboration(envelope)

    def _add_to_campaign(self, envelope: Envelope) -> None:
        event = campaign.EVENTS.decode(envelope)
        before = self.campaign.tasks
        self.campaign = campaign.CampaignDecider().evolve(self.campaign, event)
        if isinstance(event, ShortlistProposed | NoCreatorsFound):
            self.considered = event.considered
        self._follow(envelope, event, before, self.campaign.tasks, self.campaign.ended)

    def _add_to_collaboration(self, envelope: Envelope) -> None:
        event = collaboration.EVENTS.decode(envelope)
        past = self.collaborations.setdefault(envelope.stream, Past(Collaboration()))
        before = past.state.tasks
        past.state = collaboration.CollaborationDecider().evolve(past.state, event)
        past.note(event, envelope.metadata.decided_at)
        label = Past.MILESTONES.get(envelope.type)
        if label is not None:
            past.milestones.setdefault(label, envelope.metadata.decided_at)
        for move in moves([event], campaign_id=past.state.campaign_id, currency=past.state.agreed.currency):
            self.moved.update({"reserved": move.reserved, "committed": move.committed, "paid": move.paid})
        self._follow(envelope, event, before, past.state.tasks, past.state.is_closing)

    def _follow(self, envelope: Envelope, event: Event, before: Tasks, after: Tasks, stopped: bool) -> None:
        """Note what the event did to the open tasks and on whose authority it was decided."""
        authority = getattr(event, "authority", None)
        if authority is not None:
            self.decided_by[str(authority)] += 1
        if isinstance(event, TaskReminded | TaskExtended | TaskEscalated | TaskExpired):
            self._open[envelope.stream, event.task].note(event)
        at = envelope.metadata.decided_at
        for name in before.keys() - after.keys():
            closed = self._open.pop((envelope.stream, name))
            closed.closed_at = at
            by_assignee = envelope.metadata.actor.role is closed.assignee
            closed.answered = not closed.expired and (by_assignee or not stopped)
        for name in after.keys() - before.keys():
            task = after[name]
            opened = TaskTime(kind=name.partition("/")[0], assignee=task.assignee, opened_at=task.opened_at)
            self._open[envelope.stream, name] = opened
            self.task_times.append(opened)


def fold(envelopes: Sequence[Envelope]) -> CampaignHistory:
    """The history of these events."""
    history = CampaignHistory()
    history.add(envelopes)
    return history
