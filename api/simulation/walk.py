"""One simulated collaboration: the real decider, asked and answered event by event, without workflow or database.

The engine's own steps take no time here. Reminders are left out, for no assumption says that they change an answer; so
is the sealing of contracts, on which nothing else depends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import NamedTuple

from api.simulation.people import Candidate, People
from domain.behaviour import Behaviour, Draw
from domain.budget import moves
from domain.checks import Assessment, Verdict
from domain.collaboration import Collaboration, CollaborationCommand, CollaborationDecider
from domain.commission import SettleCommission, commission_is_due
from domain.content_approval import PUBLISH
from domain.contract_signing import DraftContract
from domain.deadlines import PassTime, Task
from domain.decider import ENGINE, Actor, Context, Event, Role
from domain.lifecycle import Stage
from domain.monitoring import MetricsRecorded
from domain.negotiation import MakeOffer, engines_answer
from domain.outcomes import Outcome
from domain.payouts import RecordPayout
from domain.verification import OpenCollaboration, RecordAssessment

DECIDER = CollaborationDecider()
LONGEST = 2_000
"""Steps of one collaboration: far beyond what any brief allows, so more are a mistake in this loop."""

_ACTORS = {Role.ENGINE: ENGINE, **{role: Actor(role=role, id="simulated") for role in (Role.BRAND, Role.CREATOR)}}
_DOCUMENT = "0" * 64


class Move(NamedTuple):
    """What a decision does to the budget, in minor units, `at` seconds after the collaboration's start."""

    at: float
    reserved: int
    committed: int
    paid: int


class Result(NamedTuple):
    """What one post brought, once it is known: `at` in seconds, counts, revenue in minor units."""

    at: float
    impressions: int
    reach: int
    engagements: int
    clicks: int
    orders: int
    revenue: int


@dataclass(frozen=True, slots=True)
class Walk:
    """What one collaboration came to. Times are seconds since its start."""

    moves: tuple[Move, ...]
    results: tuple[Result, ...]
    engaged_at: float | None
    """When the contract was concluded; None if it was not."""
    ended_at: float
    outcome: Outcome
    stage: Stage
    """Where it was when it ended."""
    stays: tuple[tuple[Stage, float], ...]
    """How long it was in each stage that it came to."""


def walk(candidate: Candidate, behaviour: Behaviour, caption: str, draw: Draw, start: datetime) -> Walk:
    """One collaboration from `start` to its end, as if the budget knew no limit: that is for the campaign to see to."""
    return Walking(candidate, behaviour, caption, draw, start).to_the_end()


class Walking:
    """The discrete-event loop: the engine acts at once, otherwise whatever comes first happens, answer or deadline."""

    def __init__(self, candidate: Candidate, behaviour: Behaviour, caption: str, draw: Draw, start: datetime) -> None:
        self._candidate = candidate
        self._behaviour = behaviour
        self._draw = draw
        self._people = People(candidate, behaviour, caption, draw)
        self._start = self.at = start
        self._state = Collaboration()
        self._answers: dict[tuple[str, datetime], datetime | None] = {}
        self._moves: list[Move] = []
        self._results: list[Result] = []
        self._engaged_at: float | None = None
        self._entered: list[tuple[Stage, float]] = [(Stage.VERIFICATION, 0.0)]

    def to_the_end(self) -> Walk:
        """The whole walk."""
        for _ in range(LONGEST):
            if self._state.ended:
                return self._walk()
            own = self._engines_turn()
            if own is not None:
                self.take(own, Role.ENGINE)
            else:
                self._wait()
        raise AssertionError(f"still open after {LONGEST} steps: {self._state.open_tasks}")

    def _engines_turn(self) -> CollaborationCommand | None:
        """What the workflow does without waiting for anybody."""
        state = self._state
        if not state.opened:
            return OpenCollaboration(
                collaboration_id="simulated",
                campaign_id="simulated",
                creator_id="simulated",
                rank=1,
                assignment=self._candidate.assignment,
            )
        if state.assessment is None:
            return RecordAssessment(assessment=self._assessed())
        if state.payable:
            return RecordPayout(payout_id=state.payable[0].id, reference="simulated")
        if commission_is_due(state):
            return SettleCommission(
                orders=sum(result.orders for result in self._results),
                revenue=sum(result.revenue for result in self._results),
            )
        if state.stage is Stage.NEGOTIATION and state.offer is None:
            return MakeOffer()
        if state.stage is Stage.NEGOTIATION and (answer := engines_answer(state)) is not None:
            return answer
        if state.stage is Stage.CONTRACT_SIGNING and state.document is None:
            return DraftContract(document=_DOCUMENT)
        return None

    def _assessed(self) -> Assessment:
        if self._state.report is not None:
            verdict = Verdict.PASS if self._behaviour.report_clears.happens(self._draw) else Verdict.REVIEW
        elif self._behaviour.passes_checks.happens(self._draw):
            verdict = Verdict.PASS
        else:
            verdict = Verdict.REVIEW if self._behaviour.doubtful.happens(self._draw) else Verdict.FAIL
        return Assessment(evidence=(), score=0.5, verdict=verdict, formula_version=self._behaviour.version)

    def _wait(self) -> None:
        """Until the first answer or deadline. An answer that comes with the deadline is too late."""
        tasks = self._state.tasks.values()
        answers = [(at, task.name, task.assignee) for task in tasks if (at := self._answer_at(task)) is not None]
        first = min(answers, default=None)
        deadline = min(task.due_at for task in tasks)
        if first is None or first[0] >= deadline:
            self.at = deadline
            self.take(PassTime(), Role.ENGINE)
            return
        self.at, name, assignee = first
        said = self._people.answer(name, self._state)
        if said is None:
            self._answers[name, self._state.tasks[name].opened_at] = None
        else:
            self.take(said, assignee)

    def _answer_at(self, task: Task) -> datetime | None:
        """When the assignee answers if the deadline lets them; None if never. An extension does not change it."""
        asked = (task.name, task.opened_at)
        if asked not in self._answers:
            self._answers[asked] = self._draw_answer(task)
        return self._answers[asked]

    def _draw_answer(self, task: Task) -> datetime | None:
        seconds = self._behaviour.answering(task.name).seconds(self._draw)
        opens = self._candidate.assignment.posting_window.starts_at
        since = max(task.opened_at, opens) if task.name.startswith(PUBLISH) else task.opened_at
        # Whoever takes longer than every deadline can be moved never answers, and the calendar has an end.
        return since + timedelta(seconds=seconds) if seconds < _FOREVER else None

    def take(self, command: CollaborationCommand, by: Role) -> None:
        """Somebody's command is decided now."""
        context = Context(at=self.at, actor=_ACTORS[by], command_id="simulated")
        events = DECIDER.decide(command, self._state, context)
        self._state = reduce(DECIDER.evolve, events, self._state)
        since = self._since
        for each in moves(events, campaign_id="simulated", currency=self._candidate.assignment.currency):
            self._moves.append(Move(since, each.reserved, each.committed, each.paid))
        for event in events:
            self._note(event, since)
        if self._state.stage is not self._entered[-1][0]:
            self._entered.append((self._state.stage, since))
            if self._state.stage is Stage.CONTENT_APPROVAL:
                self._engaged_at = since

    def _note(self, event: Event, since: float) -> None:
        if isinstance(event, MetricsRecorded):
            known = event.metrics
            figures = (known.impressions, known.reach, known.engagements, known.clicks, known.orders, known.revenue)
            self._results.append(Result(since, *(figure or 0 for figure in figures)))

    @property
    def _since(self) -> float:
        return (self.at - self._start).total_seconds()

    def _walk(self) -> Walk:
        state, ended = self._state, self._since
        assert state.outcome is not None, "the walk is over"
        times = [at for _, at in self._entered[1:]] + [ended]
        stays = tuple((stage, until - at) for (stage, at), until in zip(self._entered, times, strict=True))
        return Walk(
            moves=tuple(self._moves),
            results=tuple(self._results),
            engaged_at=self._engaged_at,
            ended_at=ended,
            outcome=state.outcome,
            stage=state.stage,
            stays=stays,
        )


_FOREVER = 4 * 365 * 86_400
"""Seconds: a deadline and its extension are at most a year each."""
