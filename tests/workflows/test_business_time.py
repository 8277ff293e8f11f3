"""The campaign's calendar at work: mail waits for the morning, clocks pause, and a second person is asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from activities.starting import COLLABORATION_WORKFLOW, CollaborationStart
from domain.brief import Brief, Policies
from domain.calendars import Calendar
from domain.content_approval import ApproveDraft, RequestChanges, SubmitDraft
from domain.deadlines import DeadlinePolicy, ExtendDeadline, OnExpiry
from domain.decider import Role
from domain.durations import business_days
from domain.errors import AlreadyExtended, NotYourTurn
from domain.events import Envelope
from domain.negotiation import AcceptOffer
from tests.domain.given import DISCLOSED, HOUR, a_brief
from tests.workflows.conftest import Bench, Collaborating
from tests.workflows.test_replay import replayer

ONE_REEL = [{"format": "reel"}]


async def asleep(bench: Bench, *, hours: int = 3, **facts: Any) -> tuple[Brief, datetime]:
    """A brief whose people sleep since an hour, for so many hours more; and when they wake up."""
    now = (await bench.now()).replace(microsecond=0)
    until = now + hours * HOUR
    quiet = {"starts": (now - HOUR).time(), "ends": until.time()}
    calendar = {"working_days": a_brief().calendar.working_days, "quiet_hours": quiet}
    return a_brief(time_zone="UTC", calendar=calendar, **facts), until


def letters(bench: Bench, template: str) -> list[str]:
    """To whom the letters of a kind went."""
    sent = [mail.message for mail in bench.mail.messages() if mail.message["X-Groundswell-Template"] == template]
    return [str(message["To"]) for message in sent]


async def letter(bench: Bench, template: str) -> list[str]:
    """The same, once there is one."""
    for _ in range(400):
        if found := letters(bench, template):
            return found
        await bench.let_pass(timedelta(seconds=1))
    raise AssertionError(f"no {template} was sent: {[m.message['Subject'] for m in bench.mail.messages()]}")


def instants(envelopes: Sequence[Envelope], event: str) -> list[datetime]:
    """When events of a type were decided."""
    return [envelope.metadata.decided_at for envelope in envelopes if envelope.type == event]


async def timers(one: Collaborating) -> tuple[int, int]:
    """How many timers were started, and how many cancelled."""
    events = (await one.handle.fetch_history()).events
    started = sum(event.HasField("timer_started_event_attributes") for event in events)
    return started, sum(event.HasField("timer_canceled_event_attributes") for event in events)


async def test_a_letter_waits_until_the_quiet_hours_are_over(bench: Bench) -> None:
    """The offer is made at night, its letter comes in the morning, and one timer is enough for both."""
    brief, morning = await asleep(bench)
    one = await bench.collaborate(brief)
    await one.until_waiting_for("answer_offer")
    await bench.let_pass(morning - await bench.now() - timedelta(minutes=10))
    await one.history_length_at_rest()
    assert letters(bench, "offer") == []
    assert await timers(one) == (1, 0)
    await bench.let_pass(timedelta(minutes=11))
    assert await letter(bench, "offer")


async def test_what_is_in_force_is_confirmed_at_once(bench: Bench) -> None:
    """The copy of a contract that was concluded at night does not wait, and overtakes the letters that do."""
    brief, morning = await asleep(bench)
    one = await bench.collaborate(brief)
    await one.engage()
    assert await letter(bench, "contract_concluded")
    assert await bench.now() < morning
    assert letters(bench, "offer") == letters(bench, "contract_to_sign") == []


async def test_mail_that_waits_survives_the_loss_of_the_run(bench: Bench) -> None:
    """The run that goes on from the record finds what has not been sent, and waits for the same morning."""
    brief, morning = await asleep(bench)
    one = await bench.collaborate(brief)
    await one.until_waiting_for("answer_offer")
    await one.handle.terminate("lost")
    again: WorkflowHandle[object, str] = await bench.client.start_workflow(
        COLLABORATION_WORKFLOW,
        CollaborationStart(collaboration_id=one.stream.partition("/")[2]),
        id=one.stream,
        task_queue=bench.task_queue,
    )
    await Collaborating(bench, again, one.campaign_id).history_length_at_rest()
    assert letters(bench, "offer") == []
    await bench.let_pass(morning - await bench.now() + timedelta(minutes=1))
    assert await letter(bench, "offer")


async def test_a_collaboration_that_ends_at_night_says_so_in_the_morning(bench: Bench) -> None:
    """The workflow stays until its last letter is out, and then it is over."""
    lapse = Policies(offer=DeadlinePolicy(within=HOUR, on_expiry=OnExpiry.DECLINE))
    brief, morning = await asleep(bench, policies=lapse)
    one = await bench.collaborate(brief)
    assert await one.handle.result() == "expired"
    assert await bench.now() >= morning
    assert letters(bench, "ended")


async def test_a_reminder_does_not_come_at_night(bench: Bench) -> None:
    """One that falls into the quiet hours is recorded, and sent, when they are over."""
    hurry = DeadlinePolicy(within=6 * HOUR, remind_before=(5 * HOUR,), on_expiry=OnExpiry.DECLINE)
    brief, morning = await asleep(bench, policies=Policies(offer=hurry))
    one = await bench.collaborate(brief)
    await one.until("TaskReminded")
    [at] = instants(await one.envelopes(), "TaskReminded")
    assert morning <= at < morning + timedelta(minutes=1)


async def test_the_clock_of_a_review_stands_still_while_changes_are_made(bench: Bench) -> None:
    """Ten hours of two days are used; the creator takes a day; then the brand has the other 38 hours."""
    review = DeadlinePolicy(within=business_days(2), on_expiry=OnExpiry.APPROVE)
    policies = Policies(review=review, draft=DeadlinePolicy(within=90 * HOUR))
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, policies=policies))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await bench.let_pass(10 * HOUR)
    await one.tell(RequestChanges(deliverable=1, version=1, feedback="show the bottle"), by=Role.BRAND)
    paused = (await one.state()).works[1].paused
    assert paused is not None
    await bench.let_pass(24 * HOUR)
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    task = (await one.state()).tasks["review_draft/1"]
    assert task.due_at - task.opened_at == paused.left
    assert timedelta(hours=37) < paused.left <= 38 * HOUR
    await one.until("DraftApproved")
    envelopes = await one.envelopes()
    [approved], submitted = instants(envelopes, "DraftApproved"), instants(envelopes, "DraftSubmitted")
    assert paused.left <= approved - submitted[1] < paused.left + timedelta(minutes=1)


async def test_an_escalation_moves_to_the_second_person_who_has_their_own_deadline(bench: Bench) -> None:
    """The manager is silent: the other contact is asked, reminded, and after their own time the policy decides."""
    review = DeadlinePolicy(
        within=24 * HOUR,
        remind_before=(4 * HOUR,),
        on_expiry=OnExpiry.ESCALATE,
        extend_by=12 * HOUR,
        then=OnExpiry.APPROVE,
    )
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, policies=Policies(review=review)))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    escalated = (await one.until("TaskEscalated")).tasks["review_draft/1"]
    assert escalated.contact == "escalation"
    assert await letter(bench, "escalation") == ["head@lumen-tea.example"]
    await one.until("DraftApproved")
    envelopes = await one.envelopes()
    [asked_at], [approved_at] = instants(envelopes, "TaskEscalated"), instants(envelopes, "DraftApproved")
    assert 12 * HOUR <= approved_at - asked_at < 12 * HOUR + timedelta(minutes=1)
    assert len(instants(envelopes, "TaskReminded")) == 2
    assert letters(bench, "reminder") == ["manager@lumen-tea.example", "head@lumen-tea.example"]


async def test_the_second_person_answers_in_time(bench: Bench) -> None:
    """What was escalated is decided like anything else."""
    review = DeadlinePolicy(within=4 * HOUR, on_expiry=OnExpiry.ESCALATE)
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, policies=Policies(review=review)))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.until("TaskEscalated")
    await one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND)
    assert "TaskExpired" not in await one.events()


async def test_a_creator_takes_more_time_once(bench: Bench) -> None:
    """The clock rings at the new deadline, and the policy does not extend it again."""
    one = await bench.collaborate()
    before = (await one.until_waiting_for("answer_offer")).tasks["answer_offer"]
    await one.tell(ExtendDeadline(task="answer_offer"))
    with pytest.raises(AlreadyExtended):
        await one.tell(ExtendDeadline(task="answer_offer"), by=Role.BRAND)
    await one.handle.result()
    envelopes = await one.envelopes()
    [expired_at] = instants(envelopes, "TaskExpired")
    assert before.due_at + 24 * HOUR <= expired_at < before.due_at + 25 * HOUR
    assert len(instants(envelopes, "TaskExtended")) == 1


async def test_a_creator_does_not_extend_what_the_brand_has_to_do(bench: Bench) -> None:
    """Their own steps only."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(AcceptOffer(version=1))
    await one.until_waiting_for("sign_contract/brand")
    with pytest.raises(NotYourTurn):
        await one.tell(ExtendDeadline(task="sign_contract/brand"))


async def test_another_release_of_the_zone_rules_replays_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parliament moves the clocks while workflows run: what was decided stays, and their histories replay."""
    brief, _ = await asleep(bench, deliverables=ONE_REEL)
    one = await bench.collaborate(brief)
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(RequestChanges(deliverable=1, version=1, feedback="show the bottle"), by=Role.BRAND)
    await bench.let_pass(60 * HOUR)
    history = await one.handle.fetch_history()
    moved = Calendar(time_zone="Pacific/Kiritimati").zone
    monkeypatch.setattr(Calendar, "zone", property(lambda _: moved))
    await replayer(bench.client.data_converter).replay_workflow(history)
