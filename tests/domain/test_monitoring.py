"""Stage 7: figures, payouts, the end, and whether to work together again."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.appointments import Appointment
from domain.claims import Release
from domain.content_approval import ApproveDraft, SubmitDraft
from domain.deadlines import OnExpiry, TaskExpired, TaskExtended
from domain.errors import NothingToDecide, NotYourTurn, WrongStage
from domain.monitoring import (
    Metrics,
    MetricsMissing,
    MetricsRecorded,
    MetricsUnavailable,
    NoteUnavailable,
    RecordMetrics,
    Unavailable,
    total,
)
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import PayoutMade, RecordPayout
from domain.work import WorkStatus
from tests.domain.given import (
    BRAND,
    CREATOR,
    DISCLOSED,
    ENGINE,
    HOUR,
    T0,
    a_post,
    an_assignment,
    collaboration,
    concluded,
    drafted,
    live,
    not_seen,
    seen,
    to_publish,
    usd,
    watched,
)

FIGURES = Metrics(impressions=4_100, reach=3_000, likes=260, comments=14, clicks=55, orders=3, revenue=72_00)
UPFRONT, BALANCE = (
    RecordPayout(payout_id="collab-1/upfront", reference="tr_1"),
    RecordPayout(payout_id="collab-1/balance", reference="tr_2"),
)
DONE = "every post is live, measured as far as possible, and paid"


def test_figures_are_recorded_with_their_time() -> None:
    """A snapshot of a live post closes its task; without an instant of its own it was taken now."""
    at = T0 + 5 * HOUR
    decision = live().when(RecordMetrics(deliverable=1, metrics=FIGURES), by=CREATOR, at=at)
    taken = FIGURES.model_copy(update={"taken_at": at})
    decision.then(MetricsRecorded(deliverable=1, metrics=taken))
    assert decision.state.metrics == {1: taken}
    assert decision.state.works[1].status is WorkStatus.MEASURED
    assert set(decision.state.tasks) == {"report_metrics/2"}


def test_figures_keep_the_time_they_state() -> None:
    """A snapshot that says when it was taken is believed."""
    stated = FIGURES.model_copy(update={"taken_at": T0 - HOUR})
    live().when(RecordMetrics(deliverable=1, metrics=stated)).then(MetricsRecorded(deliverable=1, metrics=stated))


def test_later_figures_replace_earlier_ones() -> None:
    """A post can be measured again as long as the collaboration goes on."""
    later = FIGURES.model_copy(update={"likes": 300, "taken_at": T0 + 9 * HOUR})
    story = live().does(RecordMetrics(deliverable=1, metrics=FIGURES))
    decision = story.when(RecordMetrics(deliverable=1, metrics=later))
    assert decision.state.metrics == {1: later}


def test_a_post_is_measured_before_the_others_are_live() -> None:
    """Figures of the first post are taken while the second is still being made."""
    story = to_publish().does(a_post(1), by=CREATOR)
    story.when(RecordMetrics(deliverable=1, metrics=FIGURES)).then_types(MetricsRecorded)


def test_only_live_posts_have_figures() -> None:
    """Figures of a post that is not live, or does not exist, are refused."""
    to_publish().when(RecordMetrics(deliverable=1, metrics=FIGURES)).refused(NothingToDecide)
    live().when(RecordMetrics(deliverable=9, metrics=FIGURES)).refused(NothingToDecide)
    drafted().when(RecordMetrics(deliverable=1, metrics=FIGURES)).refused(WrongStage)


def test_missing_figures_are_unknown_not_zero() -> None:
    """After one extension a post without figures counts as unmeasured and has no metrics at all."""
    story = live().does(RecordMetrics(deliverable=2, metrics=FIGURES))
    extended = TaskExtended(task="report_metrics/1", assignee=CREATOR, due_at=T0 + 96 * HOUR)
    story.waits(until=T0 + 72 * HOUR).then(extended)
    decision = collaboration(*story.past, extended).waits(until=T0 + 96 * HOUR)
    decision.then(
        TaskExpired(task="report_metrics/1", assignee=CREATOR, answer=OnExpiry.DECLINE), MetricsMissing(deliverable=1)
    )
    assert decision.state.works[1].status is WorkStatus.UNMEASURED
    assert 1 not in decision.state.metrics


def test_late_figures_are_welcome() -> None:
    """A post that was given up as unmeasured can still be measured."""
    story = live()
    for hours in (72, 96):
        story = collaboration(*story.past, *story.waits(until=T0 + hours * HOUR).events)
    assert story.state.works[1].status is WorkStatus.UNMEASURED
    decision = story.when(RecordMetrics(deliverable=1, metrics=FIGURES), at=T0 + 97 * HOUR)
    assert decision.state.works[1].status is WorkStatus.MEASURED


def test_a_payout_is_recorded() -> None:
    """What was transferred leaves the commitment and keeps its reference."""
    decision = concluded().when(UPFRONT)
    decision.then(PayoutMade(payout_id="collab-1/upfront", amount=usd(106_25), reference="tr_1"))
    assert decision.state.committed == 106_25
    assert decision.state.payouts["collab-1/upfront"].reference == "tr_1"


def test_a_payout_is_recorded_once() -> None:
    """A payout that was made, or never scheduled, is not recorded."""
    concluded().does(UPFRONT).when(UPFRONT).refused(NothingToDecide, "no such payout")
    concluded().when(BALANCE).refused(NothingToDecide)


def test_only_the_engine_records_payouts() -> None:
    """No person's word makes a transfer."""
    for role in (BRAND, CREATOR):
        concluded().when(UPFRONT, by=role).refused(NotYourTurn, "for the engine")


def test_it_ends_when_all_is_measured_and_paid() -> None:
    """The last payment, or the last figure, completes the collaboration in the same decision."""
    ended = CollaborationEnded(outcome=Outcome.COMPLETED, reason=DONE, offered=True, released_claims=Release.ALL)
    measured = live()
    for number in (1, 2):
        measured = measured.does(RecordMetrics(deliverable=number, metrics=FIGURES))
    assert measured.does(UPFRONT).when(BALANCE).events[-1] == ended
    paid = live().does(UPFRONT).does(BALANCE).does(RecordMetrics(deliverable=1, metrics=FIGURES))
    assert paid.when(RecordMetrics(deliverable=2, metrics=FIGURES)).events[-1] == ended


def test_it_does_not_end_while_something_is_owed() -> None:
    """Figures alone do not end a collaboration that has an unpaid part."""
    story = live().does(UPFRONT).does(RecordMetrics(deliverable=1, metrics=FIGURES))
    story.when(RecordMetrics(deliverable=2, metrics=FIGURES)).then_types(MetricsRecorded)


def test_unmeasured_posts_do_not_hold_it_open() -> None:
    """A paid collaboration ends when the time for its figures is up."""
    story = live().does(UPFRONT).does(BALANCE)
    story = collaboration(*story.past, *story.waits(until=T0 + 72 * HOUR).events)
    decision = story.waits(until=T0 + 96 * HOUR)
    decision.then_types(TaskExpired, MetricsMissing, TaskExpired, MetricsMissing, CollaborationEnded)
    assert decision.state.outcome is Outcome.COMPLETED


def test_a_single_unpaid_post_completes() -> None:
    """A collaboration for a fee of nothing ends with its figures: there is nothing to pay."""
    story = concluded(an_assignment(opening_fee=0))
    for number in (1, 2):
        story = story.does(SubmitDraft(deliverable=number, caption=DISCLOSED), by=CREATOR)
        story = story.does(ApproveDraft(deliverable=number, version=1), by=BRAND)
        story = story.does(a_post(number), by=CREATOR).does(RecordMetrics(deliverable=number, metrics=FIGURES))
    assert story.state.payouts == {}
    assert story.state.outcome is Outcome.COMPLETED


def test_engagements_add_what_is_known() -> None:
    """Unknown figures are left out of the sum, and a sum of nothing known is unknown."""
    assert FIGURES.engagements == 274
    assert Metrics(saves=0).engagements == 0
    assert Metrics(impressions=9).engagements is None
    assert total([None, 2, 3]) == 5
    assert total([]) is None


def test_figures_are_not_negative() -> None:
    """A negative count is refused; revenue may not be negative either."""
    for figure in ("likes", "revenue"):
        with pytest.raises(ValidationError):
            Metrics.model_validate({figure: -1})


def test_the_engine_may_measure_too() -> None:
    """Figures from a connector are taken like those of a person."""
    story = live()
    for role in (ENGINE, BRAND):
        story = story.does(RecordMetrics(deliverable=1, metrics=FIGURES), by=role, at=T0 + timedelta(hours=1))
    assert story.state.works[1].status is WorkStatus.MEASURED


DAY = timedelta(days=1)


def test_a_service_s_figures_make_the_next_appointment() -> None:
    """They say who told them; the creator is not asked, and at the end of the watch nobody is."""
    at = T0 + HOUR
    decision = live(watched()).when(RecordMetrics(deliverable=1, metrics=FIGURES), at=at)
    told = FIGURES.model_copy(update={"taken_at": at, "source": "instagram"})
    following = Appointment(name="poll_metrics/1", at=T0 + 6 * HOUR)
    decision.then(MetricsRecorded(deliverable=1, metrics=told, appointment=following))
    assert decision.state.works[1].status is WorkStatus.MEASURED
    assert decision.state.appointments["poll_metrics/1"] == following
    last = live(watched()).when(RecordMetrics(deliverable=1, metrics=FIGURES), at=T0 + 28 * DAY)
    assert "poll_metrics/1" not in last.state.appointments


def test_a_person_is_not_taken_for_a_service() -> None:
    """What they say of the source is not believed, and the next poll stays where it was."""
    story = live(watched())
    for role in (BRAND, CREATOR):
        said = FIGURES.model_copy(update={"source": "instagram"})
        decision = story.when(RecordMetrics(deliverable=1, metrics=said), by=role)
        assert decision.state.metrics[1].source is None
        assert decision.state.appointments == story.state.appointments


def test_what_a_person_has_told_stands() -> None:
    """A service's later figures are in the record, and do not take its place."""
    story = live(watched()).does(RecordMetrics(deliverable=1, metrics=FIGURES), by=CREATOR)
    polled = story.when(RecordMetrics(deliverable=1, metrics=Metrics(likes=999)), at=T0 + HOUR)
    polled.then_types(MetricsRecorded)
    assert polled.state.metrics == story.state.metrics
    corrected = polled.state.metrics[1].model_copy(update={"likes": 270})
    story = collaboration(*story.past, *polled.events)
    again = story.when(RecordMetrics(deliverable=1, metrics=corrected), by=CREATOR, at=T0 + 2 * HOUR)
    assert again.state.metrics[1].likes == 270


def test_a_service_that_gives_no_figures_leads_to_the_creator() -> None:
    """Once, if nobody has told any; the next poll is made all the same."""
    at = T0 + HOUR
    decision = live(watched()).when(NoteUnavailable(deliverable=1, cause=Unavailable.UNREACHABLE), at=at)
    (event,) = decision.events
    assert isinstance(event, MetricsUnavailable)
    assert event.task is not None
    assert (event.task.name, event.task.opened_at) == ("report_metrics/1", at)
    assert event.appointment == Appointment(name="poll_metrics/1", at=T0 + 6 * HOUR)
    story = collaboration(*live(watched()).past, event)
    (second,) = story.when(NoteUnavailable(deliverable=1, cause=Unavailable.NOT_GIVEN), at=T0 + 6 * HOUR).events
    assert isinstance(second, MetricsUnavailable)
    assert second.task is None
    told = story.when(RecordMetrics(deliverable=1, metrics=FIGURES), at=T0 + 6 * HOUR)
    assert "report_metrics/1" not in told.state.tasks


def test_figures_that_are_late_are_waited_for() -> None:
    """The creator is only asked once no further poll is to come."""
    early = NoteUnavailable(deliverable=1, cause=Unavailable.NOT_YET)
    story = live(watched())
    (event,) = story.when(early, at=T0 + HOUR).events
    assert isinstance(event, MetricsUnavailable)
    assert event.task is None
    (last,) = story.when(early, at=T0 + 28 * DAY).events
    assert isinstance(last, MetricsUnavailable)
    assert last.task is not None
    assert last.appointment is None


def test_only_the_engine_says_that_a_service_gave_nothing() -> None:
    """And only of a post that it asks after."""
    nothing = NoteUnavailable(deliverable=2, cause=Unavailable.NOT_GIVEN)
    live(watched()).when(nothing).refused(NothingToDecide)
    for role in (BRAND, CREATOR):
        live(watched()).when(nothing, by=role).refused(NotYourTurn, "for the engine")


def test_it_does_not_end_while_posts_are_watched() -> None:
    """Paid and measured, it waits for its appointments; the last one ends it."""
    story = live(watched()).does(seen(), at=T0 + HOUR).does(UPFRONT).does(BALANCE)
    story = story.does(RecordMetrics(deliverable=2, metrics=FIGURES), by=CREATOR)
    story = story.does(RecordMetrics(deliverable=1, metrics=FIGURES), at=T0 + 28 * DAY)
    assert set(story.state.appointments) == {"check_post/1"}
    assert not story.state.ended
    decision = story.when(seen(), at=T0 + 30 * DAY)
    assert isinstance(decision.events[-1], CollaborationEnded)
    assert decision.state.outcome is Outcome.COMPLETED
    assert not story.when(not_seen(), at=T0 + 30 * DAY).state.ended
