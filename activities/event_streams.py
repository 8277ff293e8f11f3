"""Appending to and loading streams: the local activities through which every workflow keeps its record."""

from collections.abc import Sequence

import asyncpg
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failures import as_application_error
from activities.ports import EventLog, MailLog
from domain import campaign, collaboration, rights
from domain.budget import BudgetMove
from domain.calendars import ROUND_THE_CLOCK, Calendar
from domain.errors import GroundswellError
from domain.events import Envelope, Metadata, Record, Registry
from domain.exclusivity import ClaimMove
from domain.goal_setting import CampaignStarted
from domain.notices import AT_ONCE, Notice, notices, quiet_until
from domain.rights import RightsOpened
from domain.values import Instant, Line, Value
from domain.verification import CollaborationOpened

REGISTRIES: dict[str, Registry] = {
    "campaign": campaign.EVENTS,
    "collaboration": collaboration.EVENTS,
    "rights": rights.EVENTS,
}
"""The event types by kind of stream, the part of its name before the slash."""


def registry_of(stream: str) -> Registry:
    """The event types of a stream."""
    return REGISTRIES[stream.partition("/")[0]]


class AppendRequest(Value):
    """Events to store after `expected_version`, with what they do to the ledgers."""

    stream: Line
    expected_version: int
    records: tuple[Record, ...]
    metadata: Metadata
    moves: tuple[BudgetMove, ...] = ()
    claims: tuple[ClaimMove, ...] = ()
    calendar: Calendar = ROUND_THE_CLOCK


class StoredEvents(Value):
    """Events as stored, in order."""

    events: tuple[Envelope, ...]
    quiet_until: Instant | None = None
    """Until when mail about them waits, if it can. Known here, so that a replay finds it as it was."""


class LoadRequest(Value):
    """Which part of which stream to load."""

    stream: Line
    after_version: int = 0
    calendar: Calendar | None = None
    """As far as it is known; otherwise the first event says it."""


class DueNotice(Value):
    """A notice of one event that has not been sent."""

    version: int
    notice: Notice
    not_before: Instant | None = None


def due_notice(version: int, notice: Notice, until: Instant | None) -> DueNotice:
    """A notice that waits until then, unless it is one that goes at once."""
    return DueNotice(version=version, notice=notice, not_before=None if notice.template in AT_ONCE else until)


class LoadedStream(Value):
    """A stream's events and what people have not been told of them yet."""

    events: tuple[Envelope, ...]
    unsent: tuple[DueNotice, ...]


class EventStreams:
    """The workflows' access to the event log."""

    def __init__(self, log: EventLog, mail_log: MailLog) -> None:
        self._log = log
        self._mail_log = mail_log

    @activity.defn
    async def append(self, request: AppendRequest) -> StoredEvents:
        """Store events; see `EventLog.append`. Domain errors arrive as non-retryable application errors.

        What the database refuses by its own rules would be refused for ever, so it is not tried again either.
        """
        try:
            stored = await self._log.append(
                request.stream,
                request.expected_version,
                request.records,
                request.metadata,
                request.moves,
                request.claims,
            )
        except GroundswellError as error:
            raise as_application_error(error) from error
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            raise ApplicationError(f"the record refused the events: {error}", non_retryable=True) from error
        until = quiet_until(stored[0].metadata.decided_at, request.calendar)
        return StoredEvents(events=tuple(stored), quiet_until=until)

    @activity.defn
    async def load(self, request: LoadRequest) -> LoadedStream:
        """A stream's events, and the notices that are due for them and not sent."""
        events = await self._log.read(request.stream, request.after_version)
        calendar = request.calendar or _calendar(events)
        unsent = await self._unsent(events, calendar)
        return LoadedStream(events=tuple(events), unsent=tuple(unsent))

    async def _unsent(self, events: Sequence[Envelope], calendar: Calendar) -> list[DueNotice]:
        sent = await self._mail_log.sent([envelope.event_id for envelope in events])
        return [
            due_notice(envelope.version, notice, quiet_until(envelope.metadata.decided_at, calendar))
            for envelope in events
            for notice in notices(registry_of(envelope.stream).decode(envelope))
            if (envelope.event_id, notice.template, notice.audience) not in sent
        ]


def _calendar(events: Sequence[Envelope]) -> Calendar:
    """The calendar that the beginning of a stream says."""
    first = registry_of(events[0].stream).decode(events[0]) if events else None
    match first:
        case CampaignStarted() | RightsOpened():
            return first.calendar
        case CollaborationOpened():
            return first.assignment.calendar
        case _:
            return ROUND_THE_CLOCK
