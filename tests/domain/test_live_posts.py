"""Live posts: what the platform shows decides, the balance waits for it, and what is gone is the creator's to mend."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.appointments import Appointment
from domain.assignment import Assignment
from domain.brief import Policies
from domain.collaboration import CancelCollaboration, Collaboration
from domain.content_approval import DeliverableMissed, PostPublished
from domain.deadlines import OnExpiry, TaskExpired, open_task
from domain.disclosure import Jurisdiction, check_disclosure
from domain.errors import AlreadyEnded, DisclosureFailed, NothingToDecide, NotYourTurn
from domain.kill_fee import kill_fee
from domain.live_posts import (
    Look,
    MarkRestored,
    PostNotVerified,
    PostRestored,
    PostVerified,
    PostVouched,
    VouchForPost,
)
from domain.monitoring import Metrics, RecordMetrics
from domain.outcomes import CollaborationClosing, CollaborationEnded, Outcome
from domain.payouts import PayoutScheduled, RecordPayout
from domain.work import Finding, WorkStatus
from tests.domain.given import (
    BRAND,
    CREATOR,
    DISCLOSED,
    ENGINE,
    HOUR,
    T0,
    UNDISCLOSED,
    Story,
    a_policy,
    collaboration,
    live,
    not_seen,
    seen,
    watched,
)

DAY = timedelta(days=1)
LATER = T0 + 2 * HOUR
MENDED = MarkRestored(deliverable=1)
SEEN_BY_BRAND = VouchForPost(deliverable=1, caption=DISCLOSED)
UPFRONT, BALANCE = (
    RecordPayout(payout_id="collab-1/upfront", reference="tr_1"),
    RecordPayout(payout_id="collab-1/balance", reference="tr_2"),
)


def published(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """Both posts are live since T0, and Instagram is to be asked after the first."""
    return live(assignment or watched(restoration=a_policy(OnExpiry.DECLINE)))


def gone() -> Story[Any, Collaboration]:
    """The first post was not found two hours after its publication; the second has been measured."""
    measured = published().does(RecordMetrics(deliverable=2, metrics=Metrics(likes=9)), by=CREATOR)
    return measured.does(not_seen(), at=LATER)


def scheduled(story: Story[Any, Collaboration]) -> set[str]:
    """What the creator is or was owed."""
    return {payout.purpose for payout in story.state.payouts.values()}


def test_a_publication_makes_the_engine_s_appointments() -> None:
    """A check at once and a poll in an hour; the creator is asked for no figures that the service tells."""
    events = [event for event in published().past if isinstance(event, PostPublished)]
    reel, story = events
    assert reel.source == "instagram"
    assert reel.appointments == (
        Appointment(name="check_post/1", at=T0),
        Appointment(name="poll_metrics/1", at=T0 + HOUR),
    )
    assert reel.task is None
    assert (story.source, story.appointments) == (None, ())
    assert story.task is not None
    assert set(published().state.tasks) == {"report_metrics/2"}


def test_without_a_service_the_creator_s_word_stands() -> None:
    """Nothing is looked at, the balance is owed at once, and the finding says that nobody knows."""
    story = live()
    assert story.state.appointments == {}
    assert scheduled(story) == {"upfront", "balance"}
    assert {work.live and work.live.finding for work in story.state.works.values()} == {Finding.UNKNOWN}


def test_a_brief_may_leave_it_at_the_creator_s_word() -> None:
    """Then a service that could look is not asked."""
    story = published(watched(look_for_posts=False))
    assert story.state.appointments == {}
    assert scheduled(story) == {"upfront", "balance"}


def test_where_no_figures_are_wanted_of_the_service_the_creator_is_asked() -> None:
    """A watch of no length has no polls."""
    story = published(watched(watch_for=timedelta(0)))
    assert set(story.state.tasks) == {"report_metrics/1", "report_metrics/2"}
    assert set(story.state.appointments) == {"check_post/1"}


def test_the_balance_is_owed_once_the_last_post_was_seen() -> None:
    """Not by the creator's word, and once."""
    story = published()
    assert scheduled(story) == {"upfront"}
    decision = story.when(seen(), at=LATER)
    disclosure = check_disclosure(DISCLOSED, Jurisdiction.US, partner="Lumen Tea")
    verified, balance = decision.events
    assert verified == PostVerified(
        deliverable=1,
        source="instagram",
        post_id="17950000000000001",
        caption=DISCLOSED,
        disclosure=disclosure,
        checked_at=LATER,
        appointment=Appointment(name="check_post/1", at=T0 + 30 * DAY),
    )
    assert isinstance(balance, PayoutScheduled)
    assert balance.payout.id == "collab-1/balance"
    again = story.does(seen(), at=LATER).when(seen(), at=T0 + 30 * DAY)
    again.then_types(PostVerified)
    assert "check_post/1" not in again.state.appointments


def test_the_platform_s_caption_decides_not_the_creator_s() -> None:
    """A caption that was edited after the approval does not disclose, and the creator is asked to mend it."""
    decision = published().when(seen(UNDISCLOSED), at=LATER)
    task = open_task("restore_post/1", CREATOR, a_policy(OnExpiry.DECLINE), LATER)
    decision.then(
        PostNotVerified(
            deliverable=1,
            source="instagram",
            finding=Finding.UNDISCLOSED,
            caption=UNDISCLOSED,
            disclosure=check_disclosure(UNDISCLOSED, Jurisdiction.US, partner="Lumen Tea"),
            checked_at=LATER,
            task=task,
            appointment=Appointment(name="check_post/1", at=LATER + DAY),
        )
    )
    assert decision.state.works[1].in_doubt
    assert not decision.state.owed[1:]


def test_nobody_is_asked_to_mend_what_the_platform_may_be_slow_to_show() -> None:
    """Within the first hour we only look again; the balance waits meanwhile."""
    decision = published().when(not_seen(), at=T0 + HOUR / 2)
    (event,) = decision.events
    assert isinstance(event, PostNotVerified)
    assert (event.finding, event.task) == (Finding.MISSING, None)
    assert event.appointment == Appointment(name="check_post/1", at=T0 + 1.5 * HOUR)
    story = collaboration(*published().past, event)
    (late,) = story.when(not_seen(), at=T0 + 1.5 * HOUR).events
    assert isinstance(late, PostNotVerified)
    assert late.task is not None


def test_the_creator_is_asked_once() -> None:
    """The next day's look finds it still gone, and the deadline stays what it was."""
    decision = gone().when(not_seen(), at=LATER + DAY)
    (event,) = decision.events
    assert isinstance(event, PostNotVerified)
    assert event.task is None
    assert decision.state.tasks["restore_post/1"].due_at == LATER + 48 * HOUR


def test_a_post_that_is_back_closes_the_matter() -> None:
    """With or without a word of the creator's; the balance is owed."""
    decision = gone().when(seen(), at=LATER + DAY)
    decision.then_types(PostVerified, PayoutScheduled)
    assert decision.state.tasks == {}
    assert decision.state.works[1].stands


def test_the_creator_s_word_is_a_reason_to_look_at_once() -> None:
    """At the new address, if there is one."""
    url = "https://social.example/p/again"
    decision = gone().when(MarkRestored(deliverable=1, url=url), by=CREATOR, at=LATER + HOUR)
    again = Appointment(name="check_post/1", at=LATER + HOUR)
    decision.then(PostRestored(deliverable=1, url=url, appointment=again))
    assert decision.state.works[1].url == url
    assert decision.state.works[1].in_doubt
    assert decision.state.appointments["check_post/1"] == again


def test_only_the_creator_says_that_it_is_mended_and_only_when_asked() -> None:
    """Nobody else has mended it."""
    gone().when(MENDED, by=BRAND).refused(NotYourTurn, "creator")
    published().when(MENDED, by=CREATOR).refused(NothingToDecide)
    with pytest.raises(ValidationError):
        MarkRestored(deliverable=1, url="nowhere")


def test_the_brand_vouches_for_a_post_that_was_wrongly_found_missing() -> None:
    """Its word stands until the next look; the creator is asked no more, and the balance is owed."""
    decision = gone().when(SEEN_BY_BRAND, by=BRAND, at=LATER + HOUR)
    vouched, scheduled_ = decision.events
    assert vouched == PostVouched(
        deliverable=1,
        caption=DISCLOSED,
        disclosure=check_disclosure(DISCLOSED, Jurisdiction.US, partner="Lumen Tea"),
        checked_at=LATER + HOUR,
        appointment=Appointment(name="check_post/1", at=T0 + 30 * DAY),
    )
    assert isinstance(scheduled_, PayoutScheduled)
    assert decision.state.tasks == {}
    assert decision.state.works[1].stands
    (again,) = collaboration(*gone().past, *decision.events).when(not_seen(), at=T0 + 30 * DAY).events
    assert isinstance(again, PostNotVerified)
    assert again.task is not None


def test_nobody_vouches_for_a_post_that_hides_the_partnership() -> None:
    """Neither for one whose caption the platform showed, nor with a caption that does not disclose."""
    hidden = published().does(seen(UNDISCLOSED), at=LATER)
    hidden.when(SEEN_BY_BRAND, by=BRAND, at=LATER + HOUR).refused(NothingToDecide)
    gone().when(VouchForPost(deliverable=1, caption=UNDISCLOSED), by=BRAND).refused(DisclosureFailed)
    gone().when(SEEN_BY_BRAND, by=CREATOR).refused(NotYourTurn, "brand")
    published().when(SEEN_BY_BRAND, by=BRAND).refused(NothingToDecide)


def test_what_nobody_mends_is_missed() -> None:
    """At the deadline; the balance is not owed."""
    decision = gone().waits(until=LATER + 48 * HOUR)
    reason = "the creator did not restore the post of deliverable 1 in time"
    assert decision.events[:2] == [
        TaskExpired(task="restore_post/1", assignee=CREATOR, answer=OnExpiry.DECLINE),
        DeliverableMissed(deliverable=1, step="restore_post"),
    ]
    (end,) = decision.events[2:]
    assert isinstance(end, CollaborationClosing)
    assert (end.closing.outcome, end.closing.reason) == (Outcome.MISSED, reason)
    assert decision.state.works[1].status is WorkStatus.MISSED
    assert decision.state.appointments == {}
    story = collaboration(*gone().past, *decision.events)
    story.when(seen(), at=LATER + 48 * HOUR).refused(AlreadyEnded)


def test_a_deadline_waits_for_the_look_that_the_creator_asked_for() -> None:
    """What they said to be mended is seen first, and if it is not there they are asked anew."""
    told = gone().does(MENDED, by=CREATOR, at=LATER + 47 * HOUR)
    expired = told.waits(until=LATER + 48 * HOUR)
    expired.then(TaskExpired(task="restore_post/1", assignee=CREATOR, answer=OnExpiry.DECLINE))
    (event,) = collaboration(*told.past, *expired.events).when(not_seen(), at=LATER + 48 * HOUR).events
    assert isinstance(event, PostNotVerified)
    assert event.task is not None


@pytest.mark.parametrize("look", [Look.UNREACHABLE, Look.UNKNOWN])
def test_where_nobody_could_look_the_creator_s_word_stands(look: Look) -> None:
    """At publication, and after a mending; the record says so, and payment does not wait for ever."""
    decision = published().when(not_seen(look), at=LATER)
    decision.then_types(PostNotVerified, PayoutScheduled)
    seen = decision.state.works[1].live
    assert seen is not None
    assert seen.finding == look.value
    mended = gone().does(MENDED, by=CREATOR, at=LATER + HOUR).when(not_seen(look), at=LATER + HOUR)
    mended.then_types(PostNotVerified, PayoutScheduled)
    assert "restore_post/1" not in mended.state.tasks


@pytest.mark.parametrize("look", [Look.UNREACHABLE, Look.UNKNOWN])
def test_a_service_that_fails_later_clears_nothing(look: Look) -> None:
    """What was found missing stays so until somebody sees it, or the creator says that it is mended."""
    decision = gone().when(not_seen(look), at=LATER + DAY)
    decision.then_types(PostNotVerified)
    assert decision.state.works[1].in_doubt
    assert "restore_post/1" in decision.state.tasks
    assert decision.state.appointments["check_post/1"].at == LATER + 2 * DAY


def test_a_post_that_is_gone_after_a_month_is_for_its_creator_to_restore() -> None:
    """The balance has been paid; the collaboration does not end before it is settled."""
    story = published().does(seen(), at=LATER).does(UPFRONT).does(BALANCE)
    for number in (1, 2):
        story = story.does(RecordMetrics(deliverable=number, metrics=Metrics(likes=9)), by=CREATOR)
    month = T0 + 30 * DAY
    (event,) = story.when(not_seen(), at=month).events
    assert isinstance(event, PostNotVerified)
    assert event.task is not None
    missed = collaboration(*story.past, event).waits(until=event.task.due_at)
    missed.then_types(TaskExpired, DeliverableMissed, CollaborationEnded)
    assert missed.state.outcome is Outcome.MISSED


def test_a_post_that_is_gone_is_not_paid_in_full_when_the_brand_stops() -> None:
    """The kill fee is that of a draft which may be posted."""
    assert kill_fee(published().state) == 212_50
    assert kill_fee(gone().state) == 159_37
    assert gone().does(CancelCollaboration(reason="recall"), by=BRAND).state.appointments == {}


def test_only_the_engine_records_checks_and_only_when_there_is_one_to_make() -> None:
    """No person's word is a sighting, and a check is recorded once."""
    for role in (BRAND, CREATOR):
        published().when(seen(), by=role).refused(NotYourTurn, "for the engine")
    published().when(seen(number=2), by=ENGINE).refused(NothingToDecide)
    live().when(seen()).refused(NothingToDecide)


def test_silence_does_not_restore_a_post() -> None:
    """A policy that would approve is refused with the brief."""
    with pytest.raises(ValidationError, match=r"policies\.restoration"):
        Policies(restoration=a_policy(OnExpiry.APPROVE))
