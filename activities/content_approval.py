"""Stage 6, content approval: what the creator hears of a draft."""

from collections.abc import Callable, Mapping

from activities.letters import Draft, Occasion, disclosure_advice, write
from domain.content_approval import (
    PUBLISH,
    REPORT_METRICS,
    REVIEW_DRAFT,
    SUBMIT_DRAFT,
    ChangesRequested,
    DraftApproved,
)
from domain.notices import Template


def changes_requested(occasion: Occasion) -> Draft:
    """Another version is asked for."""
    event, work = occasion.of(ChangesRequested), occasion.work.works[occasion.of(ChangesRequested).deliverable]
    allowed = occasion.work.agreed.policies.rounds_of_changes
    return write(
        Template.CHANGES_REQUESTED,
        occasion,
        event=event,
        what=occasion.deliverable(event.deliverable),
        due=event.task.due_at,
        rounds_left=allowed - work.rounds,
        undisclosed=work.disclosure is not None and not work.disclosure.passed,
        disclosure=disclosure_advice(occasion.work.agreed),
    )


def draft_approved(occasion: Occasion) -> Draft:
    """The draft may go live."""
    event = occasion.of(DraftApproved)
    return write(
        Template.DRAFT_APPROVED,
        occasion,
        event=event,
        what=occasion.deliverable(event.deliverable),
        due=event.task.due_at,
        caption=occasion.work.works[event.deliverable].caption,
        window=occasion.work.agreed.posting_window,
        disclosure=disclosure_advice(occasion.work.agreed),
        tracked=occasion.tracked,
        tracked_link=occasion.tracked and occasion.tracked.link(event.deliverable).url,
    )


def _submit(occasion: Occasion, number: str) -> str:
    return f"send the draft of {occasion.deliverable(int(number))}"


def _review(occasion: Occasion, number: str) -> str:
    return f"review the draft by {occasion.account} of {occasion.deliverable(int(number))}"


def _publish(occasion: Occasion, number: str) -> str:
    return f"publish {occasion.deliverable(int(number))} and tell us its address"


def _report(occasion: Occasion, number: str) -> str:
    return f"report the figures of {occasion.deliverable(int(number))}"


ASKS: Mapping[str, Callable[[Occasion, str], str]] = {
    SUBMIT_DRAFT: _submit,
    REVIEW_DRAFT: _review,
    PUBLISH: _publish,
    REPORT_METRICS: _report,
}
"""What the stage's tasks ask for, in words, by the first part of their name; the second part is the deliverable's."""
