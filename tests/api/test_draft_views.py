"""Every version of a draft, with what became of it."""

from activities.starting import collaboration_stream
from api.draft_views import drafts_of
from domain.content_approval import ApproveDraft, RequestChanges, SubmitDraft
from domain.decider import Role
from tests.api.conftest import Bench
from tests.domain.given import DISCLOSED, UNDISCLOSED


async def test_each_version_says_what_it_was_and_what_became_of_it(bench: Bench) -> None:
    """Oldest first, each deliverable on its own."""
    stream = collaboration_stream(await bench.in_review())
    await bench.give(stream, RequestChanges(deliverable=1, version=1, feedback="Closer, please"), Role.BRAND)
    await bench.give(stream, SubmitDraft(deliverable=2, caption=UNDISCLOSED), Role.CREATOR)
    await bench.give(stream, SubmitDraft(deliverable=1, caption=DISCLOSED), Role.CREATOR)
    await bench.give(stream, ApproveDraft(deliverable=1, version=2), Role.BRAND)
    drafts = drafts_of(await bench.services.log.read(stream))
    assert [(each.version, each.became, each.feedback) for each in drafts[1]] == [
        (1, "changes", "Closer, please"),
        (2, "approved", ""),
    ]
    assert [(each.caption, each.became, each.disclosure.passed) for each in drafts[2]] == [
        (UNDISCLOSED, "waits", False)
    ]


async def test_before_the_first_draft_there_is_none(bench: Bench) -> None:
    assert drafts_of(await bench.services.log.read(collaboration_stream(await bench.signed()))) == {}
