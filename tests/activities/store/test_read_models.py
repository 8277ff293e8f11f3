"""The read models, kept by real decisions of the domain's deciders, appended as a worker appends them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from activities.store.projections.campaign_board import get_campaign, list_campaigns, unfinished_campaigns
from activities.store.projections.collaboration_pipeline import (
    get_collaboration,
    list_collaborations,
    unfinished_collaborations,
)
from activities.store.projections.read_models import campaigns, collaborations
from activities.store.projections.spend import get_spend
from activities.store.projections.tasks import list_tasks
from domain import campaign, collaboration
from domain.assignment import Assignment, assign
from domain.brief import Brief, Contacts, DeliverableRequest, Measure, Objective, ObjectiveKind, PostingWindow
from domain.budget import moves
from domain.campaign import CampaignDecider, CampaignOutcome, CancelCampaign
from domain.checks import Assessment, Verdict
from domain.collaboration import CollaborationDecider
from domain.contract_signing import DraftContract, SignContract
from domain.creators import Platform, Profile
from domain.deadlines import PassTime
from domain.decider import ENGINE, Actor, Command, Context, Decider, Event, Role
from domain.discovery import ApproveShortlist, ProposeShortlist, Shortlist
from domain.events import Registry, metadata
from domain.formats import Format
from domain.goal_setting import StartCampaign
from domain.lifecycle import Stage
from domain.money import Money
from domain.negotiation import AcceptOffer, DeclineOffer, MakeOffer
from domain.outcomes import Outcome
from domain.verification import OpenCollaboration, RecordAssessment

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

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.log = PostgresEventLog(pool, [campaigns(), collaborations()])
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

    async def start(self, id: str = "c1") -> None:  # noqa: A002
        await self.on_campaign(id, StartCampaign(campaign_id=id, brief=BRIEF))

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


@pytest.fixture
def desk(pool: Pool) -> Desk:
    return Desk(pool)


async def test_a_started_campaign_is_on_the_board_with_its_budget(desk: Desk) -> None:
    await desk.start()
    found = await get_campaign(desk.pool, "default", "c1")
    assert found is not None
    assert (found.brand, found.product, found.stage, found.outcome) == ("Acme", "Lamp", Stage.DISCOVERY, None)
    assert (found.spend.total, found.spend.available, found.spend.currency) == (1_000_00, 1_000_00, "USD")
    assert (found.version, found.started_at, found.updated_at) == (1, NOW, NOW)


async def test_a_campaign_of_another_workspace_is_not_found(desk: Desk) -> None:
    await desk.start()
    assert await get_campaign(desk.pool, "other", "c1") is None
    assert await list_campaigns(desk.pool, "other") == []


async def test_the_board_counts_collaborations_by_stage_and_by_outcome(desk: Desk) -> None:
    await desk.start()
    await desk.open("c1-a", 1)
    await desk.offer("c1-b", 2)
    await desk.offer("c1-c", 3)
    await desk.on_collaboration("c1-c", DeclineOffer(version=1), CREATOR)
    found = await get_campaign(desk.pool, "default", "c1")
    assert found is not None
    assert found.stages == {Stage.VERIFICATION: 1, Stage.NEGOTIATION: 1}
    assert found.outcomes == {Outcome.DECLINED: 1}


async def test_campaigns_are_listed_newest_first_by_pages(desk: Desk) -> None:
    for number in range(5):
        desk.now = NOW + timedelta(minutes=number // 2)
        await desk.start(f"c{number}")
    first = await list_campaigns(desk.pool, "default", limit=2)
    rest = await list_campaigns(desk.pool, "default", after=(first[-1].started_at, first[-1].id))
    assert [found.id for found in [*first, *rest]] == ["c4", "c3", "c2", "c1", "c0"]


async def test_money_moves_through_the_ledger_with_the_negotiation(desk: Desk) -> None:
    await desk.start()
    fee = assignment().opening_fee
    await desk.offer("c1-a")
    spend = await get_spend(desk.pool, "c1")
    assert spend is not None
    assert (spend.reserved, spend.committed, spend.available) == (fee, 0, 1_000_00 - fee)
    await desk.on_collaboration("c1-a", AcceptOffer(version=1), CREATOR)
    spend = await get_spend(desk.pool, "c1")
    assert spend is not None
    assert (spend.reserved, spend.committed, spend.available) == (0, fee, 1_000_00 - fee)
    assert await get_spend(desk.pool, "unknown") is None


async def test_the_pipeline_says_whose_turn_it_is_and_until_when(desk: Desk) -> None:
    await desk.start()
    await desk.open("c1-a")
    assert await turn(desk) == ((Role.ENGINE,), None)
    await desk.on_collaboration("c1-a", RecordAssessment(assessment=PASS))
    await desk.on_collaboration("c1-a", MakeOffer())
    assert await turn(desk) == ((Role.CREATOR,), NOW + timedelta(hours=72))
    await desk.on_collaboration("c1-a", AcceptOffer(version=1), CREATOR)
    await desk.on_collaboration("c1-a", DraftContract(document=DIGEST))
    assert await turn(desk) == ((Role.BRAND, Role.CREATOR), NOW + timedelta(hours=48))
    await desk.on_collaboration("c1-a", SignContract(typed_name="Ada", document=DIGEST, consent=True), CREATOR)
    assert await turn(desk) == ((Role.BRAND,), NOW + timedelta(hours=72))


async def turn(desk: Desk) -> tuple[tuple[Role, ...], datetime | None]:
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    return found.waiting_on, found.due_at


async def test_an_ended_collaboration_waits_for_nobody(desk: Desk) -> None:
    await desk.start()
    await desk.offer("c1-a")
    await desk.on_collaboration("c1-a", DeclineOffer(version=1), CREATOR)
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    assert (found.outcome, found.waiting_on, found.due_at, found.fee) == (Outcome.DECLINED, (), None, None)


async def test_collaborations_are_listed_best_first_by_pages_and_filtered(desk: Desk) -> None:
    await desk.start()
    for rank, name in enumerate(["c1-x", "c1-b", "c1-a"], start=1):
        await desk.open(name, rank)
    await desk.on_collaboration("c1-b", RecordAssessment(assessment=PASS))
    await desk.on_collaboration("c1-b", MakeOffer())

    async def ids(**filters: Any) -> list[str]:
        return [found.id for found in await list_collaborations(desk.pool, "default", "c1", **filters)]

    assert await ids() == ["c1-x", "c1-b", "c1-a"]
    assert await ids(limit=1) == ["c1-x"]
    assert await ids(after=(1, "c1-x")) == ["c1-b", "c1-a"]
    assert await ids(stage=Stage.NEGOTIATION) == ["c1-b"]
    assert await ids(waiting_on=Role.CREATOR) == ["c1-b"]
    assert await ids(waiting_on=Role.ENGINE) == ["c1-x", "c1-a"]
    assert await list_collaborations(desk.pool, "other", "c1") == []


async def test_a_task_is_listed_while_it_is_open(desk: Desk) -> None:
    await desk.start()
    await desk.propose()
    [task] = await list_tasks(desk.pool, "default", assignee=Role.BRAND)
    assert (task.stream, task.name, task.campaign_id, task.collaboration_id) == (
        "campaign/c1", "approve_shortlist", "c1", None
    )  # fmt: skip
    assert (task.opened_at, task.due_at) == (NOW, NOW + timedelta(hours=72))
    await desk.on_campaign("c1", ApproveShortlist(), BRAND)
    assert await list_tasks(desk.pool, "default") == []


async def test_an_extended_task_is_listed_with_its_new_deadline(desk: Desk) -> None:
    await desk.start()
    await desk.offer("c1-a")
    desk.now = NOW + timedelta(hours=73)
    await desk.on_collaboration("c1-a", PassTime())
    [task] = await list_tasks(desk.pool, "default", collaboration_id="c1-a")
    assert task.extended
    assert task.due_at == desk.now + BRIEF.policies.offer.extend_by


async def test_tasks_are_listed_most_urgent_first_by_pages_and_filtered(desk: Desk) -> None:
    for number in (3, 1, 2):
        desk.now = NOW + timedelta(hours=number)
        await desk.start(f"c{number}")
        await desk.propose(f"c{number}")
    first = await list_tasks(desk.pool, "default", limit=2)
    last = first[-1]
    rest = await list_tasks(desk.pool, "default", after=(last.due_at, last.stream, last.name))
    assert [task.campaign_id for task in [*first, *rest]] == ["c1", "c2", "c3"]
    assert [task.campaign_id for task in await list_tasks(desk.pool, "default", campaign_id="c2")] == ["c2"]
    assert await list_tasks(desk.pool, "default", assignee=Role.CREATOR) == []
    assert await list_tasks(desk.pool, "other") == []


async def test_what_has_not_ended_is_found_for_a_resume(desk: Desk) -> None:
    for name in ("c1", "c2"):
        await desk.start(name)
        await desk.offer(f"{name}-a")
        await desk.offer(f"{name}-b", 2)
    await desk.on_campaign("c1", CancelCampaign(reason="no more"), BRAND)
    await desk.on_collaboration("c1-a", DeclineOffer(version=1), CREATOR)
    assert await unfinished_campaigns(desk.pool) == ["c2"]
    assert await unfinished_collaborations(desk.pool) == ["c1-b", "c2-a", "c2-b"]
    assert await unfinished_collaborations(desk.pool, after="c1-b", limit=1) == ["c2-a"]
    assert await unfinished_collaborations(desk.pool, campaign_id="c1") == ["c1-b"]
    cancelled = await get_campaign(desk.pool, "default", "c1")
    assert cancelled is not None
    assert cancelled.outcome is CampaignOutcome.CANCELLED


async def test_a_kept_state_is_the_fold_of_its_events(desk: Desk) -> None:
    await whole_story(desk)
    for kind, registry, decider, stream in (
        (campaigns(), campaign.EVENTS, CampaignDecider(), "campaign/c1"),
        (collaborations(), collaboration.EVENTS, CollaborationDecider(), "collaboration/c1-a"),
    ):
        stored = await desk.log.read(stream)
        state: Any = decider.initial
        for envelope in stored:
            state = decider.evolve(state, registry.decode(envelope))
        assert await kind.load(desk.pool, stream) == (len(stored), state)
        await desk.pool.execute("delete from snapshots where stream = $1", stream)
        assert await kind.load(desk.pool, stream) == (len(stored), state)


async def test_a_stream_without_events_is_in_its_initial_state(desk: Desk) -> None:
    assert await campaigns().load(desk.pool, "campaign/none") == (0, CampaignDecider().initial)


LOST: dict[str, str] = {
    "missing": "delete from snapshots",
    "of another shape": "update snapshots set shape = 'older', state = '{}'",
    "behind": "update snapshots as s set version = 1, state = old.state from old where old.stream = s.stream",
}


@pytest.mark.parametrize("why", LOST)
async def test_an_append_goes_on_from_the_events_where_the_snapshot_is_lost(desk: Desk, why: str) -> None:
    await desk.start()
    await desk.open("c1-a")
    await desk.pool.execute("create table old as select stream, state from snapshots")
    await desk.on_collaboration("c1-a", RecordAssessment(assessment=PASS))
    await desk.pool.execute(LOST[why])
    await desk.on_collaboration("c1-a", MakeOffer())
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    assert (found.stage, found.waiting_on, found.version) == (Stage.NEGOTIATION, (Role.CREATOR,), 4)


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
    tables = ("snapshots", "campaign_board", "collaboration_pipeline", "tasks", "budget")
    return {table: await pool.fetch(f"select * from {table} order by 1, 2") for table in tables}


async def test_a_repeated_command_leaves_the_read_models_alone(desk: Desk) -> None:
    await desk.start()
    before = await everything_shown(desk.pool)
    [started] = await desk.log.read("campaign/c1")
    await desk.log.append("campaign/c1", 0, [campaign.EVENTS.encode(campaign.EVENTS.decode(started))], started.metadata)
    assert await everything_shown(desk.pool) == before
