"""Workflows come back from their streams: on the same server or on another, and nobody notices."""

from datetime import timedelta

from activities.starting import COLLABORATION_WORKFLOW, CollaborationStart
from activities.store.projections.unfinished import UnfinishedStreams
from domain.campaign import CampaignCancelled, CancelCampaign
from domain.collaboration import CancelCollaboration
from domain.decider import Role
from domain.discovery import ApproveShortlist
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import DeclineOffer
from domain.outcomes import CollaborationEnded, Outcome
from domain.verification import OpenCollaboration
from tests.domain.given import a_brief
from tests.workflows.campaigning import a_current_brief, impatient, offers, outcome, quick, start, until
from tests.workflows.conftest import PEOPLE, Bench, Collaborating
from workflows.resume import resume

HALF_A_DAY = timedelta(hours=12)
HALF_A_MINUTE = timedelta(seconds=30)


async def bring_back(bench: Bench, campaign_id: str | None = None) -> tuple[int, int]:
    """Resume everything, or one campaign; returns how many campaigns and collaborations were asked to run."""
    report = await resume(
        bench.client, UnfinishedStreams(bench.pool, bench.log), campaign_id, task_queue=bench.task_queue
    )
    return report.campaigns, report.collaborations


async def collaboration_lost(bench: Bench) -> Collaborating:
    """A collaboration whose run was terminated while its offer was out."""
    one = await bench.collaborate(a_brief(deliverables=[{"format": "reel"}]))
    await one.until_waiting_for("answer_offer")
    await one.history_length_at_rest()
    await one.handle.terminate("the test takes it away")
    return one


async def test_a_lost_collaboration_goes_on_where_its_stream_ends(live: Bench) -> None:
    """The creator accepts as if nothing had happened, and everything after that works."""
    one = await collaboration_lost(live)
    await bring_back(live, one.campaign_id)
    await one.engage()
    await one.publish(1)
    await one.tell(RecordMetrics(deliverable=1, metrics=Metrics(likes=3)))
    state = await one.until("CollaborationEnded")
    assert state.outcome is Outcome.COMPLETED


async def test_deadlines_that_passed_meanwhile_fall_due_at_once(bench: Bench) -> None:
    """A week later the offer has lapsed, by its recorded deadline and not by a new one."""
    one = await collaboration_lost(bench)
    for _ in range(14):
        await bench.let_pass(HALF_A_DAY)
    before = await bench.now()
    await bring_back(bench, one.campaign_id)
    state = await one.until("TaskExtended")
    extended = next(e for e in await one.envelopes() if e.type == "TaskExtended")
    assert (extended.metadata.decided_at - before).total_seconds() < 60
    assert state.tasks or state.ended


async def test_nobody_is_told_twice_and_what_was_not_told_is(bench: Bench) -> None:
    """The offer's mail was sent before the loss; the mail that was lost with the run is sent after it."""
    one = await collaboration_lost(bench)
    [offer] = bench.mail.messages()
    await bench.pool.execute("delete from mail_log")
    await bring_back(bench, one.campaign_id)
    await one.engage()
    offers_sent = [m for m in bench.mail.messages() if m.message["X-Groundswell-Template"] == "offer"]
    assert [mail.message_id for mail in offers_sent] == [offer.message_id]


async def test_resuming_twice_or_beside_live_workflows_is_harmless(live: Bench) -> None:
    """Running workflows are left alone."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=PEOPLE[Role.BRAND], command_id="approve")
    await offers(live, 3)
    before = await live.pool.fetchval("select count(*) from events")
    assert await bring_back(live) == (1, 3)
    assert await bring_back(live) == (1, 3)
    assert await live.pool.fetchval("select count(*) from events") == before


async def test_a_lost_campaign_is_brought_back_with_its_collaborations(live: Bench) -> None:
    """All runs are terminated in the middle; after resume the campaign ends as it would have."""
    stream = await start(live, a_current_brief(policies=impatient(offer=quick(seconds=4))))
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=PEOPLE[Role.BRAND], command_id="approve")
    await offers(live, 3)
    names = [row["stream"] for row in await live.pool.fetch("select stream from streams")]
    for name in names:
        await live.client.get_workflow_handle(name).terminate("the test takes it away")
    await bring_back(live)
    assert await outcome(live, stream) == "closed"
    rows = await live.pool.fetch("select outcome from collaboration_pipeline")
    assert [row["outcome"] for row in rows] == ["expired"] * 3


async def test_a_mail_that_an_ended_collaboration_still_owed_is_sent(bench: Bench) -> None:
    """The end was recorded, and the run was lost before it had told the creator."""
    one = await collaboration_lost(bench)
    state = await one.state()
    ended = CollaborationEnded(outcome=Outcome.CANCELLED, reason="recall", **state.loose_ends())
    await bench.append(one.stream, [ended], CancelCollaboration(reason="recall"), campaign_id=one.campaign_id)
    assert await bring_back(bench, one.campaign_id) == (1, 1)
    await bench.mail.wait_for(matches=lambda mail: mail.message["X-Groundswell-Template"] == "ended")
    await bench.client.get_workflow_handle(one.stream).result()
    assert await bring_back(bench, one.campaign_id) == (1, 0)


async def test_a_campaign_that_ended_before_its_collaborations_still_takes_them_along(live: Bench) -> None:
    """It was cancelled, and its run was lost before it had told them."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=PEOPLE[Role.BRAND], command_id="approve")
    await offers(live, 3)
    await live.client.get_workflow_handle(stream).terminate("the test takes it away")
    cancelled = [CampaignCancelled(reason="recall")]
    campaign_id = stream.partition("/")[2]
    await live.append(stream, cancelled, CancelCampaign(reason="recall"), campaign_id=campaign_id)
    assert await bring_back(live) == (1, 3)
    assert await outcome(live, stream) == "cancelled"
    rows = await live.pool.fetch("select outcome from collaboration_pipeline")
    assert [row["outcome"] for row in rows] == ["cancelled"] * 3


async def test_what_has_ended_is_not_brought_back(bench: Bench) -> None:
    """Only streams with something left to do are resumed."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(DeclineOffer(version=1))
    await one.handle.result()
    assert await bring_back(bench, one.campaign_id) == (1, 0)


async def test_a_collaboration_that_is_opened_once_more_knows_how_it_went_on(live: Bench) -> None:
    """An outreach on a new cluster invites from the top of the list again: who has declined is not waited for anew."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(DeclineOffer(version=1))
    await one.handle.result()
    before = await one.events()
    opening = OpenCollaboration.model_validate((await one.envelopes())[0].data)
    again = CollaborationStart(collaboration_id=opening.collaboration_id, opening=opening)
    result = await live.client.execute_workflow(
        COLLABORATION_WORKFLOW, again, id=one.stream, task_queue=live.task_queue, execution_timeout=HALF_A_MINUTE
    )
    assert (result, await one.events()) == (Outcome.DECLINED, before)
