"""Stage 6: draft, review, changes, approval, publication, and a disclosure gate that nothing opens but disclosure."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.brief import Policies, PostingWindow
from domain.clauses import Deliverable, Terms
from domain.collaboration import Collaboration
from domain.content_approval import (
    PUBLISH,
    REPORT_METRICS,
    REVIEW_DRAFT,
    SUBMIT_DRAFT,
    ApproveDraft,
    AutoApprovalBlocked,
    ChangesRequested,
    DeliverableMissed,
    DraftApproved,
    DraftSubmitted,
    MarkPublished,
    PostPublished,
    RequestChanges,
    SubmitDraft,
    content_task,
)
from domain.deadlines import (
    DeadlinePolicy,
    OnExpiry,
    Paused,
    Task,
    TaskEscalated,
    TaskExpired,
    TaskExtended,
    open_task,
)
from domain.decider import Authority, Command
from domain.disclosure import Disclosure, Jurisdiction, check_disclosure
from domain.errors import (
    AlreadyEnded,
    DisclosureFailed,
    NothingToDecide,
    NotYourTurn,
    RoundsExhausted,
    StaleVersion,
    WrongStage,
)
from domain.formats import Format
from domain.lifecycle import Stage
from domain.media import MediaFile, MediaType
from domain.outcomes import Closing, CollaborationClosing, CollaborationEnded, Outcome
from domain.payouts import Payout, PayoutMade, PayoutPurpose, PayoutScheduled, RecordPayout
from domain.work import Work, WorkStatus
from tests.domain.given import (
    BRAND,
    CREATOR,
    DISCLOSED,
    ENGINE,
    HOUR,
    T0,
    UNDISCLOSED,
    Story,
    a_brief,
    a_policy,
    a_post,
    an_assignment,
    collaboration,
    concluded,
    drafted,
    in_review,
    live,
    to_publish,
    usd,
)

POLICIES = an_assignment().policies
APPROVE, CHANGE = ApproveDraft(deliverable=1, version=1), RequestChanges(deliverable=1, version=1, feedback="brighter")
FEE = 212_50
WINDOW_OPENS = datetime(2026, 3, 15, 10, tzinfo=UTC)
"""The first of the usual posting days, 16 March, begins first in UTC+14."""
YESTERDAY = PostingWindow(opens=date(2026, 3, 1), closes=date(2026, 4, 30))
UPFRONT = RecordPayout(payout_id="collab-1/upfront", reference="tr_1")


def a_task(step: str, policy: DeadlinePolicy, number: int = 1) -> Task:
    """One step of one deliverable, opened at T0."""
    return open_task(content_task(step, number), BRAND if step == REVIEW_DRAFT else CREATOR, policy, T0)


def checked(caption: str) -> Disclosure:
    """The gate's answer under the usual assignment."""
    return check_disclosure(caption, Jurisdiction.US, partner="Lumen Tea")


def reviewed_until(
    on_expiry: OnExpiry, then: OnExpiry = OnExpiry.DECLINE, caption: str = DISCLOSED, rounds: int = 2
) -> Story[Any, Collaboration]:
    """A draft in review under a policy of two days."""
    policies = Policies(review=a_policy(on_expiry, then=then), rounds_of_changes=rounds)
    return in_review(an_assignment(policies=policies), caption)


def test_a_draft_waits_for_the_brand() -> None:
    """A submitted draft is version 1 with the gate's answer and its file; its deliverable alone changes hands."""
    file = MediaFile(sha256="cd" * 32, size=7, media_type=MediaType.MP4)
    draft = SubmitDraft(deliverable=1, caption=DISCLOSED, media_sha256="ab" * 32, file=file)
    decision = concluded().when(draft, by=CREATOR)
    decision.then(
        DraftSubmitted(
            deliverable=1,
            version=1,
            caption=DISCLOSED,
            media_url=None,
            media_sha256="ab" * 32,
            disclosure=checked(DISCLOSED),
            task=a_task(REVIEW_DRAFT, POLICIES.review),
            file=file,
        )
    )
    assert set(decision.state.tasks) == {"review_draft/1", "submit_draft/2"}
    assert decision.state.works[1].status is WorkStatus.IN_REVIEW
    assert decision.state.works[2] == Work(deliverable=Deliverable(number=2, format=Format.STORY))


def test_the_brand_approves() -> None:
    """An approved draft waits for its publication, for which time runs from the first posting day."""
    decision = in_review().when(APPROVE, by=BRAND)
    task = open_task("publish/1", CREATOR, POLICIES.publication, T0, not_before=WINDOW_OPENS)
    assert task.due_at == WINDOW_OPENS + 48 * HOUR
    decision.then(DraftApproved(deliverable=1, version=1, authority=Authority.PERSON, task=task))
    assert set(decision.state.tasks) == {"publish/1", "submit_draft/2"}


def test_the_brand_asks_for_changes() -> None:
    """A request for changes counts a round and waits for another draft."""
    decision = in_review().when(CHANGE, by=BRAND)
    task = a_task(SUBMIT_DRAFT, POLICIES.draft)
    paused = Paused(task="review_draft/1", left=72 * HOUR, extended=False, escalated=False)
    decision.then(
        ChangesRequested(
            deliverable=1, version=1, feedback="brighter", authority=Authority.PERSON, task=task, paused=paused
        )
    )
    work = decision.state.works[1]
    assert (work.status, work.rounds, work.feedback) == (WorkStatus.AWAITING_DRAFT, 1, "brighter")


def test_rounds_of_changes_run_out() -> None:
    """After two rounds the third draft can be approved but not sent back again."""
    story = in_review()
    for version in (1, 2):
        story = story.does(RequestChanges(deliverable=1, version=version, feedback="again"), by=BRAND)
        story = story.does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR)
    story.when(RequestChanges(deliverable=1, version=3, feedback="again"), by=BRAND).refused(RoundsExhausted, "All 2")
    story.when(ApproveDraft(deliverable=1, version=3), by=BRAND).then_types(DraftApproved)


def test_changes_need_words() -> None:
    """A creator is never sent back without being told why."""
    with pytest.raises(ValidationError):
        RequestChanges(deliverable=1, version=1, feedback="  ")


def test_a_judgement_of_a_replaced_draft_is_stale() -> None:
    """Approval and changes count for the version that was seen."""
    story = in_review().does(CHANGE, by=BRAND).does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR)
    story.when(APPROVE, by=BRAND).refused(StaleVersion, "version 2 is the current one")
    story.when(CHANGE, by=BRAND).refused(StaleVersion)


def test_no_person_approves_what_does_not_disclose() -> None:
    """The gate holds against the brand itself, and says how to mend the content."""
    in_review(caption=UNDISCLOSED).when(APPROVE, by=BRAND).refused(DisclosureFailed, "Deliverable 1", "Fix:")


def test_the_creator_publishes() -> None:
    """A post that is live and disclosed waits for its figures; the rest of the fee waits for the other post."""
    decision = to_publish().when(a_post(), by=CREATOR)
    decision.then(
        PostPublished(
            deliverable=1,
            url="https://social.example/p/1",
            caption=DISCLOSED,
            disclosure=checked(DISCLOSED),
            task=a_task(REPORT_METRICS, POLICIES.metrics),
            published_at=T0,
        )
    )
    assert decision.state.stage is Stage.CONTENT_APPROVAL
    assert decision.state.works[1].url == "https://social.example/p/1"


def test_the_last_post_makes_the_balance_due() -> None:
    """When every post is live the rest of the fee is owed and monitoring begins."""
    story = to_publish().does(a_post(1), by=CREATOR).does(SubmitDraft(deliverable=2, caption=DISCLOSED), by=CREATOR)
    decision = story.does(ApproveDraft(deliverable=2, version=1), by=BRAND).when(a_post(2), by=CREATOR)
    balance = Payout(id="collab-1/balance", purpose=PayoutPurpose.BALANCE, amount=usd(FEE - 106_25))
    decision.then_types(PostPublished, PayoutScheduled)
    assert decision.events[-1] == PayoutScheduled(payout=balance)
    assert decision.state.stage is Stage.MONITORING


def test_everything_upfront_leaves_no_balance() -> None:
    """A fee that was all due upfront leaves nothing to schedule at the end."""
    story = live(an_assignment(terms=a_brief(terms={"upfront": 1}).terms))
    assert {payout.amount.amount for payout in story.state.payouts.values()} == {FEE}


def test_a_post_without_disclosure_is_not_published() -> None:
    """What went live must disclose too, whatever the approved draft said."""
    to_publish().when(a_post(caption=UNDISCLOSED), by=CREATOR).refused(DisclosureFailed)


@pytest.mark.parametrize(
    ("story", "command", "role"),
    [
        (concluded, SubmitDraft(deliverable=1, caption=DISCLOSED), CREATOR),
        (in_review, APPROVE, BRAND),
        (in_review, CHANGE, BRAND),
        (to_publish, a_post(), CREATOR),
    ],
)
def test_each_step_has_its_side(story: Any, command: Command, role: Any) -> None:
    """Only the side whose turn it is takes the step; the other and the engine are refused."""
    for other in {BRAND, CREATOR, ENGINE} - {role}:
        story().when(command, by=other).refused(NotYourTurn, f"for the {role}")


@pytest.mark.parametrize(
    ("story", "command"),
    [
        (concluded, APPROVE),
        (concluded, CHANGE),
        (concluded, a_post()),
        (concluded, SubmitDraft(deliverable=3, caption=DISCLOSED)),
        (in_review, SubmitDraft(deliverable=1, caption=DISCLOSED)),
        (in_review, a_post()),
        (to_publish, APPROVE),
        (to_publish, SubmitDraft(deliverable=1, caption=DISCLOSED)),
    ],
)
def test_a_step_is_taken_when_it_is_due(story: Any, command: Command) -> None:
    """A step that its deliverable does not wait for, or of a deliverable that does not exist, is refused."""
    for role in (BRAND, CREATOR):
        story().when(command, by=role).refused(NothingToDecide, "open are")


@pytest.mark.parametrize("command", [SubmitDraft(deliverable=1, caption=DISCLOSED), APPROVE, CHANGE, a_post()])
def test_content_has_its_stage(command: Command) -> None:
    """Content belongs after the contract and before monitoring."""
    drafted().when(command, by=CREATOR).refused(WrongStage, "contract_signing")
    live().when(command, by=CREATOR).refused(WrongStage, "monitoring")


def test_a_missing_draft_ends_it_after_an_extension() -> None:
    """The creator gets a day more for a draft; then the deliverable is missed and the commitment returns."""
    story = concluded().does(UPFRONT)
    decision = story.waits(until=T0 + 48 * HOUR)
    decision.then(
        TaskExtended(task="submit_draft/1", assignee=CREATOR, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,)),
        TaskExtended(task="submit_draft/2", assignee=CREATOR, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,)),
    )
    late = collaboration(*story.past, *decision.events).waits(until=T0 + 72 * HOUR)
    late.then_types(TaskExpired, DeliverableMissed, CollaborationEnded)
    assert late.events[1] == DeliverableMissed(deliverable=1, step=SUBMIT_DRAFT)
    assert late.state.works[1].status is WorkStatus.MISSED
    assert (late.state.outcome, late.state.committed) == (Outcome.MISSED, 0)


def test_a_missed_deliverable_waits_for_what_is_owed() -> None:
    """An upfront payment that was still under way is recorded before the collaboration ends."""
    story = concluded(an_assignment(policies=Policies(draft=a_policy(OnExpiry.DECLINE))))
    decision = story.waits(until=T0 + 48 * HOUR)
    decision.then_types(TaskExpired, DeliverableMissed, CollaborationClosing)
    assert decision.state.tasks == {}
    closing = collaboration(*story.past, *decision.events)
    closing.when(SubmitDraft(deliverable=2, caption=DISCLOSED), by=CREATOR).refused(AlreadyEnded, "missed")
    closing.when(UPFRONT).then_types(PayoutMade, CollaborationEnded)


def test_an_unpublished_post_is_missed() -> None:
    """An approved draft that is not posted in time ends the collaboration like one that never came."""
    policies = Policies(publication=a_policy(OnExpiry.DECLINE, hours=24))
    story = to_publish(an_assignment(policies=policies, posting_window=YESTERDAY))
    decision = story.waits(until=T0 + 24 * HOUR)
    decision.then_types(TaskExpired, DeliverableMissed, CollaborationClosing)
    assert decision.events[1] == DeliverableMissed(deliverable=1, step=PUBLISH)
    reason = "the creator did not publish deliverable 1 in time"
    assert decision.state.closing == Closing(outcome=Outcome.MISSED, reason=reason)


def test_nobody_misses_a_posting_day_that_has_not_come() -> None:
    """A draft approved long before the posting window is not overdue until the window has opened."""
    story = concluded(an_assignment(deliverables=(Deliverable(number=1, format=Format.REEL),)))
    story = story.does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR).does(APPROVE, by=BRAND)
    story.waits(until=WINDOW_OPENS).then()
    story.waits(until=WINDOW_OPENS + 48 * HOUR).then_types(TaskExtended)


def test_silence_may_approve_a_disclosed_draft() -> None:
    """Under the default policy a disclosed draft is approved when the brand's time is up."""
    decision = reviewed_until(OnExpiry.APPROVE).waits(until=T0 + 48 * HOUR)
    [approval] = [event for event in decision.events if isinstance(event, DraftApproved)]
    assert (approval.authority, approval.task.opened_at) == (Authority.TIMEOUT, T0 + 48 * HOUR)
    assert "publish/1" in decision.state.tasks


def test_silence_never_approves_what_does_not_disclose() -> None:
    """The policy asks for the disclosure in the brand's place, and that costs a round."""
    decision = reviewed_until(OnExpiry.APPROVE, caption=UNDISCLOSED).waits(until=T0 + 48 * HOUR)
    gate = checked(UNDISCLOSED)
    assert AutoApprovalBlocked(deliverable=1, version=1, why=gate.why) in decision.events
    [change] = [event for event in decision.events if isinstance(event, ChangesRequested)]
    assert (change.authority, change.feedback) == (Authority.POLICY, gate.fix)
    assert decision.state.works[1].rounds == 1


def test_undisclosed_content_ends_it_when_no_round_is_left() -> None:
    """If the creator cannot be asked again, undisclosed content is the end."""
    decision = reviewed_until(OnExpiry.APPROVE, caption=UNDISCLOSED, rounds=0).waits(until=T0 + 48 * HOUR)
    blocked, closing = [event for event in decision.events if "Task" not in type(event).__name__]
    assert isinstance(blocked, AutoApprovalBlocked)
    assert isinstance(closing, CollaborationClosing)
    assert closing.closing.outcome is Outcome.EXPIRED


def test_silence_may_decline_a_draft() -> None:
    """Under a declining policy an unread draft ends the collaboration."""
    decision = reviewed_until(OnExpiry.DECLINE).waits(until=T0 + 48 * HOUR)
    closing = Closing(outcome=Outcome.EXPIRED, reason="nobody reviewed the draft in time")
    assert decision.events[-1] == CollaborationClosing(closing=closing)


def test_a_review_is_escalated_once() -> None:
    """A second person gets a day; then the draft is approved if the policy says so."""
    story = reviewed_until(OnExpiry.ESCALATE, OnExpiry.APPROVE)
    first = story.waits(until=T0 + 48 * HOUR)
    assert (
        TaskEscalated(task="review_draft/1", assignee=BRAND, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,))
        in first.events
    )
    second = story.does(SubmitDraft(deliverable=2, caption=DISCLOSED), by=CREATOR, at=T0 + 40 * HOUR)
    second = collaboration(*second.past, *second.waits(until=T0 + 48 * HOUR).events)
    second.waits(until=T0 + 72 * HOUR).then_types(TaskExpired, DraftApproved)


def test_a_review_is_extended_once() -> None:
    """The brand gets a day more in which its own judgement counts."""
    story = reviewed_until(OnExpiry.EXTEND)
    later = collaboration(*story.past, *story.waits(until=T0 + 48 * HOUR).events)
    assert later.state.tasks["review_draft/1"].extended
    later.when(CHANGE, by=BRAND, at=T0 + 60 * HOUR).then_types(ChangesRequested)


@pytest.mark.parametrize("url", ["ftp://x.example/1", "https://x.example/a b", "javascript:alert(1)", ""])
def test_a_post_has_a_web_address(url: str) -> None:
    """Anything but an http address is no command."""
    with pytest.raises(ValidationError):
        MarkPublished(deliverable=1, url=url, caption=DISCLOSED)


def test_a_review_that_lapses_pays_for_the_work() -> None:
    """A creator whose draft nobody looked at is owed what a cancellation would pay, and then it ends."""
    policies = Policies(review=a_policy(OnExpiry.DECLINE))
    terms = Terms(upfront=0.0)
    story = in_review(an_assignment(policies=policies, terms=terms))
    decision = story.waits(until=T0 + 48 * HOUR)
    decision.then_types(TaskExpired, PayoutScheduled, CollaborationClosing)
    [owed] = decision.state.owed
    assert owed.purpose is PayoutPurpose.KILL_FEE
    assert owed.amount.amount == FEE // 2


def test_each_review_goes_on_with_what_was_left_and_the_last_has_its_own_time() -> None:
    """Three days for the first two drafts together, of which the brand uses two; one day for the third."""
    story, at = in_review(), T0 + 48 * HOUR
    story = story.does(CHANGE, by=BRAND, at=at)
    assert story.state.works[1].paused == Paused(task="review_draft/1", left=24 * HOUR, extended=False, escalated=False)
    at += 30 * HOUR
    story = story.does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR, at=at)
    assert story.state.tasks["review_draft/1"].due_at == at + 24 * HOUR
    story = story.does(RequestChanges(deliverable=1, version=2, feedback="again"), by=BRAND, at=at + 23 * HOUR)
    story = story.does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR, at=at + 40 * HOUR)
    assert story.state.tasks["review_draft/1"].due_at == at + 64 * HOUR


def test_a_brand_that_was_silent_is_not_given_its_time_again() -> None:
    """After changes that the policy asked for in its place, the review has only the least that there is."""
    story = reviewed_until(OnExpiry.APPROVE, caption=UNDISCLOSED)
    later = collaboration(*story.past, *story.waits(until=T0 + 48 * HOUR).events)
    again = later.does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR, at=T0 + 50 * HOUR)
    assert again.state.tasks["review_draft/1"].due_at == T0 + 54 * HOUR
