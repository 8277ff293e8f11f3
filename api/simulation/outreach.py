"""One simulated campaign: collaborations that were walked on their own, put together in order of time under one budget.

Who is invited when is decided by the engine's own `Staffing`, and the shortlist's approval by its campaign decider. The
budget is kept as the ledger keeps it: what does not fit is refused, and the collaboration ends as the engine ends it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import reduce
from heapq import heappop, heappush
from math import ceil, inf
from typing import Protocol

from activities.public_holidays import public_holidays
from activities.staffing import Staffing
from api.simulation.people import Candidate, candidates_of, disclosing_caption
from api.simulation.walk import Move, Result, Walk, walk
from domain.behaviour import DEFAULT, Behaviour, Draw
from domain.brief import Brief
from domain.campaign import Campaign, CampaignDecider
from domain.creators import Profile
from domain.deadlines import PassTime
from domain.decider import ENGINE, Actor, Context, Role
from domain.discovery import APPROVE_SHORTLIST, ApproveShortlist, ProposeShortlist, Shortlist
from domain.goal_setting import StartCampaign
from domain.lifecycle import Stage
from domain.outcomes import Outcome

_BRAND = Actor(role=Role.BRAND, id="simulated")
_DECIDER = CampaignDecider()


@dataclass(frozen=True)
class Scene:
    """What is the same in every run: the brief, how people behave, who may be invited, and when it begins."""

    brief: Brief
    now: datetime
    behaviour: Behaviour = DEFAULT
    profiles: tuple[Profile, ...] = ()
    """Of the accounts that may be invited; invented ones if there are none."""
    listed: int = 0
    """Length of the shortlist; 0 is the assumed number for each place, or as many as there are profiles."""
    candidates: list[Candidate] = field(init=False)
    caption: str = field(init=False)
    opening: Campaign = field(init=False)
    """The campaign with its shortlist proposed; building it refuses a brief that cannot work."""
    deadlines: tuple[float, ...] = field(init=False)
    """When each objective's last day is over, in seconds from `now`."""

    def __post_init__(self) -> None:
        """Raises:
        BriefRefused: the brief cannot work, with all its reasons, as `POST /v1/campaigns` gives them.
        """
        brief, listed = self.brief, self.shortlisted
        holidays = public_holidays(brief, today=self.now.astimezone(brief.zone).date())
        opening = Campaign()
        for command in (
            StartCampaign(campaign_id="simulated", brief=brief, holidays=holidays),
            ProposeShortlist(shortlist=Shortlist(digest="0" * 64, size=listed), considered=listed),
        ):
            context = Context(at=self.now, command_id="simulated")
            opening = reduce(_DECIDER.evolve, _DECIDER.decide(command, opening, context), opening)
        object.__setattr__(self, "opening", opening)
        object.__setattr__(self, "candidates", candidates_of(brief, self.profiles))
        object.__setattr__(self, "caption", disclosing_caption(brief))
        ends = (datetime.combine(one.by + timedelta(days=1), time.min, tzinfo=brief.zone) for one in brief.objectives)
        object.__setattr__(self, "deadlines", tuple((end - self.now).total_seconds() for end in ends))

    @property
    def shortlisted(self) -> int:
        """How many creators are on the shortlist."""
        per_place = self.behaviour.candidates_per_place.median
        return self.listed or len(self.profiles) or ceil(self.brief.creators_wanted * per_place)

    @property
    def opens(self) -> float:
        """When the posting window opens, in seconds from `now`; negative if it has."""
        return (self.brief.posting_window.starts_at - self.now).total_seconds()

    def walk(self, start: float, place: float, draw: Draw) -> Walk:
        """A collaboration that begins `start` seconds from `now`, with the candidate at `place` (0..1) of them all."""
        candidate = self.candidates[int(place * len(self.candidates))]
        return walk(candidate, self.behaviour, self.caption, draw, self.now + timedelta(seconds=start))


class Walks(Protocol):
    """Where collaborations come from: walked for this one, or taken from many that were walked before."""

    def take(self, start: float, draw: Draw) -> Walk:
        """One that begins `start` seconds from the campaign's beginning."""
        ...


class Fresh:
    """Walks every collaboration anew: exact, and slow."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def take(self, start: float, draw: Draw) -> Walk:
        """See `Walks.take`."""
        return self._scene.walk(start, draw(), draw)


@dataclass
class Run:
    """What one simulated campaign came to. Times are seconds from its beginning, amounts minor units."""

    invited: int = 0
    contracted: int = 0
    """Contracts that both sides signed."""
    completed: int = 0
    paid: int = 0
    peak: int = 0
    """The most that was ever reserved, committed and paid together."""
    ended_at: float = 0.0
    lost: Counter[tuple[Stage, Outcome]] = field(default_factory=Counter)
    """Creators whose collaboration did not complete, by where it ended and how."""
    stays: dict[Stage, float] = field(default_factory=dict)
    """Seconds that collaborations have been in each stage, together."""
    entered: Counter[Stage] = field(default_factory=Counter)
    """How many came to each stage."""
    in_time: list[int] = field(default_factory=list)
    """What was known to be reached by the date of each objective."""
    in_all: list[int] = field(default_factory=list)
    """What was reached in the end, for each objective."""
    reached_at: list[float] = field(default_factory=list)
    """When each objective's target was reached; infinity is never."""


def campaign(scene: Scene, walks: Walks, draw: Draw) -> Run:
    """One run of the whole campaign."""
    approved_at = _approved_at(scene, draw)
    return _Outreach(scene, walks, draw).run(approved_at)


def _approved_at(scene: Scene, draw: Draw) -> float:
    """When outreach begins, in seconds; infinity if the shortlist is not approved."""
    state = scene.opening
    answer = scene.behaviour.approve_shortlist.seconds(draw)
    while not (state.approved or state.ended):
        due_at = state.tasks[APPROVE_SHORTLIST].due_at
        if answer < (due_at - scene.now).total_seconds():
            at = scene.now + timedelta(seconds=answer)
            context = Context(at=at, actor=_BRAND, command_id="simulated")
            state = reduce(_DECIDER.evolve, _DECIDER.decide(ApproveShortlist(), state, context), state)
        else:
            at = due_at
            context = Context(at=at, actor=ENGINE, command_id="simulated")
            state = reduce(_DECIDER.evolve, _DECIDER.decide(PassTime(), state, context), state)
    return (at - scene.now).total_seconds() if state.approved else inf


@dataclass
class _Under:
    """A collaboration under way, and what it holds of the budget."""

    walk: Walk
    start: float
    held: int = 0
    engaged: bool = False
    over: bool = False


_Happening = tuple[float, int, _Under, Move | None]
"""When, in which order, whose, and what: a move of the budget, or (None) the contract or the end."""


class _Outreach:
    """Invites, replaces, and keeps the budget, from one happening to the next."""

    def __init__(self, scene: Scene, walks: Walks, draw: Draw) -> None:
        self._scene = scene
        self._walks = walks
        self._draw = draw
        self._queue: list[_Happening] = []
        self._nth = 0
        self._left = scene.brief.budget.amount
        self._counts: Counter[str] = Counter()
        self._staffing = Staffing(scene.brief.creators_wanted, patience_seconds=inf)
        self._listed = scene.shortlisted
        self._results: list[Result] = []
        self._run = Run()

    def run(self, approved_at: float) -> Run:
        if approved_at < inf:
            self._run.ended_at = approved_at
            self._invite(approved_at)
            while self._queue:
                at, _, under, move = heappop(self._queue)
                if not under.over and self._happens(at, under, move):
                    self._invite(at)
        return self._summed_up()

    def _invite(self, at: float) -> None:
        """As `Discovery.reach_out` does it: look, and start as many as there is room for."""
        staffing = self._staffing
        while True:
            staffing.look(self._counts, now=at)
            room = staffing.room
            if room > self._listed - staffing.cursor:
                room, staffing.exhausted = self._listed - staffing.cursor, True
            if room <= 0:
                return
            staffing.cursor += room
            staffing.note_started(room, now=at)
            self._counts["active"] += room
            for _ in range(room):
                self._start(at)

    def _start(self, at: float) -> None:
        found = self._walks.take(at, self._draw)
        under = _Under(found, at)
        self._run.invited += 1
        for move in found.moves:
            self._push(at + move.at, under, move)
        if found.engaged_at is not None:
            self._push(at + found.engaged_at, under, None)
        self._push(at + found.ended_at, under, None)

    def _push(self, at: float, under: _Under, move: Move | None) -> None:
        self._nth += 1
        heappush(self._queue, (at, self._nth, under, move))

    def _happens(self, at: float, under: _Under, move: Move | None) -> bool:
        """Whether it changes how many are wanted."""
        if move is not None:
            return self._moves(at, under, move)
        if under.walk.engaged_at is not None and not under.engaged:
            under.engaged = True
            self._counts["engaged"] += 1
            self._run.contracted += 1
        else:
            self._ends(at, under, under.walk.outcome, under.walk.stage)
        return True

    def _moves(self, at: float, under: _Under, move: Move) -> bool:
        needed = move.reserved + move.committed + move.paid
        if needed > self._left:
            # The engine withholds the offer: nobody is made one, or the negotiation ends.
            outcome = Outcome.NO_BUDGET if under.held == 0 else Outcome.DECLINED
            self._left += under.held
            self._ends(at, under, outcome, Stage.NEGOTIATION)
            return True
        self._left -= needed
        under.held += needed - move.paid
        self._run.paid += move.paid
        self._run.peak = max(self._run.peak, self._scene.brief.budget.amount - self._left)
        return False

    def _ends(self, at: float, under: _Under, outcome: Outcome, stage: Stage) -> None:
        run, since = self._run, at - under.start
        under.over = True
        self._counts["active"] -= 1
        self._counts[outcome] += 1
        if outcome is Outcome.COMPLETED:
            run.completed += 1
        else:
            run.lost[stage, outcome] += 1
            self._counts["engaged"] -= under.engaged
        run.ended_at = max(run.ended_at, at)
        spent = 0.0
        for name, stay in under.walk.stays:
            if spent > since:
                break
            run.entered[name] += 1
            run.stays[name] = run.stays.get(name, 0.0) + min(stay, since - spent)
            spent += stay
        self._results += [
            result._replace(at=under.start + result.at) for result in under.walk.results if result.at <= since
        ]

    def _summed_up(self) -> Run:
        self._results.sort()
        for objective, deadline in zip(self._scene.brief.objectives, self._scene.deadlines, strict=True):
            place = Result._fields.index(objective.measure.value)
            in_time, in_all, reached = 0, 0, inf
            for result in self._results:
                in_all += int(result[place])
                if result.at < deadline:
                    in_time = in_all
                if in_all >= objective.target and reached == inf:
                    reached = result.at
            self._run.in_time.append(in_time)
            self._run.in_all.append(in_all)
            self._run.reached_at.append(reached)
        return self._run
