"""Stage 6, content approval: draft, review, changes, approval, publication, for each deliverable on its own.

Disclosure is a gate: neither a person nor a policy can pass content that does not disclose the partnership.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from domain.appointments import Appointment, made
from domain.assignment import Assignment
from domain.deadlines import OnExpiry, Paused, Task, TaskExpired, closed, open_task, opened, pause, resume
from domain.decider import Authority, Command, Context, Event, Role
from domain.disclosure import Disclosure, check_disclosure
from domain.errors import (
    DisclosureFailed,
    NothingToDecide,
    NotYourTurn,
    RoundsExhausted,
    StaleVersion,
    WrongStage,
)
from domain.kill_fee import schedule_kill_fee
from domain.lifecycle import Stage
from domain.media import MediaFile
from domain.outcomes import Outcome, end
from domain.payouts import PayoutPurpose, schedule, scheduled
from domain.personal import PERSONAL, PERSONAL_URL
from domain.values import Instant, Line, Sha256, Text
from domain.watching import first_appointments, polled
from domain.work import Finding, LivePost, Work, WorkStatus

if TYPE_CHECKING:
    from domain.collaboration import Collaboration

DeliverableNumber = Annotated[int, Field(ge=1, le=200)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00-\x1f\x7f]+$", max_length=2_000)]

SUBMIT_DRAFT, REVIEW_DRAFT, PUBLISH, REPORT_METRICS = "submit_draft", "review_draft", "publish", "report_metrics"


def content_task(step: str, number: int) -> str:
    """The name of the task for one step of one deliverable: `review_draft/2`."""
    return f"{step}/{number}"


class SubmitDraft(Command):
    """Show the brand what will be posted."""

    deliverable: DeliverableNumber
    caption: Text
    media_url: Url | None = None
    media_sha256: Sha256 | None = None
    file: MediaFile | None = None
    """One that was uploaded before, beside the address or instead of it."""


class ApproveDraft(Command):
    """This version may be posted."""

    deliverable: DeliverableNumber
    version: int = Field(ge=1)


class RequestChanges(Command):
    """This version may not be posted yet."""

    deliverable: DeliverableNumber
    version: int = Field(ge=1)
    feedback: Annotated[Text, StringConstraints(min_length=1)]


class MarkPublished(Command):
    """The approved content is live at this address with this caption."""

    deliverable: DeliverableNumber
    url: Url
    caption: Text


class DraftSubmitted(Event):
    """A version of the content, with what the disclosure check says of its caption."""

    deliverable: int
    version: int
    caption: Annotated[Text, PERSONAL]
    media_url: Annotated[Url | None, PERSONAL_URL]
    media_sha256: Sha256 | None
    disclosure: Disclosure
    task: Task
    file: MediaFile | None = None


class ChangesRequested(Event):
    """The creator is asked for another version; meanwhile the clock of the review stands still."""

    deliverable: int
    version: int
    feedback: Annotated[Text, PERSONAL]
    authority: Authority
    task: Task
    paused: Paused | None = None


class AutoApprovalBlocked(Event):
    """The review's time was up and the policy would have approved, but the content does not disclose."""

    deliverable: int
    version: int
    why: Annotated[Text, PERSONAL]


class DraftApproved(Event):
    """The creator may post this version."""

    deliverable: int
    version: int
    authority: Authority
    task: Task


class PostPublished(Event):
    """The creator says that the content is live and disclosed; `source` is the service that can see whether it is."""

    deliverable: int
    url: Annotated[Url, PERSONAL_URL]
    caption: Annotated[Text, PERSONAL]
    disclosure: Disclosure
    task: Task | None
    """The creator reports the figures, unless the source does."""
    published_at: Instant | None = None
    """None in what earlier releases wrote: there it is when the task was opened."""
    source: Line | None = None
    appointments: tuple[Appointment, ...] = ()


class DeliverableMissed(Event):
    """The creator did not deliver in time."""

    deliverable: int
    step: str


ContentCommand = SubmitDraft | ApproveDraft | RequestChanges | MarkPublished
WorkAdvanced = DraftSubmitted | ChangesRequested | DraftApproved | PostPublished
ContentEvent = WorkAdvanced | AutoApprovalBlocked | DeliverableMissed


def open_draft_tasks(assignment: Assignment, at: datetime) -> tuple[Task, ...]:
    """One task for each deliverable: they advance independently."""
    return tuple(creator_task(SUBMIT_DRAFT, d.number, assignment, at) for d in assignment.deliverables)


def creator_task(step: str, number: int, assignment: Assignment, at: datetime) -> Task:
    """What the creator is asked to do for one deliverable, from `at` on."""
    policies = assignment.policies
    policy = {SUBMIT_DRAFT: policies.draft, PUBLISH: policies.publication, REPORT_METRICS: policies.metrics}[step]
    opens = assignment.posting_window.starts_at if step == PUBLISH else None
    name, calendar = content_task(step, number), assignment.calendar
    return open_task(name, Role.CREATOR, policy, at, calendar=calendar, not_before=opens)


def _review_task(work: Work, assignment: Assignment, at: datetime) -> Task:
    """The first review has its whole time and those after it what is left; the last one has a time of its own."""
    policies, calendar = assignment.policies, assignment.calendar
    if work.paused is not None and work.rounds < policies.rounds_of_changes:
        at_least = policies.resume_at_least
        return resume(work.paused, Role.BRAND, policies.review, at, calendar=calendar, at_least=at_least)
    name = content_task(REVIEW_DRAFT, work.deliverable.number)
    at_most = policies.final_review_within if work.rounds else None
    return open_task(name, Role.BRAND, policies.review, at, calendar=calendar, at_most=at_most)


def decide(command: ContentCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Take the step that the deliverable waits for, from the side whose turn it is."""
    name = type(command).__name__
    if state.stage is not Stage.CONTENT_APPROVAL:
        raise WrongStage(command=name, needed="content_approval", subject="collaboration", stage=state.stage)
    work = state.works.get(command.deliverable)
    step, role = _TURNS[type(command)]
    if work is None or content_task(step, command.deliverable) not in state.tasks:
        raise NothingToDecide(command=name, subject="the collaboration", open=state.open_tasks)
    if context.actor.role is not role:
        raise NotYourTurn(command=name, needed=role, role=context.actor.role)
    match command:
        case SubmitDraft():
            return [_submit(command, work, state, context)]
        case ApproveDraft():
            _must_be_current(command, work)
            _must_disclose(work.deliverable.number, work.disclosure)
            return [_approved(work, state.agreed, context.at, Authority.PERSON)]
        case RequestChanges():
            _must_be_current(command, work)
            return [_request_changes(work, state, context, command.feedback)]
        case MarkPublished():
            return _publish(command, state, context)


_TURNS: dict[type[Command], tuple[str, Role]] = {
    SubmitDraft: (SUBMIT_DRAFT, Role.CREATOR),
    ApproveDraft: (REVIEW_DRAFT, Role.BRAND),
    RequestChanges: (REVIEW_DRAFT, Role.BRAND),
    MarkPublished: (PUBLISH, Role.CREATOR),
}


def _disclosure(caption: str, assignment: Assignment) -> Disclosure:
    return check_disclosure(caption, assignment.terms.disclosure.jurisdiction, partner=assignment.brand)


def _must_be_current(command: ApproveDraft | RequestChanges, work: Work) -> None:
    if command.version != work.version:
        raise StaleVersion(command=type(command).__name__, given=command.version, current=work.version)


def _must_disclose(number: int, disclosure: Disclosure | None) -> None:
    if disclosure is None or not disclosure.passed:
        why, fix = (disclosure.why, disclosure.fix) if disclosure else ("It was not checked.", "Submit it again.")
        raise DisclosureFailed(deliverable=number, why=why, fix=fix)


def _submit(command: SubmitDraft, work: Work, state: "Collaboration", context: Context) -> DraftSubmitted:
    return DraftSubmitted(
        deliverable=command.deliverable,
        version=work.version + 1,
        caption=command.caption,
        media_url=command.media_url,
        media_sha256=command.media_sha256,
        disclosure=_disclosure(command.caption, state.agreed),
        task=_review_task(work, state.agreed, context.at),
        file=command.file,
    )


def _approved(work: Work, assignment: Assignment, at: datetime, authority: Authority) -> DraftApproved:
    number = work.deliverable.number
    task = creator_task(PUBLISH, number, assignment, at)
    return DraftApproved(deliverable=number, version=work.version, authority=authority, task=task)


def _request_changes(work: Work, state: "Collaboration", context: Context, feedback: str) -> ChangesRequested:
    allowed = state.agreed.policies.rounds_of_changes
    if work.rounds >= allowed:
        raise RoundsExhausted(what="changes", allowed=allowed)
    return _changes(work, state, context.at, feedback, Authority.PERSON)


def _changes(work: Work, state: "Collaboration", at: datetime, feedback: str, authority: Authority) -> ChangesRequested:
    number = work.deliverable.number
    review = state.tasks[content_task(REVIEW_DRAFT, number)]
    return ChangesRequested(
        deliverable=number,
        version=work.version,
        feedback=feedback,
        authority=authority,
        task=creator_task(SUBMIT_DRAFT, number, state.agreed, at),
        paused=pause(review, at, state.calendar),
    )


def _publish(command: MarkPublished, state: "Collaboration", context: Context) -> Sequence[Event]:
    number = command.deliverable
    disclosure = _disclosure(command.caption, state.agreed)
    _must_disclose(number, disclosure)
    policies = state.agreed.policies
    source = state.agreed.source_of(state.works[number].deliverable.format)
    asked = source is None or not polled(policies)
    published = PostPublished(
        deliverable=number,
        url=command.url,
        caption=command.caption,
        disclosure=disclosure,
        task=creator_task(REPORT_METRICS, number, state.agreed, context.at) if asked else None,
        published_at=context.at,
        source=source,
        appointments=first_appointments(number, context.at, policies) if source else (),
    )
    return [published, *balance(evolve(state, published))]


def balance(state: "Collaboration") -> Sequence[Event]:
    """The rest of the fee as it is now, beside what was upfront: owed once every post is live and disclosed.

    Where a service can see that, it waits for its word; and it is owed once.
    """
    assert state.fee is not None, "content follows an agreed fee"
    payouts = state.payouts.values()
    balanced = any(payout.purpose is PayoutPurpose.BALANCE for payout in payouts)
    if balanced or not all(work.stands for work in state.works.values()):
        return []
    upfront = scheduled(payouts, PayoutPurpose.UPFRONT)
    return schedule(state.id, PayoutPurpose.BALANCE, state.fee.amount - upfront, state.fee.currency)


def expire(expired: TaskExpired, state: "Collaboration", context: Context) -> Sequence[Event]:
    """A review may be approved by silence if the content discloses; a creator's silence is a missed deliverable."""
    step, _, number = expired.task.partition("/")
    work = state.works[int(number)]
    if step != REVIEW_DRAFT:
        return _missed(work, step, state)
    if expired.answer is OnExpiry.DECLINE:
        return _review_lapsed(state)
    if work.disclosure is not None and work.disclosure.passed:
        return [_approved(work, state.agreed, context.at, Authority.TIMEOUT)]
    return _blocked(work, state, context)


def _review_lapsed(state: "Collaboration") -> Sequence[Event]:
    """The creator has done their part: what the contract promises for a cancellation is owed here too."""
    reason = "nobody reviewed the draft in time"
    return end(state, Outcome.EXPIRED, reason, *schedule_kill_fee(state))


def _missed(work: Work, step: str, state: "Collaboration") -> Sequence[Event]:
    number = work.deliverable.number
    reason = f"the creator did not {step.replace('_', ' ')} deliverable {number} in time"
    return [
        DeliverableMissed(deliverable=number, step=step),
        *end(state, Outcome.MISSED, reason),
    ]


def _blocked(work: Work, state: "Collaboration", context: Context) -> Sequence[Event]:
    """The policy asks for the disclosure instead of approving, as long as a round is left."""
    assert work.disclosure is not None, "a draft in review has been checked"
    number, disclosure = work.deliverable.number, work.disclosure
    blocked = AutoApprovalBlocked(deliverable=number, version=work.version, why=disclosure.why)
    if work.rounds < state.agreed.policies.rounds_of_changes:
        return [blocked, _changes(work, state, context.at, disclosure.fix, Authority.POLICY)]
    reason = f"deliverable {number} does not disclose the partnership and no round of changes is left"
    return [blocked, *end(state, Outcome.EXPIRED, reason)]


def evolve(state: "Collaboration", event: ContentEvent) -> "Collaboration":
    """The collaboration after `event`; with the last post live, monitoring begins."""
    match event:
        case DraftSubmitted() | ChangesRequested() | DraftApproved() | PostPublished():
            return _advanced(state, event)
        case DeliverableMissed():
            return state.with_work(event.deliverable, status=WorkStatus.MISSED)
        case AutoApprovalBlocked():
            return state  # the event that follows says what changes


def _advanced(state: "Collaboration", event: WorkAdvanced) -> "Collaboration":
    done = content_task(_STEP_DONE[type(event)], event.deliverable)
    works = {**state.works, event.deliverable: _work_after(state.works[event.deliverable], event)}
    advanced = replace(state, works=works, tasks=opened(closed(state.tasks, done), *filter(None, (event.task,))))
    if isinstance(event, PostPublished):
        advanced = replace(advanced, appointments=made(state.appointments, *event.appointments))
    everything_is_live = all(work.is_live for work in works.values())
    return replace(advanced, stage=Stage.MONITORING) if everything_is_live else advanced


_STEP_DONE: dict[type[Event], str] = {
    DraftSubmitted: SUBMIT_DRAFT,
    ChangesRequested: REVIEW_DRAFT,
    DraftApproved: REVIEW_DRAFT,
    PostPublished: PUBLISH,
}
"""Which step of a deliverable each of its events is the answer to."""


def _work_after(work: Work, event: WorkAdvanced) -> Work:
    match event:
        case DraftSubmitted():
            return replace(
                work,
                status=WorkStatus.IN_REVIEW,
                version=event.version,
                caption=event.caption,
                disclosure=event.disclosure,
            )
        case ChangesRequested():
            asked = replace(work, rounds=work.rounds + 1, feedback=event.feedback, paused=event.paused)
            return replace(asked, status=WorkStatus.AWAITING_DRAFT)
        case DraftApproved():
            return replace(work, status=WorkStatus.APPROVED)
        case PostPublished():
            published = replace(work, status=WorkStatus.PUBLISHED, url=event.url, disclosure=event.disclosure)
            return replace(published, live=_live(event))


def _live(event: PostPublished) -> LivePost:
    at = event.published_at or (event.task.opened_at if event.task else None)
    assert at is not None, "a publication has its instant, or the task that it opened"
    return LivePost(published_at=at, source=event.source, finding=None if event.source else Finding.UNKNOWN)
