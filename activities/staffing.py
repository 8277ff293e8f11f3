"""How many creators are invited at a time: enough that some may say no, not so many that far too many say yes."""

import math
from collections.abc import Mapping

OVERBOOKING = 1.5
"""Creators courted for each place that is still free; an assumption of this engine (grade C), and at least one more."""

GIVING_BACK = ("declined", "expired", "missed", "cancelled")
"""Outcomes after which money that was reserved or committed is there for somebody else."""

BEGUN_AT_MOST = 100
"""Workflows that may be started and not have recorded anything yet. More would only wait: behind the work of those who
are under way, and in the workers' memory."""

COURTED_FOR_MONEY = 2
"""Creators courted for each of these ends while the budget is used up."""


class Staffing:
    """The state of an outreach: who has been started, and how their collaborations stand.

    A started workflow is not in the read model until it has recorded its first event. Until then it is counted as
    courted, or a slow worker would make us invite far too many.

    Once the budget does not cover somebody, it covers nobody else either, until an end gives money back. Without regard
    to that a tight budget would use up the whole shortlist within seconds, on creators who get no offer.
    """

    def __init__(self, wanted: int, *, patience_seconds: float) -> None:
        self._wanted = wanted
        self._patience_seconds = patience_seconds
        self._visible = 0
        self._active = 0
        self._courted = 0
        self._engaged = 0
        self._moved_at = -math.inf
        self._lost = False
        self._withheld = 0
        self._given_back = 0
        self._rejected = 0
        self._short_since: tuple[int, int, int] | None = None
        self.cursor = 0
        """Rank of the last creator who was started or passed over."""
        self.started = 0
        """Workflows that this outreach has started."""
        self.exhausted = False
        """Whether the list has ended."""

    def look(self, outcomes: Mapping[str, int], *, now: float) -> None:
        """Take in the counts of `Progress.outcomes` at `now` (seconds of a monotonic clock)."""
        visible = sum(count for outcome, count in outcomes.items() if outcome != "engaged")
        if visible != self._visible or self._moved_at == -math.inf:
            self._moved_at = now
        self._visible = visible
        self._active = outcomes.get("active", 0)
        self._engaged = outcomes.get("engaged", 0)
        self._look_for_money(outcomes)
        engaged_and_under_way = self._engaged - outcomes.get("completed", 0)
        self._courted = max(0, self._active - engaged_and_under_way)
        # A workflow that records nothing for so long will not do so because we wait: give its place to somebody else.
        self._lost = now - self._moved_at > self._patience_seconds

    def _look_for_money(self, outcomes: Mapping[str, int]) -> None:
        withheld = outcomes.get("no_budget", 0)
        if withheld > self._withheld:
            self._short_since = (self._given_back, self._rejected, self.started)
        self._withheld = withheld
        self._given_back = sum(outcomes.get(outcome, 0) for outcome in GIVING_BACK)
        self._rejected = outcomes.get("rejected", 0)

    def note_started(self, count: int, *, now: float) -> None:
        """So many workflows were started at `now`."""
        self.started += count
        self._moved_at = now

    @property
    def invited(self) -> int:
        """Creators invited by this outreach and those before it."""
        return max(self.started, self._visible)

    @property
    def room(self) -> int:
        """How many more to start now; 0 once enough are engaged or the list has ended."""
        free = self._wanted - self._engaged
        if free <= 0 or self.exhausted:
            return 0
        wished = max(free + 1, math.ceil(free * OVERBOOKING)) - self._courted - self._unseen
        return int(max(0, min(wished, self._affordable, BEGUN_AT_MOST - self._unseen)))

    @property
    def caught_up(self) -> bool:
        """Whether everybody who was started has recorded something: then only what people do is waited for."""
        return self._unseen == 0

    @property
    def finished(self) -> bool:
        """Whether nobody is left to invite or to wait for."""
        staffed = self._engaged >= self._wanted or self.exhausted or self._affordable <= 0
        return staffed and self._active == 0 and self._unseen == 0

    @property
    def _affordable(self) -> float:
        """How many more may be invited for the money that ends have given back; no limit while money is not short."""
        if self._short_since is None:
            return math.inf
        given_back, rejected, started = self._short_since
        in_question = (self.started - started) - (self._rejected - rejected)
        return COURTED_FOR_MONEY * (self._given_back - given_back) - in_question

    @property
    def _unseen(self) -> int:
        return 0 if self._lost else max(0, self.started - self._visible)
