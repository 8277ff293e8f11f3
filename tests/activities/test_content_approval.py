"""What creators hear of their drafts."""

from dataclasses import replace

from activities.content_approval import ASKS, changes_requested, draft_approved
from activities.store.tracked_links import Tracked, TrackedLink
from domain.content_approval import ChangesRequested, DraftApproved, RequestChanges
from tests.activities.occasions import occasion
from tests.domain.given import BRAND, UNDISCLOSED, in_review, to_publish


def test_a_request_for_changes_says_what_and_until_when() -> None:
    """The feedback is quoted, the deadline and the rounds that are left are named."""
    story = in_review().does(RequestChanges(deliverable=1, version=1, feedback="Show the pitcher."), by=BRAND)
    letter = changes_requested(occasion(story, ChangesRequested))
    assert letter.subject == "Please change deliverable 1 (reel) for Lumen Tea"
    assert "> Show the pitcher." in letter.body
    assert "by Wednesday 4 March 2026, 04:00 (America/New_York)." in letter.body
    assert "can ask for changes 1 more time." in letter.body
    assert "Mind the disclosure" not in letter.body


def test_a_draft_without_disclosure_is_sent_back_with_the_remedy() -> None:
    """The creator hears how to disclose, also where the brand did not think of it."""
    story = in_review(caption=UNDISCLOSED).does(
        RequestChanges(deliverable=1, version=1, feedback="Show the pitcher."), by=BRAND
    )
    assert "Begin the caption with #ad" in changes_requested(occasion(story, ChangesRequested)).body


def test_an_approval_repeats_the_caption_and_says_when_to_post() -> None:
    """What may be posted is exactly what was approved."""
    letter = draft_approved(occasion(to_publish(), DraftApproved))
    assert letter.subject == "Ready to post: deliverable 1 (reel) for Lumen Tea"
    assert "> #ad My summer favourite: cold brew from Lumen Tea." in letter.body
    assert "between 16 March 2026 and 30 April 2026" in letter.body


def test_every_step_is_asked_for_in_words() -> None:
    """Reminders name the step and the deliverable."""
    about = occasion(to_publish(), DraftApproved)
    assert {step: ask(about, "2") for step, ask in ASKS.items()} == {
        "submit_draft": "send the draft of deliverable 2 (story)",
        "review_draft": "review the draft by @steep.and.pour on Instagram of deliverable 2 (story)",
        "publish": "publish deliverable 2 (story) and tell us its address",
        "report_metrics": "report the figures of deliverable 2 (story)",
    }


def test_an_approval_says_which_link_and_which_code_count() -> None:
    """The link of this deliverable, where something is tracked; nothing of it elsewhere."""
    links = tuple(
        TrackedLink(deliverable=number, code=f"code{number}", url=f"https://groundswell.example/l/code{number}")
        for number in (1, 2)
    )
    about = occasion(to_publish(), DraftApproved)
    assert "discount code" not in draft_approved(about).body
    letter = draft_approved(replace(about, tracked=Tracked(discount_code="TEA-1", links=links)))
    assert "\nhttps://groundswell.example/l/code1\n" in letter.body
    assert "code2" not in letter.body
    assert "Your discount code is TEA-1:" in letter.body
