"""A campaign from its brief to its end, with its collaborations, on the server that people use."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from activities.starting import campaign_stream
from domain.brief import Brief, Policies
from domain.campaign import CampaignOutcome, CancelCampaign, CloseCampaign
from domain.deadlines import DeadlinePolicy, OnExpiry
from domain.decider import Role
from domain.discovery import ApproveShortlist, RejectShortlist
from domain.errors import AlreadyEnded, BriefRefused, IdempotencyKeyReused
from tests.domain.given import a_brief, a_profile
from tests.workflows.conftest import PEOPLE, Bench

BRAND = PEOPLE[Role.BRAND]


def a_current_brief(**facts: Any) -> Brief:
    """The usual brief with dates that are still to come."""
    today = datetime.now(UTC).date()
    window = {"opens": today + timedelta(days=7), "closes": today + timedelta(days=28)}
    objective = {"kind": "awareness", "measure": "impressions", "target": 200_000, "by": today + timedelta(days=60)}
    return a_brief(**{"posting_window": window, "objectives": [objective], **facts})


def quick(on_expiry: OnExpiry = OnExpiry.DECLINE, seconds: float = 0.5) -> DeadlinePolicy:
    """A deadline in half a second: shortened by the brief, as anybody may."""
    return DeadlinePolicy(within=timedelta(seconds=seconds), on_expiry=on_expiry)


def impatient(**policies: Any) -> Policies:
    """A brief's policies under which an offer that nobody answers lapses at once."""
    return Policies(**{"offer": quick(), **policies})


async def start(live: Bench, brief: Brief, *, creators: int = 3, key: str = "start") -> str:
    """Start a campaign in a directory with so many fitting creators; returns its stream."""
    await live.add_creators(*(a_profile(handle=f"fits{n}", country="US", language="en") for n in range(creators)))
    campaign_id = uuid4().hex
    await live.engine.start_campaign(campaign_id, brief, actor=BRAND, command_id=key)
    return campaign_stream(campaign_id)


async def types(live: Bench, stream: str) -> list[str]:
    """The types of a stream's events."""
    return [envelope.type for envelope in await live.log.read(stream)]


async def until(live: Bench, stream: str, event: str) -> list[str]:
    """Wait until the event has been recorded."""
    for _ in range(200):
        if event in (recorded := await types(live, stream)):
            return recorded
        await asyncio.sleep(0.05)
    raise AssertionError(f"{event} was not recorded: {await types(live, stream)}")


async def offers(live: Bench, count: int) -> None:
    """Wait until so many offers are out."""
    for _ in range(400):
        if await live.pool.fetchval("select count(*) from tasks where name = 'answer_offer'") >= count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the offers were not made")


async def outcome(live: Bench, stream: str) -> str:
    """How the workflow ended."""
    return str(await live.client.get_workflow_handle(stream, result_type=str).result())


async def test_a_campaign_closes_when_every_invited_creator_has_come_to_an_end(live: Bench) -> None:
    """Nobody answers their offer: all three lapse, and the campaign closes in order."""
    stream = await start(live, a_current_brief(policies=impatient()))
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=BRAND, command_id="approve")
    assert await outcome(live, stream) == CampaignOutcome.CLOSED
    assert await types(live, stream) == [
        "CampaignStarted",
        "ShortlistProposed",
        "ShortlistApproved",
        "OutreachCompleted",
        "CampaignClosed",
    ]
    invited = await live.pool.fetch("select outcome from collaboration_pipeline")
    assert [row["outcome"] for row in invited] == ["expired"] * 3


async def test_a_shortlist_that_nobody_approves_is_approved_by_policy(live: Bench) -> None:
    """Where the brief says so."""
    stream = await start(live, a_current_brief(policies=impatient(shortlist=quick(OnExpiry.APPROVE))))
    assert await outcome(live, stream) == CampaignOutcome.CLOSED
    assert (await types(live, stream))[2:4] == ["TaskExpired", "ShortlistApproved"]


async def test_a_shortlist_may_lapse(live: Bench) -> None:
    """Where silence means no, the campaign ends without inviting anybody."""
    stream = await start(live, a_current_brief(policies=impatient(shortlist=quick(OnExpiry.DECLINE))))
    assert await outcome(live, stream) == CampaignOutcome.SHORTLIST_REJECTED
    assert await live.pool.fetchval("select count(*) from collaboration_pipeline") == 0


async def test_a_rejected_shortlist_ends_the_campaign(live: Bench) -> None:
    """A person may say no."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, RejectShortlist(reason="not our tone"), actor=BRAND, command_id="reject")
    assert await outcome(live, stream) == CampaignOutcome.SHORTLIST_REJECTED


async def test_a_directory_without_fitting_creators_ends_the_campaign(live: Bench) -> None:
    """It says so instead of waiting for ever."""
    stream = await start(live, a_current_brief(), creators=0)
    assert await outcome(live, stream) == CampaignOutcome.NO_CREATORS


async def test_dropped_creators_are_not_invited(live: Bench) -> None:
    """The brand may strike creators off the list when it approves it."""
    stream = await start(live, a_current_brief(policies=impatient()))
    await until(live, stream, "ShortlistProposed")
    dropped = await live.pool.fetchval("select creator_id from shortlist_entries where rank = 1")
    await live.engine.decide(stream, ApproveShortlist(drop=(dropped,)), actor=BRAND, command_id="approve")
    await outcome(live, stream)
    invited = await live.pool.fetch("select creator_id from collaboration_pipeline")
    assert len(invited) == 2
    assert dropped not in {row["creator_id"] for row in invited}


@pytest.mark.parametrize(
    ("command", "ended"),
    [
        (CancelCampaign(reason="the product was recalled"), CampaignOutcome.CANCELLED),
        (CloseCampaign(), CampaignOutcome.CLOSED),
    ],
)
async def test_stopping_a_campaign_cancels_its_collaborations(
    live: Bench, command: CancelCampaign | CloseCampaign, ended: CampaignOutcome
) -> None:
    """Offers that are out are withdrawn, and the budget is free again."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=BRAND, command_id="approve")
    await offers(live, 3)
    await live.engine.decide(stream, command, actor=BRAND, command_id="stop")
    assert await outcome(live, stream) == ended
    rows = await live.pool.fetch("select outcome from collaboration_pipeline")
    assert [row["outcome"] for row in rows] == ["cancelled"] * 3
    assert await live.pool.fetchval("select reserved + committed from budget") == 0


async def test_the_budget_holds_however_many_creators_are_offered_at_once(live: Bench) -> None:
    """Forty creators are verified at the same moment; the money is for eleven opening offers."""
    brief = a_current_brief(budget={"amount": 2_400_00, "currency": "USD"}, policies=impatient(offer=quick(seconds=2)))
    stream = await start(live, brief, creators=40)
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=BRAND, command_id="approve")
    assert await outcome(live, stream) == CampaignOutcome.CLOSED
    rows = await live.pool.fetch("select outcome, count(*) as n from collaboration_pipeline group by outcome")
    counts = {row["outcome"]: row["n"] for row in rows}
    assert set(counts) <= {"expired", "no_budget"}
    assert counts["no_budget"] >= 1
    assert await live.pool.fetchval("select reserved + committed + paid from budget") == 0


async def test_a_brief_that_cannot_work_starts_nothing(live: Bench) -> None:
    """All reasons are given, and there is no workflow and no event."""
    with pytest.raises(BriefRefused, match=r"fee_cap.*budget"):
        await start(live, a_current_brief(fee_cap=1, budget={"amount": 10, "currency": "USD"}))
    assert await live.pool.fetchval("select count(*) from events") == 0


async def test_starting_twice_with_one_key_is_starting_once(live: Bench) -> None:
    """The second request gets the first one's answer."""
    campaign_id, brief = uuid4().hex, a_current_brief()
    first = await live.engine.start_campaign(campaign_id, brief, actor=BRAND, command_id="k")
    assert await live.engine.start_campaign(campaign_id, brief, actor=BRAND, command_id="k") == first


async def test_a_key_that_returns_with_another_command_is_a_conflict(live: Bench) -> None:
    """Also when the workflow has already ended."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    cancel = CancelCampaign(reason="changed our mind")
    first = await live.engine.decide(stream, cancel, actor=BRAND, command_id="once")
    await outcome(live, stream)
    assert await live.engine.decide(stream, cancel, actor=BRAND, command_id="once") == first
    with pytest.raises(IdempotencyKeyReused):
        await live.engine.decide(stream, CloseCampaign(), actor=BRAND, command_id="once")
    with pytest.raises(AlreadyEnded):
        await live.engine.decide(stream, CloseCampaign(), actor=BRAND, command_id="other")
