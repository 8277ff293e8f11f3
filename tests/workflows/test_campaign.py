"""A campaign from its brief to its end, with its collaborations, on the server that people use."""

import pytest

from domain.calendars import WEEK
from domain.campaign import EVENTS as CAMPAIGN_EVENTS
from domain.campaign import CampaignOutcome, CancelCampaign, CloseCampaign
from domain.collaboration import EVENTS as COLLABORATION_EVENTS
from domain.discovery import ApproveShortlist
from domain.goal_setting import CampaignStarted
from domain.verification import CollaborationOpened
from tests.workflows.campaigning import BRAND, a_current_brief, impatient, offers, outcome, quick, start, types, until
from tests.workflows.conftest import Bench


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


async def test_holidays_are_looked_up_once_and_every_collaboration_counts_with_them(live: Bench) -> None:
    """The first event of the campaign has them as data, and so has the first of each collaboration."""
    country = {"country": "US", "working_days": WEEK, "quiet_hours": None}
    stream = await start(live, a_current_brief(calendar=country), creators=1)
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=BRAND, command_id="approve")
    await offers(live, 1)
    started = CAMPAIGN_EVENTS.decode((await live.log.read(stream))[0])
    assert isinstance(started, CampaignStarted)
    assert started.holidays is not None
    assert {"Thanksgiving Day"} <= {holiday.name for holiday in started.holidays.days}
    [name] = [row["stream"] for row in await live.pool.fetch("select stream from tasks where name = 'answer_offer'")]
    opened = COLLABORATION_EVENTS.decode((await live.log.read(name))[0])
    assert isinstance(opened, CollaborationOpened)
    assert opened.assignment.calendar == started.calendar
    assert started.calendar.days_off == tuple(holiday.on for holiday in started.holidays.days)
