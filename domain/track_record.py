"""What a creator's collaborations have come to: their past performance with us, over all campaigns of a workspace.

A collaboration counts from its first offer. `observe` folds its events into a `Track`, and tracks add up to a
`TrackRecord` in any order, so that it is the same whether it was kept event by event or made anew. Only figures and
instants are in it, nothing that anybody wrote.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pydantic import Field

from domain.content_approval import ChangesRequested, DeliverableMissed, PostPublished
from domain.deadlines import TaskEscalated, TaskExtended
from domain.decider import Authority, Event, Role
from domain.monitoring import MetricsRecorded
from domain.negotiation import OfferAccepted, OfferCountered, OfferDeclined, OfferMade
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import PayoutMade, PayoutReversed
from domain.values import Instant, Value

ANSWER_HOURS = (1, 6, 24, 48, 72, 168)
"""Upper bounds, in hours, of the classes in which answers are counted; the last class is open."""

OBSERVED = (
    OfferMade,
    OfferCountered,
    OfferAccepted,
    OfferDeclined,
    TaskExtended,
    TaskEscalated,
    ChangesRequested,
    DeliverableMissed,
    PostPublished,
    MetricsRecorded,
    PayoutMade,
    PayoutReversed,
    CollaborationEnded,
)
"""The events that a record is made of."""

_OBSERVED = frozenset(OBSERVED)


class Figures(Value):
    """What can be counted, of one collaboration or of many."""

    offers: int = 0
    """Collaborations in which an offer was made."""
    accepted: int = 0
    """Those in which both sides agreed."""
    declined: int = 0
    """Those in which the creator said no."""
    expired: int = 0
    """Those in which the creator did not answer in time."""
    answers: int = 0
    """Answers of the creator to an offer: yes, no, or another fee."""
    answer_seconds: int = 0
    """The time that these answers took, together."""
    answers_within: tuple[int, ...] = (0,) * (len(ANSWER_HOURS) + 1)
    """How many answers took up to so many hours: one class for each of `ANSWER_HOURS`, and one for longer."""
    on_time: int = 0
    """Posts published, each of whose deadlines was kept as it was first set."""
    late: int = 0
    """Posts published for which one of the creator's deadlines had to be moved."""
    missed: int = 0
    """Deliverables that the creator did not deliver."""
    changes: int = 0
    """Rounds of changes that were asked for."""
    published: int = 0
    paid: Mapping[str, int] = Field(default_factory=dict)
    """What the creator was paid, in minor units by currency."""
    measured: int = 0
    """Posts whose figures are known."""
    engagements: int = 0
    """Likes, comments, saves and shares of these, by the last figures of each."""


class Track(Value):
    """One collaboration as far as it has come, from its first offer on."""

    figures: Figures = Field(default_factory=lambda: Figures(offers=1))
    asked_at: Instant | None = None
    """Since when an offer waits for the creator's answer."""
    delayed: tuple[int, ...] = ()
    """Deliverables for which a deadline of the creator's was moved."""
    engagements: Mapping[int, int] = Field(default_factory=dict)
    """By deliverable, of those that were measured."""
    told: tuple[int, ...] = ()
    """Deliverables whose figures a person has reported."""
    outcome: Outcome | None = None
    ended_at: Instant | None = None


class TrackRecord(Figures):
    """A creator's past performance with us."""

    under_way: int = 0
    """Collaborations that have not ended; their figures are counted as far as they have come."""
    outcomes: Mapping[Outcome, int] = Field(default_factory=dict)
    """How the others ended."""
    last_outcome: Outcome | None = None
    last_ended_at: Instant | None = None

    @property
    def decided(self) -> int:
        """Offers that the creator took, refused or let lapse."""
        return self.accepted + self.declined + self.expired

    @property
    def ended(self) -> int:
        """Collaborations that are over."""
        return sum(self.outcomes.values())

    @property
    def median_answer_hours(self) -> int | None:
        """Half of the answers took no longer than this; None without answers, or if half of them took even longer."""
        so_far = 0
        for hours, answers in zip(ANSWER_HOURS, self.answers_within, strict=False):
            so_far += answers
            if answers and 2 * so_far >= self.answers:
                return hours
        return None

    @property
    def mean_answer(self) -> timedelta | None:
        """How long an answer took on average; None without answers."""
        return timedelta(seconds=self.answer_seconds / self.answers) if self.answers else None


def observe(track: Track | None, event: Event, at: datetime) -> Track | None:
    """The collaboration's track after an event that was decided at `at`; None as long as there was no offer."""
    if type(event) not in _OBSERVED:
        return track
    if track is None:
        return Track(asked_at=at) if isinstance(event, OfferMade) else None
    match event:
        case OfferMade():
            return track.model_copy(update={"asked_at": at})
        case OfferCountered():
            return _answered(track, at)
        case OfferAccepted():
            # Where nothing waits for the creator, it is the other side that accepted the creator's own fee.
            return _counted(_answered(track, at) if track.asked_at else track, accepted=1)
        case OfferDeclined(by=Role.CREATOR, authority=Authority.TIMEOUT):
            return _counted(track.model_copy(update={"asked_at": None}), expired=1)
        case OfferDeclined(by=Role.CREATOR):
            return _counted(_answered(track, at), declined=1)
        case TaskExtended() | TaskEscalated() if event.assignee is Role.CREATOR:
            return _delayed(track, event.task.partition("/")[2])
        case ChangesRequested():
            return _counted(track, changes=1)
        case DeliverableMissed():
            return _counted(track, missed=1)
        case PostPublished():
            late = event.deliverable in track.delayed
            return _counted(track, published=1, late=int(late), on_time=int(not late))
        case MetricsRecorded():
            return _measured(track, event)
        case PayoutMade():
            return _counted(track, paid={event.amount.currency: event.amount.amount})
        case PayoutReversed():
            return _counted(track, paid={event.amount.currency: -event.amount.amount})
        case CollaborationEnded():
            return track.model_copy(update={"outcome": event.outcome, "ended_at": at, "asked_at": None})
        case _:
            return track


def _answered(track: Track, at: datetime) -> Track:
    if track.asked_at is None:
        return track
    took = max(at - track.asked_at, timedelta())
    within = [0] * (len(ANSWER_HOURS) + 1)
    within[bisect_left(ANSWER_HOURS, took / timedelta(hours=1))] = 1
    answered = track.model_copy(update={"asked_at": None})
    return _counted(answered, answers=1, answer_seconds=round(took.total_seconds()), answers_within=tuple(within))


def _delayed(track: Track, deliverable: str) -> Track:
    if not deliverable.isdigit() or int(deliverable) in track.delayed:
        return track
    return track.model_copy(update={"delayed": (*track.delayed, int(deliverable))})


def _measured(track: Track, event: MetricsRecorded) -> Track:
    """Later figures of a post replace the earlier ones, but a service's not a person's."""
    found, told = event.metrics.engagements, event.metrics.source is None
    if found is None or (not told and event.deliverable in track.told):
        return track
    if told and event.deliverable not in track.told:
        track = track.model_copy(update={"told": (*track.told, event.deliverable)})
    engagements = {**track.engagements, event.deliverable: found}
    figures = {"measured": len(engagements), "engagements": sum(engagements.values())}
    return track.model_copy(update={"engagements": engagements, "figures": track.figures.model_copy(update=figures)})


def _counted(track: Track, **more: object) -> Track:
    figures = track.figures.model_copy(update={name: _sum(getattr(track.figures, name), n) for name, n in more.items()})
    return track.model_copy(update={"figures": figures})


def added(record: TrackRecord, track: Track) -> TrackRecord:
    """The record with one collaboration more; the order in which they are added makes no difference."""
    sums = {name: _sum(getattr(record, name), getattr(track.figures, name)) for name in Figures.model_fields}
    if track.outcome is None or track.ended_at is None:
        return record.model_copy(update={**sums, "under_way": record.under_way + 1})
    outcomes = {**record.outcomes, track.outcome: record.outcomes.get(track.outcome, 0) + 1}
    last = (track.ended_at, track.outcome)
    if record.last_ended_at is not None and record.last_outcome is not None:
        last = max(last, (record.last_ended_at, record.last_outcome))
    return record.model_copy(update={**sums, "outcomes": outcomes, "last_ended_at": last[0], "last_outcome": last[1]})


def total(tracks: Iterable[Track]) -> TrackRecord:
    """The record of some collaborations."""
    record = TrackRecord()
    for track in tracks:
        record = added(record, track)
    return record


def _sum(one: object, other: object) -> object:
    match one, other:
        case int(), int():
            return one + other
        case tuple(), tuple():
            return tuple(a + b for a, b in zip(one, other, strict=True))
        case dict(), dict():
            return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}
    raise TypeError(f"figures of different kinds: {type(one).__name__} and {type(other).__name__}")


class Ledger(Value):
    """What is kept of one creator: the ended collaborations added up, and those under way one by one."""

    past: TrackRecord = Field(default_factory=TrackRecord)
    under_way: Mapping[str, Track] = Field(default_factory=dict)
    """By collaboration id."""

    @property
    def record(self) -> TrackRecord:
        """All of it together."""
        record = self.past
        for track in self.under_way.values():
            record = added(record, track)
        return record


def ledger_of(tracks: Mapping[str, Track]) -> Ledger:
    """A creator's ledger from all their tracks, by collaboration."""
    under_way = {collaboration_id: track for collaboration_id, track in tracks.items() if track.outcome is None}
    return Ledger(past=total(track for track in tracks.values() if track.outcome is not None), under_way=under_way)


def noted(ledger: Ledger, collaboration_id: str, event: Event, at: datetime) -> Ledger:
    """The creator's ledger after an event of one of their collaborations."""
    track = observe(ledger.under_way.get(collaboration_id), event, at)
    if track is None:
        return ledger
    others = {id_: other for id_, other in ledger.under_way.items() if id_ != collaboration_id}
    if track.outcome is None:
        return ledger.model_copy(update={"under_way": {**others, collaboration_id: track}})
    return Ledger(past=added(ledger.past, track), under_way=others)
