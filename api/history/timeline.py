"""The timeline: who decided what, when, by which authority and on which facts, one entry for every event."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from api.views import event_for_creator
from domain import campaign, collaboration, rights
from domain.campaign import Campaign, CampaignDecider
from domain.collaboration import Collaboration, CollaborationDecider
from domain.deadlines import Task, TaskExpired, Tasks
from domain.decider import Event, Role
from domain.events import Envelope
from domain.grounds import Ground, campaign_grounds, collaboration_grounds
from domain.narrative import UTC, Basis, basis, quotation, tell
from domain.rights import Rights, RightsDecider
from domain.values import Instant, Value

ENTRY: dict[str, Any] = {
    "stream": "collaboration/5b1f6a3c0e7d5a52a5a1c2f7d9a4b6e8",
    "version": 6,
    "position": 214,
    "at": "2026-11-02T09:00:01Z",
    "type": "OfferAccepted",
    "by": "engine",
    "actor": "engine",
    "authority": "policy",
    "what": "Version 2 of the offer was accepted: the fee is USD 120.00.",
    "because": [
        "the counter-offer of USD 120.00 is within 1.1 x of the last offer USD 110.00 and the cap USD 400.00",
    ],
    "words": None,
}
"""An entry for the API's description."""


class TimelineEntry(Value):
    """One event in plain words. `position` orders a campaign's events over all its streams."""

    model_config = ConfigDict(json_schema_extra={"examples": [ENTRY]})

    stream: str
    version: int
    position: int
    at: Instant = Field(description="When it was decided.")
    type: str = Field(description="The event's type; its data is at `/events`.")
    by: Role = Field(description="On whose behalf the command was given.")
    actor: str | None = Field(
        description="Pseudonymous id of who gave the command; a creator is not shown the brand's."
    )
    authority: Basis | None = Field(
        description="What entitled them: a `person`'s word, a `policy` of the brief, a `timeout`; `engine` where "
        "nobody had a choice. A creator is not shown on which authority the brand's side decided."
    )
    what: str = Field(
        description="The event in one sentence, without personal data; its instants in the campaign's time zone."
    )
    because: tuple[str, ...] = Field(description="The facts that it rests on.")
    words: str | None = Field(description="The reason, message, feedback or note that was given with it, if any.")


class StreamReader(Protocol):
    """What a timeline needs of the event log beside its events."""

    async def read(self, stream: str, after_version: int = 0, upto: int | None = None) -> list[Envelope]:
        """The events of one stream in order."""
        ...


class Narrator:
    """Follows one stream from its first event, and tells each event on the state before it."""

    def __init__(self) -> None:
        self._campaign: Campaign = CampaignDecider.initial
        self._collaboration: Collaboration = CollaborationDecider.initial
        self._rights: Rights = RightsDecider.initial
        self._lapsed: Task | None = None
        self._zone = UTC

    def follow(self, events: Iterable[Envelope]) -> "Narrator":
        """Take in the next events without telling them.

        Raises:
            UnknownEvent: a newer release has written one of them.
        """
        for envelope in events:
            self._take_in(envelope)
        return self

    def tell(self, envelope: Envelope) -> TimelineEntry:
        """The next event as the brand reads it; raises as `follow`."""
        event, grounds = self._take_in(envelope)
        return _entry(envelope, event, [ground.fact for ground in grounds], self._zone)

    def tell_creator(self, envelope: Envelope) -> TimelineEntry | None:
        """The next event as the collaboration's creator reads it; None if it is none of theirs. Raises as `follow`."""
        event, grounds = self._take_in(envelope)
        shown = event_for_creator(envelope)
        if shown is None:
            return None
        told = _entry(envelope, event, [ground.fact for ground in grounds if not ground.brands_own], self._zone)
        if envelope.metadata.actor.role is Role.CREATOR:
            return told
        hidden = {"authority": None} if "authority" in envelope.data else {}
        return told.model_copy(update={"actor": shown.actor, **hidden})

    def _take_in(self, envelope: Envelope) -> tuple[Event, list[Ground]]:
        if envelope.stream.startswith("campaign/"):
            return self._of_campaign(envelope)
        if envelope.stream.startswith("rights/"):
            return self._of_rights(envelope)
        return self._of_collaboration(envelope)

    def _of_campaign(self, envelope: Envelope) -> tuple[Event, list[Ground]]:
        event = campaign.EVENTS.decode(envelope)
        before = self._campaign
        self._note(event, before.tasks)
        self._campaign = CampaignDecider().evolve(before, event)
        self._zone = self._campaign.calendar.zone
        return event, list(campaign_grounds(event, before, self._lapsed))  # type: ignore[arg-type]  # see `evolve`

    def _of_collaboration(self, envelope: Envelope) -> tuple[Event, list[Ground]]:
        event = collaboration.EVENTS.decode(envelope)
        before = self._collaboration
        self._note(event, before.tasks)
        self._collaboration = CollaborationDecider().evolve(before, event)
        self._zone = self._collaboration.calendar.zone
        return event, list(collaboration_grounds(event, before, self._lapsed))  # type: ignore[arg-type]  # see `evolve`

    def _of_rights(self, envelope: Envelope) -> tuple[Event, list[Ground]]:
        event = rights.EVENTS.decode(envelope)
        self._rights = RightsDecider().evolve(self._rights, event)
        self._zone = self._rights.calendar.zone
        return event, []  # the sentence says all that it rests on

    def _note(self, event: Event, tasks: Tasks) -> None:
        """The decision that silence takes comes right behind the expiry, when the task is no longer there."""
        if isinstance(event, TaskExpired):
            self._lapsed = tasks.get(event.task)


def _entry(envelope: Envelope, event: Event, because: Sequence[str], zone: ZoneInfo) -> TimelineEntry:
    metadata = envelope.metadata
    return TimelineEntry(
        stream=envelope.stream,
        version=envelope.version,
        position=envelope.position,
        at=metadata.decided_at,
        type=envelope.type,
        by=metadata.actor.role,
        actor=metadata.actor.id,
        authority=basis(event, by=metadata.actor.role, command=metadata.command),
        what=tell(event, zone),  # type: ignore[arg-type]  # the registries only decode events of the closed unions
        because=tuple(because),
        words=quotation(event),  # type: ignore[arg-type]  # as above
    )


async def campaign_timeline(log: StreamReader, page: Sequence[Envelope]) -> list[TimelineEntry]:
    """The entries of some consecutive events of a campaign.

    What an event rests on is in the past of its own stream, so that is read for each stream of the page: the costs
    grow with the page and not with the campaign.

    Raises:
        UnknownEvent: a newer release has written one of the events.
    """
    narrators: dict[str, Narrator] = {}
    for envelope in page:
        if envelope.stream not in narrators:
            past = await log.read(envelope.stream, 0, envelope.version - 1) if envelope.version > 1 else []
            narrators[envelope.stream] = Narrator().follow(past)
    return [narrators[envelope.stream].tell(envelope) for envelope in page]


def collaboration_timeline(events: Sequence[Envelope], after: int, *, for_brand: bool) -> list[TimelineEntry]:
    """The entries of a collaboration's events after a version, as one of the sides may read them.

    Raises:
        UnknownEvent: a newer release has written one of the events.
    """
    narrator = Narrator().follow(event for event in events if event.version <= after)
    to_come = [event for event in events if event.version > after]
    told = [narrator.tell(event) if for_brand else narrator.tell_creator(event) for event in to_come]
    return [entry for entry in told if entry is not None]
