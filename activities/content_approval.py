"""Stage 6, content approval: what the creator hears of a draft."""

from collections.abc import Mapping

from activities.letters import Asks, Draft, Occasion, Sheet
from activities.wording import Strong
from domain.content_approval import (
    PUBLISH,
    REPORT_METRICS,
    REVIEW_DRAFT,
    SUBMIT_DRAFT,
    ChangesRequested,
    DraftApproved,
)
from domain.decider import Authority
from domain.notices import Template


def changes_requested(occasion: Occasion) -> Draft:
    """Another version is asked for."""
    event, work = occasion.of(ChangesRequested), occasion.work.works[occasion.of(ChangesRequested).deliverable]
    allowed = occasion.work.agreed.policies.rounds_of_changes
    what = occasion.deliverable(event.deliverable)
    sheet = Sheet(Template.CHANGES_REQUESTED, occasion, what=what, version=event.version)
    sheet.says("needed")
    sheet.quotes(event.feedback)
    if work.disclosure is not None and not work.disclosure.passed:
        sheet.says("undisclosed", disclosure=occasion.disclosure_advice)
    sheet.says("due", due=occasion.moment(event.task.due_at))
    if left := allowed - work.rounds:
        sheet.says("left", times=occasion.words.counted(left, "more_times"))
    else:
        sheet.says("last")
    sheet.button()
    return sheet.draft()


def draft_approved(occasion: Occasion) -> Draft:
    """The draft may go live."""
    event, words, window = occasion.of(DraftApproved), occasion.words, occasion.work.agreed.posting_window
    what = occasion.deliverable(event.deliverable)
    sheet = Sheet(Template.DRAFT_APPROVED, occasion, what=what, version=event.version)
    sheet.says("approved" if event.authority is Authority.PERSON else "not_objected")
    days = {"opens": words.day(window.opens), "closes": words.day(window.closes)}
    sheet.says("due", due=occasion.moment(event.task.due_at), **days)
    sheet.says("caption")
    sheet.quotes(occasion.work.works[event.deliverable].caption)
    sheet.says("law", disclosure=occasion.disclosure_advice)
    if occasion.tracked:
        sheet.says("tracked")
        sheet.shows(occasion.tracked.link(event.deliverable).url)
        sheet.says("code", code=Strong(occasion.tracked.discount_code))
    sheet.says("then")
    sheet.button()
    return sheet.draft()


def _submit(occasion: Occasion, number: str) -> str:
    return occasion.asks(SUBMIT_DRAFT, what=occasion.deliverable(int(number)))


def _review(occasion: Occasion, number: str) -> str:
    return occasion.asks(REVIEW_DRAFT, what=occasion.deliverable(int(number)), account=occasion.account)


def _publish(occasion: Occasion, number: str) -> str:
    return occasion.asks(PUBLISH, what=occasion.deliverable(int(number)))


def _report(occasion: Occasion, number: str) -> str:
    return occasion.asks(REPORT_METRICS, what=occasion.deliverable(int(number)))


ASKS: Mapping[str, Asks] = {
    SUBMIT_DRAFT: _submit,
    REVIEW_DRAFT: _review,
    PUBLISH: _publish,
    REPORT_METRICS: _report,
}
"""What the stage's tasks ask for, in words, by the first part of their name; the second part is the deliverable's."""
