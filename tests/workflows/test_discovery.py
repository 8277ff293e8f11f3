"""Discovery: the shortlist waits for a person, or for the policy, and outreach keeps to it."""

from domain.campaign import CampaignOutcome
from domain.deadlines import OnExpiry
from domain.discovery import ApproveShortlist, RejectShortlist
from tests.workflows.campaigning import BRAND, a_current_brief, impatient, outcome, quick, start, types, until
from tests.workflows.conftest import Bench


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
