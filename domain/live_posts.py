"""Stage 7, monitoring: whether a published post is there and discloses the partnership, as its platform shows it.

The engine looks when a post is published and again later (`domain.watching` says when); the balance waits for the first
look. The caption that counts is the one that the platform shows. A post that is missing, or hides the partnership, is
for its creator to mend by a deadline; of one that was wrongly found missing the brand may say that it has seen it.
Where nobody could look, the creator's word stands, and the record says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from domain.appointments import Appointment, kept, made
from domain.content_approval import DeliverableMissed, DeliverableNumber, Url, balance, content_task
from domain.deadlines import Task, TaskExpired, closed, open_task, opened
from domain.decider import Command, Context, Event, Role
from domain.disclosure import Disclosure, check_disclosure
from domain.errors import DisclosureFailed, NothingToDecide, NotYourTurn
from domain.outcomes import Outcome, end
from domain.personal import PERSONAL, PERSONAL_URL
from domain.values import Instant, Line, Text, Value
from domain.watching import CHECK_POST, next_check, not_shown_yet
from domain.work import DOUBTFUL, Finding, LivePost, Work

if TYPE_CHECKING:
    from domain.collaboration import Collaboration

RESTORE_POST = "restore_post"


class Look(StrEnum):
    """What came of looking for a post, before anybody judges it."""

    FOUND = "found"
    ABSENT = "absent"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    """The service does not see the account, or is not there any more."""


class Sighting(Value):
    """A post as its platform shows it. `post_id` and `caption` are of one that was found."""

    look: Look
    post_id: Line | None = None
    caption: Text = ""


class RecordCheck(Command):
    """What was found at a post's address."""

    deliverable: DeliverableNumber
    sighting: Sighting
    due_at: Instant | None = None
    """Of the appointment that was kept. If it has been moved since, there is something newer to look at."""


class MarkRestored(Command):
    """The post is there again and discloses the partnership, at this address if it is another one."""

    deliverable: DeliverableNumber
    url: Url | None = None


class VouchForPost(Command):
    """A person of the brand has seen the post that the service did not find, with this caption."""

    deliverable: DeliverableNumber
    caption: Text


class PostVerified(Event):
    """The platform shows the post, and its caption discloses the partnership."""

    deliverable: int
    source: Line
    post_id: Annotated[Line | None, PERSONAL]
    caption: Annotated[Text, PERSONAL]
    disclosure: Disclosure
    checked_at: Instant
    appointment: Appointment | None
    """The next check."""


class PostNotVerified(Event):
    """The post was not found, or hides the partnership, or nobody could look. Without a task nothing new is asked."""

    deliverable: int
    source: Line
    finding: Finding
    caption: Annotated[Text, PERSONAL] = ""
    disclosure: Disclosure | None = None
    checked_at: Instant
    task: Task | None = None
    appointment: Appointment | None = None


class PostRestored(Event):
    """The creator says that the post is as it should be; the engine looks at once."""

    deliverable: int
    url: Annotated[Url | None, PERSONAL_URL]
    appointment: Appointment


class PostVouched(Event):
    """The brand has seen the post, disclosed, that the service did not find: its word stands until the next look."""

    deliverable: int
    caption: Annotated[Text, PERSONAL]
    disclosure: Disclosure
    checked_at: Instant
    appointment: Appointment | None
    """The next check."""


LivePostCommand = RecordCheck | MarkRestored | VouchForPost
LivePostEvent = PostVerified | PostNotVerified | PostRestored | PostVouched


def decide(command: LivePostCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Judge what the platform shows, and take the creator's word that it is mended as a reason to look again."""
    work = state.works.get(command.deliverable)
    if isinstance(command, RecordCheck):
        awaited = state.appointments.get(content_task(CHECK_POST, command.deliverable))
        open_ = awaited is not None and command.due_at in (None, awaited.at)
    else:
        open_ = content_task(RESTORE_POST, command.deliverable) in state.tasks
        needed = Role.CREATOR if isinstance(command, MarkRestored) else Role.BRAND
        if context.actor.role is not needed:
            raise NotYourTurn(command=type(command).__name__, needed=needed, role=context.actor.role)
    if work is None or work.live is None or not open_:
        raise NothingToDecide(command=type(command).__name__, subject="the collaboration", open=state.open_tasks)
    match command:
        case RecordCheck():
            checked = _check(command.sighting, work, work.live, state, context.at)
            return [checked, *balance(evolve(state, checked))]
        case MarkRestored():
            again = Appointment(name=content_task(CHECK_POST, command.deliverable), at=context.at)
            return [PostRestored(deliverable=command.deliverable, url=command.url, appointment=again)]
        case VouchForPost():
            vouched = _vouch(command, work.live, state, context.at)
            return [vouched, *balance(evolve(state, vouched))]


def _vouch(command: VouchForPost, live: LivePost, state: "Collaboration", at: datetime) -> PostVouched:
    """What the platform shows without a disclosure no word of anybody's undoes."""
    number, agreed = command.deliverable, state.agreed
    if live.finding is not Finding.MISSING:
        raise NothingToDecide(command="VouchForPost", subject="the collaboration", open=state.open_tasks)
    disclosure = check_disclosure(command.caption, agreed.terms.disclosure.jurisdiction, partner=agreed.brand)
    if not disclosure.passed:
        raise DisclosureFailed(deliverable=number, why=disclosure.why, fix=disclosure.fix)
    return PostVouched(
        deliverable=number,
        caption=command.caption,
        disclosure=disclosure,
        checked_at=at,
        appointment=next_check(number, live, Finding.VOUCHED, at, agreed.policies),
    )


def _check(
    sighting: Sighting, work: Work, live: LivePost, state: "Collaboration", at: datetime
) -> PostVerified | PostNotVerified:
    number, policies = work.deliverable.number, state.agreed.policies
    assert live.source is not None, "only what a service reads is checked"
    disclosure = None
    if sighting.look is Look.FOUND:
        terms = state.agreed.terms
        disclosure = check_disclosure(sighting.caption, terms.disclosure.jurisdiction, partner=state.agreed.brand)
        if disclosure.passed:
            return PostVerified(
                deliverable=number,
                source=live.source,
                post_id=sighting.post_id,
                caption=sighting.caption,
                disclosure=disclosure,
                checked_at=at,
                appointment=next_check(number, live, Finding.VERIFIED, at, policies),
            )
    finding = _FINDINGS[sighting.look]
    return PostNotVerified(
        deliverable=number,
        source=live.source,
        finding=finding,
        caption=sighting.caption,
        disclosure=disclosure,
        checked_at=at,
        task=_restoration(work, live, finding, state, at),
        appointment=next_check(number, live, _standing(live, finding), at, policies),
    )


_FINDINGS = {
    Look.FOUND: Finding.UNDISCLOSED,
    Look.ABSENT: Finding.MISSING,
    Look.UNREACHABLE: Finding.UNREACHABLE,
    Look.UNKNOWN: Finding.UNKNOWN,
}


def _restoration(work: Work, live: LivePost, finding: Finding, state: "Collaboration", at: datetime) -> Task | None:
    """The creator is asked once for as long as it takes, and not for what the platform may be slow to show."""
    name = content_task(RESTORE_POST, work.deliverable.number)
    if finding not in DOUBTFUL or name in state.tasks or not_shown_yet(live, finding, at):
        return None
    policy, calendar = state.agreed.policies.restoration, state.agreed.calendar
    return open_task(name, Role.CREATOR, policy, at, calendar=calendar)


def _standing(live: LivePost, finding: Finding) -> Finding:
    """What is known of the post after a check. A failing service clears nothing, unless the creator says it is mended:
    then their word stands, as it does where nobody has looked yet."""
    cleared = finding not in (Finding.UNREACHABLE, Finding.UNKNOWN) or live.restored
    return finding if cleared or live.finding not in DOUBTFUL else live.finding or finding


def expire(expired: TaskExpired, state: "Collaboration") -> Sequence[Event]:
    """A post that stays missing is a missed deliverable; one that is said to be mended is looked at first."""
    number = int(expired.task.partition("/")[2])
    live = state.works[number].live
    if live is not None and live.restored:
        return []
    reason = f"the creator did not restore the post of deliverable {number} in time"
    return [DeliverableMissed(deliverable=number, step=RESTORE_POST), *end(state, Outcome.MISSED, reason)]


def evolve(state: "Collaboration", event: LivePostEvent) -> "Collaboration":
    """The collaboration after `event`."""
    work = state.works[event.deliverable]
    assert work.live is not None, "only published posts are looked for"
    match event:
        case PostRestored():
            after = replace(work, url=event.url or work.url, live=replace(work.live, restored=True))
            again = made(state.appointments, event.appointment)
            return replace(state, works={**state.works, event.deliverable: after}, appointments=again)
        case PostVerified():
            live = replace(work.live, post_id=event.post_id, finding=Finding.VERIFIED)
            tasks = state.tasks
        case PostVouched():
            live = replace(work.live, finding=Finding.VOUCHED)
            tasks = state.tasks
        case PostNotVerified():
            live = replace(work.live, finding=_standing(work.live, event.finding))
            tasks = opened(state.tasks, event.task) if event.task else state.tasks
    after = replace(work, live=replace(live, checked_at=event.checked_at, restored=False))
    if not after.in_doubt:
        tasks = closed(tasks, content_task(RESTORE_POST, event.deliverable))
    return replace(
        state,
        works={**state.works, event.deliverable: after},
        tasks=tasks,
        appointments=kept(state.appointments, content_task(CHECK_POST, event.deliverable), event.appointment),
    )
