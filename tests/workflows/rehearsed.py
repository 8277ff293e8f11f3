"""A simulated campaign, played by the same people to the real engine: the same seed, the same moments, the same words.

The simulation tells beforehand what everybody will say when. Here they say it, on a server whose clock can jump, to
real workflows with a real database; deadlines pass by themselves. Whatever the simulation leaves out shows as a
difference.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from time import monotonic

from activities.event_streams import registry_of
from api.simulation.library import stream
from api.simulation.outreach import Scene
from api.simulation.people import Candidate
from api.simulation.walk import Walk, Walking
from domain.behaviour import Behaviour, Draw
from domain.brief import Brief
from domain.collaboration import Collaboration, CollaborationCommand, CollaborationDecider
from domain.contract_signing import SignContract
from domain.creators import Profile
from domain.decider import Role
from domain.events import Envelope
from domain.lifecycle import Stage
from domain.monitoring import MetricsRecorded
from domain.negotiation import engines_answer
from domain.outcomes import CollaborationEnded
from tests.workflows.conftest import PEOPLE, Bench

SETTLING = 120.0
"""Seconds that the engine may take for what it does without waiting for anybody."""
LOOK_EVERY = 0.05


@dataclass(frozen=True)
class Line:
    """What somebody says, and when."""

    at: datetime
    said: CollaborationCommand
    by: Role


class Rehearsal(Walking):
    """A walk that notes what people say in it."""

    def __init__(self, candidate: Candidate, behaviour: Behaviour, caption: str, draw: Draw, start: datetime) -> None:
        super().__init__(candidate, behaviour, caption, draw, start)
        self.lines: list[Line] = []

    def take(self, command: CollaborationCommand, by: Role) -> None:
        """See `Walking.take`."""
        if by is not Role.ENGINE:
            self.lines.append(Line(self.at, command, by))
        super().take(command, by)


@dataclass(frozen=True)
class Part:
    """What one creator's collaboration comes to in the simulation, and what is said in it."""

    handle: str
    walk: Walk
    lines: Sequence[Line]


def rehearse(scene: Scene, seed: object) -> list[Part]:
    """Everybody's part in one run. Each creator has random numbers of their own."""
    parts = []
    for profile, candidate in zip(scene.profiles, scene.candidates, strict=True):
        draw = stream(seed, "walk", profile.handle)
        rehearsal = Rehearsal(candidate, scene.behaviour, scene.caption, draw, scene.now)
        walk = rehearsal.to_the_end()
        parts.append(Part(profile.handle, walk, rehearsal.lines))
    return parts


class Prepared:
    """Walks that are taken in their order. Satisfies `Walks`."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._left = iter(parts)

    def take(self, start: float, draw: Draw) -> Walk:
        """See `Walks.take`."""
        return next(self._left).walk


@dataclass(frozen=True)
class Known:
    """What the record holds of one collaboration."""

    stream: str
    began: datetime
    state: Collaboration
    ended: datetime | None
    told: Sequence[tuple[datetime, int]]
    """The impressions of each post, and when somebody told them."""

    @property
    def paid(self) -> int:
        """What the creator was paid, in minor units."""
        payouts = self.state.payouts.values()
        return sum(payout.amount.amount for payout in payouts if payout.reference is not None)

    def at_rest(self, now: datetime) -> bool:
        """Whether only people are waited for."""
        state = self.state
        if state.ended:
            return True
        if state.assessment is None or state.owed or any(task.due_at <= now for task in state.tasks.values()):
            return False
        match state.stage:
            case Stage.NEGOTIATION:
                return state.offer is not None and engines_answer(state) is None
            case Stage.CONTRACT_SIGNING:
                return state.document is not None
            case _:
                return not state.works or state.sealed is not None


class Performance:
    """The collaborations of one campaign on the real engine, whose people follow a script.

    Who is invited when is not played: the simulation asks `activities.staffing` for it, as the engine does.
    """

    def __init__(self, bench: Bench, brief: Brief) -> None:
        self._bench = bench
        self._brief = brief
        self._campaign_id = ""
        self._handles: dict[str, str] = {}
        """By stream."""

    async def open(self, profiles: Sequence[Profile]) -> datetime:
        """Start a collaboration with each creator, and return when the first began."""
        self._campaign_id = await self._bench.open_campaign(self._brief)
        for profile in profiles:
            one = await self._bench.collaborate_in(self._campaign_id, self._brief, profile)
            self._handles[one.stream] = profile.handle
        return min(known.began for known in (await self._settled()).values())

    async def play(self, parts: Sequence[Part]) -> Mapping[str, Known]:
        """Everybody says their lines; returns what came of it, by handle."""
        script = sorted(
            ((line.at, part.handle, line) for part in parts for line in part.lines), key=lambda one: one[:2]
        )
        while True:
            known = await self._settled()
            now = await self._bench.now()
            while script and script[0][0] <= now:
                await self._say(known, *script.pop(0)[1:])
                known = await self._settled()
            due = [task.due_at for one in known.values() for task in one.state.tasks.values()]
            if not due:
                assert not script, f"nobody listens any more to {script}"
                return known
            await self._bench.let_pass(min([*due, *(at for at, *_ in script[:1])]) - now)

    async def _say(self, known: Mapping[str, Known], handle: str, line: Line) -> None:
        one, said = known[handle], line.said
        if isinstance(said, SignContract):  # the simulation has no document
            said = said.model_copy(update={"document": one.state.document})
        key = f"{handle} at {line.at:%Y-%m-%d %H:%M:%S.%f}"
        await self._bench.engine.decide(one.stream, said, actor=PEOPLE[line.by], command_id=key)

    async def _settled(self) -> Mapping[str, Known]:
        """What is known of everybody, once the engine has done all that it does by itself."""
        give_up = monotonic() + SETTLING
        while True:
            known, now = await self._known(), await self._bench.now()
            if len(known) == len(self._handles) and all(one.at_rest(now) for one in known.values()):
                return known
            assert monotonic() < give_up, [one.state for one in known.values() if not one.at_rest(now)]
            await asyncio.sleep(LOOK_EVERY)

    async def _known(self) -> Mapping[str, Known]:
        envelopes = await self._bench.log.read_campaign(self._campaign_id, limit=10_000)
        streams = sorted(envelopes, key=lambda one: (one.stream, one.version))
        of_each = {stream: list(events) for stream, events in groupby(streams, key=lambda one: one.stream)}
        return {handle: known_of(of_each[stream]) for stream, handle in self._handles.items() if stream in of_each}


def known_of(events: Sequence[Envelope]) -> Known:
    """The events of one collaboration, summed up."""
    first = events[0]
    state, decider, registry = Collaboration(), CollaborationDecider(), registry_of(first.stream)
    ended, told = None, []
    for envelope in events:
        event, at = registry.decode(envelope), envelope.metadata.decided_at
        state = decider.evolve(state, event)
        if isinstance(event, CollaborationEnded):
            ended = at
        if isinstance(event, MetricsRecorded):
            told.append((at, event.metrics.impressions or 0))
    return Known(first.stream, first.metadata.decided_at, state, ended, told)
