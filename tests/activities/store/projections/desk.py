"""A desk at which decisions are made and appended as a worker does it, for the tests of read models."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from activities.store.projections.read_models import read_models
from activities.store.projections.states import REMEMBERED
from domain import campaign, collaboration
from domain.assignment import Assignment, assign
from domain.brief import Brief, Contacts, DeliverableRequest, Measure, Objective, ObjectiveKind, PostingWindow
from domain.budget import moves
from domain.calendars import WEEK, CampaignCalendar
from domain.campaign import CampaignDecider
from domain.checks import Assessment, Verdict
from domain.collaboration import CollaborationDecider
from domain.contract_signing import DraftContract, SignContract
from domain.creators import Platform, Profile
from domain.decider import ENGINE, Actor, Command, Context, Decider, Event, Role
from domain.discovery import ProposeShortlist, Shortlist
from domain.events import Registry, metadata
from domain.formats import Format
from domain.goal_setting import StartCampaign
from domain.money import Money
from domain.negotiation import AcceptOffer, MakeOffer
from domain.verification import OpenCollaboration, RecordAssessment
from tests.keys import a_sealer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BRAND = Actor(role=Role.BRAND, id="key-1")
CREATOR = Actor(role=Role.CREATOR, id="creator-1")
DIGEST = "a" * 64
BRIEF = Brief(
    brand="Acme",
    product="Lamp",
    category="home",
    objectives=(Objective(kind=ObjectiveKind.AWARENESS, measure=Measure.REACH, target=1_000, by=date(2026, 6, 1)),),
    budget=Money(amount=1_000_00, currency="USD"),
    fee_cap=300_00,
    creators_wanted=2,
    deliverables=(DeliverableRequest(format=Format.POST),),
    posting_window=PostingWindow(opens=date(2026, 4, 1), closes=date(2026, 5, 1)),
    contacts=Contacts(manager="manager@example.org"),
    calendar=CampaignCalendar(working_days=WEEK, quiet_hours=None),
)
PROFILE = Profile(
    platform=Platform.INSTAGRAM,
    handle="ada",
    name="Ada",
    email="ada@example.org",
    followers=5_000,
    average_likes=150,
    average_comments=10,
)
PASS = Assessment(evidence=(), score=0.9, verdict=Verdict.PASS, formula_version="test")


def assignment() -> Assignment:
    return assign(BRIEF, PROFILE)


class Desk:
    """Decides and appends as a worker does, at a time of the test's choosing."""

    def __init__(self, pool: Pool, remembered: int = REMEMBERED) -> None:
        self.pool = pool
        sealer = a_sealer(pool)
        self.log = PostgresEventLog(pool, sealer, read_models(remembered))
        self.now = NOW
        self._given = 0

    async def on_campaign(self, id: str, command: Command, by: Actor = ENGINE) -> None:  # noqa: A002 - reads best
        await self._give(f"campaign/{id}", CampaignDecider(), campaign.EVENTS, command, by, id)

    async def on_collaboration(self, id: str, command: Command, by: Actor = ENGINE) -> None:  # noqa: A002
        of = id.partition("-")[0]
        await self._give(f"collaboration/{id}", CollaborationDecider(), collaboration.EVENTS, command, by, of)

    async def _give(
        self, stream: str, decider: Decider[Any, Any, Any], registry: Registry, command: Command, by: Actor, of: str
    ) -> None:
        self._given += 1
        stored = await self.log.read(stream)
        state = decider.initial
        for envelope in stored:
            state = decider.evolve(state, registry.decode(envelope))
        context = Context(at=self.now, actor=by, command_id=f"k{self._given}")
        events: list[Event] = list(decider.decide(command, state, context))
        await self.log.append(
            stream,
            len(stored),
            [registry.encode(event) for event in events],
            metadata(command, context, correlation_id=of),
            moves(events, campaign_id=of, currency="USD"),
        )

    async def start(self, id: str = "c1", renewal_of: str | None = None) -> None:  # noqa: A002
        brief = BRIEF.model_copy(update={"renewal_of": renewal_of})
        await self.on_campaign(id, StartCampaign(campaign_id=id, brief=brief))

    async def propose(self, id: str = "c1") -> None:  # noqa: A002
        await self.on_campaign(id, ProposeShortlist(shortlist=Shortlist(digest=DIGEST, size=2), considered=5))

    async def open(self, id: str, rank: int = 1) -> None:  # noqa: A002
        await self.on_collaboration(
            id,
            OpenCollaboration(
                collaboration_id=id,
                campaign_id=id.partition("-")[0],
                creator_id=f"creator-{rank}",
                rank=rank,
                assignment=assignment(),
            ),
        )

    async def offer(self, id: str, rank: int = 1) -> None:  # noqa: A002
        await self.open(id, rank)
        await self.on_collaboration(id, RecordAssessment(assessment=PASS))
        await self.on_collaboration(id, MakeOffer())


async def whole_story(desk: Desk) -> None:
    await desk.start()
    desk.now = NOW + timedelta(hours=1)
    await desk.propose()
    await desk.offer("c1-a")
    await desk.on_collaboration("c1-a", AcceptOffer(version=1), CREATOR)
    await desk.on_collaboration("c1-a", DraftContract(document=DIGEST))
    for actor in (CREATOR, BRAND):
        signing = SignContract(typed_name="Ada", document=DIGEST, consent=True)
        await desk.on_collaboration("c1-a", signing, actor)
    await desk.offer("c1-b", 2)


async def everything_shown(pool: Pool) -> dict[str, list[Any]]:
    tables = ("campaign_board", "collaboration_pipeline", "tasks", "budget")
    return {table: await pool.fetch(f"select * from {table} order by 1, 2") for table in tables}
