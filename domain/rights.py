"""After a collaboration: how long the brand may use its posts, and how long the creator stays away from competitors.

Both go on when the campaign is long over, so they have a stream of their own, `rights/<collaboration id>`:

    RightsOpened -> RightsExpiring, RightsExpired for each post -> ExclusivityEnded, in the order of time

It ends by itself when no clock is left. Nobody has to do anything for it, and nothing of it is personal.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import assert_never
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.calendars import ROUND_THE_CLOCK, Calendar
from domain.claims import Scope
from domain.clauses import UsageRights
from domain.collaboration import Collaboration
from domain.deadlines import PassTime, Tasks
from domain.decider import Authority, Command, Context, Event, Role
from domain.errors import AlreadyEnded, NothingToDecide, NotYourTurn, WrongStage
from domain.events import Registry
from domain.outcomes import binds_beyond
from domain.values import Instant, Line, Value

RUN_OUT = "every clock has run out"
"""How a stream of rights ends; there is no other way."""


class Usage(Value):
    """How long one post may be used."""

    deliverable: int = Field(ge=1)
    published_at: Instant
    expires_at: Instant
    """The end of the last day, by the campaign's clocks."""


class KeptFrom(Value):
    """A category or a brand for which the creator may not work, its name as `claims.folded`."""

    scope: Scope
    name: str


class Exclusive(Value):
    """What the creator stays away from after the work, and until when: as the ledger of claims has it."""

    until: Instant
    kept_from: tuple[KeptFrom, ...]


class OpenRights(Command):
    """Begin with the terms that were in force when the collaboration ended."""

    collaboration_id: Line
    campaign_id: Line
    creator_id: Line
    brand: Line
    granted: UsageRights
    usages: tuple[Usage, ...] = ()
    exclusive: Exclusive | None = None
    notice_days: int = Field(ge=0, le=365)
    """So many days before a post's rights expire the brand is told; not at all if 0."""
    calendar: Calendar


class ReleaseExclusivity(Command):
    """Let the creator work for others from now on."""


class RightsOpened(Event):
    """What outlives the collaboration, and until when."""

    collaboration_id: Line
    campaign_id: Line
    creator_id: Line
    brand: Line
    granted: UsageRights
    usages: tuple[Usage, ...]
    exclusive: Exclusive | None
    notice_days: int
    calendar: Calendar


class RightsExpiring(Event):
    """Soon the brand may no longer use these posts."""

    deliverables: tuple[int, ...]
    expires_at: Instant


class RightsExpired(Event):
    """The brand may no longer use these posts."""

    deliverables: tuple[int, ...]
    expired_at: Instant


class ExclusivityEnded(Event):
    """The creator is free to work for others again: the agreed day has passed, or the brand has let them."""

    authority: Authority
    agreed_until: Instant


RightsCommand = OpenRights | ReleaseExclusivity | PassTime
ENGINES_OWN = (OpenRights, PassTime)
"""Commands that no person gives."""

RightsEvent = RightsOpened | RightsExpiring | RightsExpired | ExclusivityEnded
EVENTS = Registry(RightsEvent.__args__)


@dataclass(frozen=True)
class Rights:
    """What is known of the rights after some of their events."""

    id: str = ""
    """The collaboration's."""
    campaign_id: str = ""
    creator_id: str = ""
    brand: str = ""
    granted: UsageRights | None = None
    """None before the first event."""
    usages: tuple[Usage, ...] = ()
    """Of every post, expired or not, by their ends."""
    notice: timedelta = timedelta(0)
    announced: frozenset[int] = frozenset()
    """Deliverables whose end the brand has been told of."""
    expired: frozenset[int] = frozenset()
    exclusive: Exclusive | None = None
    """None if there never was any."""
    free: bool = False
    """Whether the exclusivity is over."""
    calendar: Calendar = ROUND_THE_CLOCK

    @property
    def opened(self) -> bool:
        """Whether the first event has happened."""
        return self.granted is not None

    @property
    def running(self) -> tuple[Usage, ...]:
        """The posts that the brand may use."""
        return tuple(usage for usage in self.usages if usage.deliverable not in self.expired)

    @property
    def binding(self) -> Exclusive | None:
        """The exclusivity that is in force; None if there is none."""
        return None if self.free else self.exclusive

    @property
    def ended(self) -> bool:
        """Whether every clock has run out."""
        return self.opened and not self.running and self.binding is None

    @property
    def outcome(self) -> str | None:
        """How it ended; None while a clock runs."""
        return RUN_OUT if self.ended else None

    @property
    def tasks(self) -> Tasks:
        """Nothing here waits for a person."""
        return {}

    @property
    def next_alarm(self) -> datetime | None:
        """When the next thing falls due; None if nothing will."""
        alarms = [self._notice_at(usage) or usage.expires_at for usage in self.running]
        if self.binding is not None:
            alarms.append(self.binding.until)
        return min(alarms, default=None)

    def due_for_notice(self, usage: Usage, at: datetime) -> bool:
        """Whether the brand is to be told now that the post's rights expire soon."""
        notice_at = self._notice_at(usage)
        return notice_at is not None and notice_at <= at < usage.expires_at

    def _notice_at(self, usage: Usage) -> datetime | None:
        told = usage.deliverable in self.announced or not self.notice
        return None if told else usage.expires_at - self.notice


class RightsDecider:
    """The rules of what outlives a collaboration; satisfies `domain.decider.Decider`."""

    initial = Rights()

    def decide(self, command: RightsCommand, state: Rights, context: Context) -> Sequence[Event]:
        """See `Decider.decide`."""
        if state.ended:
            raise AlreadyEnded(subject="the record of rights", outcome=state.outcome)
        if state.opened is isinstance(command, OpenRights):
            needed, stage = ("none", "opened") if state.opened else ("opened", "none")
            raise WrongStage(command=type(command).__name__, needed=needed, subject="the rights", stage=stage)
        if isinstance(command, ENGINES_OWN) and context.actor.role is not Role.ENGINE:
            raise NotYourTurn(command=type(command).__name__, needed=Role.ENGINE, role=context.actor.role)
        match command:
            case OpenRights():
                return [RightsOpened(**dict(command))]
            case ReleaseExclusivity():
                return [_release(state, context)]
            case PassTime():
                return list(_pass_time(state, context.at))
            case _:
                assert_never(command)

    def evolve(self, state: Rights, event: Event) -> Rights:
        """See `Decider.evolve`."""
        return evolve(state, event)  # type: ignore[arg-type]  # the registry only decodes events of the closed union


def _release(state: Rights, context: Context) -> Event:
    if context.actor.role is not Role.BRAND:
        raise NotYourTurn(command="ReleaseExclusivity", needed=Role.BRAND, role=context.actor.role)
    if state.binding is None:
        raise NothingToDecide(command="ReleaseExclusivity", subject="the rights", open="no exclusivity is in force")
    return ExclusivityEnded(authority=Authority.PERSON, agreed_until=state.binding.until)


def _pass_time(state: Rights, at: datetime) -> Iterator[Event]:
    """What has fallen due, one event for all posts of the same last day. Who comes too late is not warned first."""
    for end, usages in groupby(state.running, key=lambda usage: usage.expires_at):
        together = tuple(usages)
        numbers = tuple(usage.deliverable for usage in together)
        if end <= at:
            yield RightsExpired(deliverables=numbers, expired_at=end)
        elif any(state.due_for_notice(usage, at) for usage in together):
            yield RightsExpiring(deliverables=numbers, expires_at=end)
    if state.binding is not None and state.binding.until <= at:
        yield ExclusivityEnded(authority=Authority.TIMEOUT, agreed_until=state.binding.until)


def evolve(state: Rights, event: RightsEvent) -> Rights:
    """The rights after `event`."""
    match event:
        case RightsOpened():
            return replace(
                state,
                id=event.collaboration_id,
                campaign_id=event.campaign_id,
                creator_id=event.creator_id,
                brand=event.brand,
                granted=event.granted,
                usages=tuple(sorted(event.usages, key=lambda usage: (usage.expires_at, usage.deliverable))),
                notice=timedelta(days=event.notice_days),
                exclusive=event.exclusive,
                calendar=event.calendar,
            )
        case RightsExpiring():
            return replace(state, announced=state.announced | {*event.deliverables})
        case RightsExpired():
            return replace(state, expired=state.expired | {*event.deliverables})
        case ExclusivityEnded():
            return replace(state, free=True)
        case _:
            assert_never(event)


# --------------------------------------------------------------------------------------- what a contract leaves behind


def outlives(state: Collaboration) -> bool:
    """Whether anything of an ended collaboration goes on: the use of its posts, or the creator's exclusivity."""
    used = state.agreed.terms.usage_rights.expire and any(work.is_live for work in state.works.values())
    return state.ended and (used or binds_beyond(state, state.outcome))


def rights_of(state: Collaboration) -> OpenRights | None:
    """What outlives a collaboration; None if nothing does, or it has not ended.

    The contract counts usage from each post's publication, whatever the end was like: what is live has been paid for.
    Exclusivity is what was claimed when the offer was accepted, and binds only who has seen the work through.
    """
    if not outlives(state):
        return None
    granted, zone = state.agreed.terms.usage_rights, state.agreed.calendar.zone
    posts = [(number, work.live.published_at) for number, work in state.works.items() if work.is_live and work.live]
    usages = [
        Usage(deliverable=number, published_at=at, expires_at=end_of_use(at, granted.months, zone))
        for number, at in posts
        if granted.expire
    ]
    return OpenRights(
        collaboration_id=state.id,
        campaign_id=state.campaign_id,
        creator_id=state.creator_id,
        brand=state.agreed.brand,
        granted=granted,
        usages=tuple(usages),
        exclusive=_exclusive(state),
        notice_days=state.agreed.policies.rights_notice_days,
        calendar=state.agreed.calendar,
    )


def _exclusive(state: Collaboration) -> Exclusive | None:
    kept = [claim for claim in state.claims if claim.exclusive]
    if not binds_beyond(state, state.outcome):
        return None
    return Exclusive(
        until=max(claim.until for claim in kept),
        kept_from=tuple(KeptFrom(scope=claim.scope, name=claim.name) for claim in kept),
    )


def end_of_use(published_at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """When so many calendar months from a publication are over: midnight after the day of the same number, by the
    clocks of `zone`; after the month's last day where it has no such day."""
    first = published_at.astimezone(zone).date()
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    last = date(year, month, min(first.day, monthrange(year, month)[1]))
    return datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)
