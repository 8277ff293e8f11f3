"""The simulated crowd: everybody does what they are asked, insists until there is an answer, and breaks no rule."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from activities.starting import Answer
from api.bench import crowd as play
from api.bench.crowd import BRAND, Crowd, Temper, acts, all_prompt, mixed
from domain.collaboration import EVENTS, Collaboration, CollaborationDecider
from domain.contract_signing import DraftContract
from domain.decider import Actor, Command, Context, Role
from domain.errors import NotYourTurn
from domain.events import Envelope
from domain.monitoring import RecordMetrics
from domain.negotiation import MakeOffer, engines_answer
from domain.outcomes import Outcome
from domain.payouts import RecordPayout
from domain.verification import RecordAssessment
from tests.domain.given import ENGINE, Story, an_assessment, collaboration, context, doubted, opening, stored
from workflows.client import EngineUnavailable, TooManyInFlight

STREAM = "collaboration/collab-1"


class Theatre:
    """One collaboration, decided by the real rules, with the steps that the engine takes by itself."""

    def __init__(self, *, busy: Sequence[Exception] = ()) -> None:
        self.keys: list[str] = []
        self.given: list[Command] = []
        self._busy = list(busy)
        self._story = collaboration().does(opening()).does(RecordAssessment(assessment=an_assessment()))
        self._story = self._story.does(MakeOffer())

    @property
    def story(self) -> Story[Any, Collaboration]:
        """What has happened."""
        return self._story

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """See `Decides`."""
        assert stream == STREAM
        self.keys.append(command_id)
        if self._busy:
            raise self._busy.pop(0)
        at = Context(at=context().at, actor=actor, command_id=command_id)
        rules: Any = CollaborationDecider()
        events = rules.decide(command, self._story.state, at)
        self._story = collaboration(*self._story.past, *events)
        self.given.append(command)
        self._engine_goes_on()
        return Answer(stream=stream, version=len(self._story.past), events=(), fingerprint="f" * 64)

    def _engine_goes_on(self) -> None:
        state = self._story.state
        if not state.ended and (answer := engines_answer(state)) is not None:
            self._story = self._story.does(answer)
        if self._story.state.stage == "contract_signing" and self._story.state.document is None:
            self._story = self._story.does(DraftContract(document="c0" * 32))
        for payout in self._story.state.owed:
            self._story = self._story.does(RecordPayout(payout_id=payout.id, reference="t-1"), by=ENGINE)

    async def read_campaign(self, correlation_id: str, after_position: int = 0, limit: int = 1_000) -> list[Envelope]:
        """See `Record`."""
        assert correlation_id == "camp-1"
        return stored(EVENTS, STREAM, self._story.past)[after_position : after_position + limit]


async def played(theatre: Theatre, temper: Temper) -> Crowd:
    """The crowd after it has brought the collaboration to its end."""
    crowd = Crowd(theatre, theatre, "camp-1", temper=lambda _: temper)
    async with asyncio.timeout(60), crowd.playing():
        await crowd.until_ended(1)
    return crowd


@pytest.mark.parametrize(
    ("temper", "outcome", "decisions"),
    [
        (Temper.PROMPT, Outcome.COMPLETED, 11),
        (Temper.BARGAINS, Outcome.COMPLETED, 11),
        (Temper.FORGETS, Outcome.COMPLETED, 15),
        (Temper.DECLINES, Outcome.DECLINED, 1),
    ],
)
async def test_every_temper_comes_to_its_end_and_breaks_no_rule(
    temper: Temper, outcome: Outcome, decisions: int
) -> None:
    """By the real rules: a creator who forgets needs another draft and another review of both deliverables."""
    theatre = Theatre()
    crowd = await played(theatre, temper)
    assert crowd.refused == []
    assert collaboration(*theatre.story.past).state.outcome is outcome
    assert len(crowd.took) == len(theatre.given) == decisions
    assert crowd.events == len(theatre.story.past)


async def test_whoever_is_told_to_come_back_does_so_with_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a decision whose answer was lost would be taken twice."""
    monkeypatch.setattr(play, "COME_BACK", 0.01)
    theatre = Theatre(busy=[EngineUnavailable(seconds=10, why="test"), TooManyInFlight(stream=STREAM)])
    crowd = await played(theatre, Temper.DECLINES)
    assert crowd.sent_again == 2
    assert len(theatre.keys) == 3
    assert len(set(theatre.keys)) == 1


async def test_a_refusal_is_kept_and_the_play_goes_on() -> None:
    """A measurement in which somebody was refused says so at its end."""

    class Strict(Theatre):
        async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
            if isinstance(command, RecordMetrics) and len(crowd.refused) == 0:
                raise NotYourTurn(command="RecordMetrics", needed=Role.BRAND, role=actor.role)
            return await super().decide(stream, command, actor=actor, command_id=command_id)

    theatre = Strict()
    crowd = Crowd(theatre, theatre, "camp-1", temper=all_prompt)
    async with asyncio.timeout(60), crowd.playing():
        while len(theatre.given) < 10:  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)
    [refused] = crowd.refused
    assert refused.startswith("RecordMetrics: ")


def test_doubtful_evidence_is_looked_at_by_the_brand() -> None:
    """The one task that only some collaborations have."""
    [(command, actor)] = acts(doubted().past[-1], Temper.PROMPT, Actor(role=Role.CREATOR, id="c"))
    assert type(command).__name__ == "ApproveCreator"
    assert actor == BRAND


def test_tempers_are_dealt_as_the_help_says_and_the_same_each_time() -> None:
    """Of sixteen one declines, two bargain, one forgets."""
    ids = [uuid4().hex for _ in range(4_000)]
    dealt = Counter(map(mixed, ids))
    assert dealt == Counter(map(mixed, ids))
    assert 3_000 * 0.9 < dealt[Temper.PROMPT] < 3_000 * 1.1
    assert 250 * 0.6 < dealt[Temper.DECLINES] < 250 * 1.4
    assert 500 * 0.7 < dealt[Temper.BARGAINS] < 500 * 1.3
    assert {all_prompt(one) for one in ids} == {Temper.PROMPT}
