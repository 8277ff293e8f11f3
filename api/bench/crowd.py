"""The simulated crowd: follows a campaign's record, and everybody who is asked for something there does it.

Nobody waits for a deadline: a measurement ends when the engine is done, not when somebody feels like it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Protocol
from uuid import uuid4

from activities.event_streams import registry_of
from activities.starting import Answer
from api.bench.fiction import DISCLOSED, UNDISCLOSED
from domain.content_approval import (
    ApproveDraft,
    ChangesRequested,
    DraftApproved,
    DraftSubmitted,
    MarkPublished,
    PostPublished,
    RequestChanges,
    SubmitDraft,
)
from domain.contract_signing import ContractConcluded, ContractDrafted, SignContract
from domain.decider import Actor, Command, Event, Role
from domain.errors import Refused
from domain.events import Envelope
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer, OfferMade
from domain.outcomes import CollaborationEnded
from domain.performance_report import PerformanceReport
from domain.verification import (
    ApproveCreator,
    CollaborationOpened,
    CreatorAssessed,
    PerformanceReportRequested,
    ReportPerformance,
)
from workflows.client import EngineUnavailable, TooManyInFlight

LOOK_EVERY = 0.02
"""Seconds between two looks at the record while nothing happens."""
PAGE = 1_000
COME_BACK = 0.3
"""Seconds until somebody who was told to come back does so."""
AT_ONCE = 64
"""Decisions under way at a time."""

BRAND = Actor(role=Role.BRAND, id="brand")


class Temper(StrEnum):
    """How a creator behaves."""

    PROMPT = "prompt"
    BARGAINS = "bargains"
    """Asks for so little more that the policy accepts it."""
    FORGETS = "forgets"
    """Does not disclose in the first draft."""
    DECLINES = "declines"


def mixed(collaboration_id: str) -> Temper:
    """Of sixteen creators one declines, two bargain, one forgets to disclose; always the same ones."""
    drawn = int(collaboration_id[:8], 16) % 16
    return {0: Temper.DECLINES, 1: Temper.BARGAINS, 2: Temper.BARGAINS, 3: Temper.FORGETS}.get(drawn, Temper.PROMPT)


def all_prompt(_: str) -> Temper:
    """Nobody is special: every collaboration takes the same decisions."""
    return Temper.PROMPT


class Decides(Protocol):
    """What the crowd needs of the engine."""

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """See `workflows.client.Engine.decide`."""
        ...


class Record(Protocol):
    """What the crowd needs of the event log."""

    async def read_campaign(self, correlation_id: str, after_position: int = 0, limit: int = 1_000) -> list[Envelope]:
        """See `PostgresEventLog.read_campaign`."""
        ...


def acts(event: Event, temper: Temper, creator: Actor) -> Iterator[tuple[Command, Actor]]:
    """What somebody does about an event."""
    match event:
        case PerformanceReportRequested():
            report = PerformanceReport(followers=5_000, posts=12, reach=4_000, impressions=9_000, engagements=1_600)
            yield ReportPerformance(report=report), creator
        case CreatorAssessed(task=task) if task is not None:
            yield ApproveCreator(note="Looked through the last posts."), BRAND
        case OfferMade(offer=offer):
            if temper is Temper.DECLINES:
                yield DeclineOffer(version=offer.version, reason="No time this month."), creator
            elif temper is Temper.BARGAINS:
                more = Money(amount=offer.fee.amount * 105 // 100, currency=offer.fee.currency)
                yield CounterOffer(version=offer.version, fee=more, message="My audience does listen."), creator
            else:
                yield AcceptOffer(version=offer.version), creator
        case ContractDrafted(document=document):
            for who in (creator, BRAND):
                yield SignContract(typed_name="A. Name", document=document, consent=True), who
        case ContractConcluded(tasks=tasks):
            caption = UNDISCLOSED if temper is Temper.FORGETS else DISCLOSED
            for task in tasks:
                yield SubmitDraft(deliverable=int(task.name.partition("/")[2]), caption=caption), creator
        case ChangesRequested(deliverable=deliverable):
            yield SubmitDraft(deliverable=deliverable, caption=DISCLOSED), creator
        case DraftSubmitted(deliverable=deliverable, version=version):
            if temper is Temper.FORGETS and version == 1:
                feedback = "Please begin with #ad."
                yield RequestChanges(deliverable=deliverable, version=version, feedback=feedback), BRAND
            else:
                yield ApproveDraft(deliverable=deliverable, version=version), BRAND
        case DraftApproved(deliverable=deliverable):
            url = f"https://posts.example/{deliverable}"
            yield MarkPublished(deliverable=deliverable, url=url, caption=DISCLOSED), creator
        case PostPublished(deliverable=deliverable):
            yield RecordMetrics(deliverable=deliverable, metrics=Metrics(impressions=4_000, likes=90)), creator


class Crowd:
    """Everybody in one campaign."""

    def __init__(
        self,
        engine: Decides,
        log: Record,
        campaign_id: str,
        *,
        temper: Callable[[str], Temper] = mixed,
        at_once: int = AT_ONCE,
    ) -> None:
        self.took: list[float] = []
        """Seconds from each decision's sending to its answer."""
        self.refused: list[str] = []
        """What the rules refused: nobody here does what they forbid, so it stays empty."""
        self.sent_again = 0
        """How often somebody was told to come back."""
        self.events = 0
        self.ended = 0
        """Collaborations that are over."""
        self._engine = engine
        self._log = log
        self._campaign_id = campaign_id
        self._temper = temper
        self._gate = asyncio.Semaphore(at_once)
        self._moved = asyncio.Condition()

    async def play(self) -> None:
        """Act until cancelled."""
        creators: dict[str, Actor] = {}
        position = 0
        async with asyncio.TaskGroup() as acting:
            while True:
                page = await self._log.read_campaign(self._campaign_id, position, PAGE)
                for envelope in page:
                    position = envelope.position
                    event = registry_of(envelope.stream).decode(envelope)
                    if isinstance(event, CollaborationOpened):
                        creators[envelope.stream] = Actor(role=Role.CREATOR, id=event.creator_id)
                    if envelope.stream not in creators:
                        continue  # the campaign's own
                    temper = self._temper(envelope.stream.partition("/")[2])
                    for command, actor in acts(event, temper, creators[envelope.stream]):
                        acting.create_task(self._tell(envelope.stream, command, actor))
                    if isinstance(event, CollaborationEnded):
                        del creators[envelope.stream]
                        self.ended += 1
                self.events += len(page)
                if page:
                    async with self._moved:
                        self._moved.notify_all()
                else:
                    await asyncio.sleep(LOOK_EVERY)

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        """Act as long as the block runs; whatever goes wrong with it ends the block."""
        async with asyncio.TaskGroup() as group:
            act = group.create_task(self.play())
            yield
            act.cancel()

    async def until_ended(self, count: int) -> None:
        """Wait until so many collaborations are over."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.ended >= count)

    async def _tell(self, stream: str, command: Command, actor: Actor) -> None:
        key, clock = uuid4().hex, asyncio.get_running_loop().time
        async with self._gate:
            began = clock()
            while True:
                try:
                    await self._engine.decide(stream, command, actor=actor, command_id=key)
                except (EngineUnavailable, TooManyInFlight):
                    self.sent_again += 1
                    await asyncio.sleep(COME_BACK)
                except Refused as refusal:
                    self.refused.append(f"{type(command).__name__}: {refusal}")
                    return
                else:
                    self.took.append(clock() - began)
                    return
