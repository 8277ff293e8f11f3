import pytest

from api.report.figures import reckon
from api.report.history import fold
from domain.content_approval import WorkStatus
from tests.api.report.story import whole_campaign


def test_each_agreed_deliverable_has_a_row() -> None:
    """With where it stands and what it achieved; who agreed to nothing has none."""
    story = whole_campaign()
    posts = reckon(fold(story.envelopes), story.creators).posts
    assert [(post.collaboration_id, post.number, post.status, post.engagements) for post in posts] == [
        ("Ada", 1, WorkStatus.MEASURED, 200),
        ("Ada", 2, WorkStatus.MEASURED, 100),
        ("Ben", 1, WorkStatus.MEASURED, 12),
        ("Ben", 2, WorkStatus.UNMEASURED, None),
        ("Eve", 1, WorkStatus.MISSED, None),
        ("Eve", 2, WorkStatus.AWAITING_DRAFT, None),
    ]


def test_the_fee_is_spread_evenly_and_the_time_of_publication_is_kept() -> None:
    """A cost is known where engagements are."""
    story = whole_campaign()
    report = reckon(fold(story.envelopes), story.creators)
    ada, ben = report.posts[0], report.posts[3]
    assert ada.fee_share == (report.creators[0].fee or 0) / 2
    assert ada.cost_per_engagement == pytest.approx(ada.fee_share / 200, abs=0.01)
    assert ben.cost_per_engagement is None
    assert ada.published_at == next(e.metadata.decided_at for e in story.envelopes if e.type == "PostPublished")
    assert report.posts[4].published_at is None
