"""Everybody accepts at once, by the real rules and the real append: never more than fits, and the ledgers add up."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any

import pytest

from activities.event_streams import registry_of
from activities.records import campaign_after, collaboration_after
from activities.starting import Answer, campaign_stream, collaboration_id, collaboration_stream
from activities.store.creator_claims import CreatorClaims
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool, open_pool
from activities.store.projections.read_models import read_models
from domain.assignment import assign
from domain.brief import Brief
from domain.budget import moves
from domain.checks import Verdict
from domain.decider import ENGINE, Actor, Command, Role
from domain.errors import BudgetExceeded, ExclusivityClash, GroundswellError
from domain.goal_setting import StartCampaign
from domain.lifecycle import Stage
from domain.money import Money
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer, MakeOffer
from domain.verification import OpenCollaboration, RecordAssessment
from tests.api.conftest import InProcessEngine
from tests.domain.given import T0, a_brief, a_profile, an_assessment, exclusively
from tests.keys import a_sealer

OPENING, ASKED = 212_50, 300_00
"""What is offered first, and what the creators ask for instead: minor units."""


class Market:
    """Campaigns and creators who all act at the same time, each through a connection of their own."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.log = PostgresEventLog(pool, a_sealer(pool), read_models())
        self._engine = InProcessEngine(self.log)
        self._given = 0

    async def give(self, stream: str, command: Command, by: Role = Role.ENGINE) -> Answer:
        self._given += 1
        actor = ENGINE if by is Role.ENGINE else Actor(role=by, id=f"{by}-1")
        return await self._engine.decide(stream, command, actor=actor, command_id=f"market/{self._given}")

    async def start(self, campaign_id: str, brief: Brief) -> None:
        await self.give(campaign_stream(campaign_id), StartCampaign(campaign_id=campaign_id, brief=brief), Role.BRAND)

    async def offered(self, campaign_id: str, creator_id: str, brief: Brief) -> str:
        """A collaboration whose creator has the opening offer; returns its stream."""
        id_ = collaboration_id(campaign_id, creator_id)
        stream = collaboration_stream(id_)
        opening = OpenCollaboration(
            collaboration_id=id_,
            campaign_id=campaign_id,
            creator_id=creator_id,
            rank=1,
            assignment=assign(brief, a_profile()),
        )
        await self.give(stream, opening)
        await self.give(stream, RecordAssessment(assessment=an_assessment(Verdict.PASS)))
        await self.give(stream, MakeOffer())
        return stream

    async def ledger(self, campaign_id: str) -> dict[str, int]:
        row = await self.pool.fetchrow(
            "select total, reserved, committed, paid from budget where campaign_id = $1", campaign_id
        )
        assert row is not None
        return dict(row)

    async def reckoned(self, campaign_id: str) -> dict[str, int]:
        """The ledger as it follows from the events alone."""
        sums = Counter(total=0, reserved=0, committed=0, paid=0)
        for envelope in await self.log.read_campaign(campaign_id, limit=10_000):
            event = registry_of(envelope.stream).decode(envelope)
            for move in moves([event], campaign_id=campaign_id, currency="USD"):
                sums.update({name: getattr(move, name) for name in sums})
        return dict(sums)


@pytest.fixture
async def market(database: str) -> AsyncIterator[Market]:
    pool = await open_pool(database, application_name="market", min_size=32, max_size=32)
    yield Market(pool)
    await pool.close()


async def outcomes(acts: Sequence[Awaitable[Answer]]) -> tuple[list[int], list[tuple[int, GroundswellError]]]:
    """Lets all of it happen at once: which of them succeeded, and what each of the others was told."""
    results: list[Any] = await asyncio.gather(*acts, return_exceptions=True)
    for result in results:
        if not isinstance(result, Answer | GroundswellError):
            raise result
    accepted = [nth for nth, result in enumerate(results) if isinstance(result, Answer)]
    return accepted, [(nth, result) for nth, result in enumerate(results) if isinstance(result, GroundswellError)]


async def test_of_64_acceptances_of_the_last_of_a_budget_as_many_succeed_as_fit(market: Market) -> None:
    """The others are refused with the amounts and keep their offers; what one of them gives back lets others in."""
    many, fit, rest, more = 64, 10, 50_00, ASKED - OPENING
    total = many * OPENING + fit * more + rest
    brief = a_brief(budget={"amount": total, "currency": "USD"}, creators_wanted=many)
    await market.start("tea", brief)
    streams = await asyncio.gather(*(market.offered("tea", f"creator-{n}", brief) for n in range(many)))
    asking = CounterOffer(version=1, fee=Money(amount=ASKED, currency="USD"))
    await asyncio.gather(*(market.give(stream, asking, Role.CREATOR) for stream in streams))
    assert await market.ledger("tea") == {"total": total, "reserved": many * OPENING, "committed": 0, "paid": 0}
    lengths = {stream: await market.log.head(stream) for stream in streams}

    accepted, refused = await outcomes([market.give(stream, AcceptOffer(version=2), Role.BRAND) for stream in streams])

    assert (len(accepted), len(refused)) == (fit, many - fit)
    for nth, refusal in refused:
        assert isinstance(refusal, BudgetExceeded)
        assert refusal.facts == {"available": rest, "budget": total, "needed": more}
        [noted] = await market.log.read(streams[nth], after_version=lengths[streams[nth]])
        assert (noted.type, noted.data["shortfall"]) == ("OfferBlocked", refusal.facts)
        state = collaboration_after(await market.log.read(streams[nth]))
        assert (state.stage, state.reserved, state.committed) == (Stage.NEGOTIATION, OPENING, 0)
    committed, reserved = fit * ASKED, (many - fit) * OPENING
    assert committed + reserved + rest == total
    assert await market.ledger("tea") == {"total": total, "reserved": reserved, "committed": committed, "paid": 0}
    assert await market.reckoned("tea") == await market.ledger("tea")

    [(first, _), *losers] = refused
    await market.give(streams[first], DeclineOffer(version=2), Role.BRAND)
    room = (OPENING + rest) // more
    again = [market.give(streams[nth], AcceptOffer(version=2), Role.BRAND) for nth, _ in losers]
    accepted, refused = await outcomes(again)

    assert (len(accepted), len(refused)) == (room, many - fit - 1 - room)
    assert {str(refusal) for _, refusal in refused} == {
        f"The campaign has {rest + OPENING - room * more} of its budget of {total} left (minor units); "
        f"{more} was asked for."
    }
    assert await market.reckoned("tea") == await market.ledger("tea")


async def test_of_two_campaigns_that_race_for_a_creator_one_gets_them(market: Market) -> None:
    """Twelve creators say yes to both at once, and one of the two is exclusive: each yes counts once."""
    creators = [f"creator-{n}" for n in range(12)]
    briefs = {"tea": a_brief(), "leaf": a_brief(brand="Other Leaf", category="Tea", terms=exclusively(30))}
    for campaign_id, brief in briefs.items():
        await market.start(campaign_id, brief)
    pairs = [(campaign_id, creator_id) for creator_id in creators for campaign_id in briefs]
    streams = await asyncio.gather(
        *(market.offered(campaign, creator, briefs[campaign]) for campaign, creator in pairs)
    )

    accepted, refused = await outcomes([market.give(each, AcceptOffer(version=1), Role.CREATOR) for each in streams])

    won = {pairs[nth][1]: pairs[nth][0] for nth in accepted}
    assert len(accepted) == len(won) == len(creators)
    assert sorted(pairs[nth][1] for nth, _ in refused) == sorted(creators)
    for nth, refusal in refused:
        assert isinstance(refusal, ExclusivityClash)
        winner = won[pairs[nth][1]]
        assert (refusal.facts["scope"], refusal.facts["name"]) == ("category", "tea")
        assert refusal.facts["until"] == ("2026-05-31" if winner == "leaf" else "2026-05-01")
        assert "campaign" not in refusal.facts  # which one it is, is not for the creator to know
    held = await CreatorClaims(market.pool).held(creators, T0)
    assert {creator: {one.campaign_id for one in claims} for creator, claims in held.items()} == {
        creator: {winner} for creator, winner in won.items()
    }
    for campaign_id, brief in briefs.items():
        opening = assign(brief, a_profile()).opening_fee  # exclusivity has its price
        wins = sum(winner == campaign_id for winner in won.values())
        ledger = await market.ledger(campaign_id)
        assert (ledger["committed"], ledger["reserved"]) == (wins * opening, (len(creators) - wins) * opening)
        assert await market.reckoned(campaign_id) == ledger
        assert campaign_after(await market.log.read(campaign_stream(campaign_id))).id == campaign_id
