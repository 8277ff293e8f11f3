"""A published post as both sides see it."""

from datetime import timedelta

from api.post_views import LivePostView, live_post_view
from domain.work import Finding
from tests.domain.given import HOUR, T0, live, not_seen, seen, to_publish, watched

DAY = timedelta(days=1)


def test_before_publication_there_is_nothing_to_show() -> None:
    """An approved draft is no post."""
    state = to_publish().state
    assert live_post_view(state.works[1], state.appointments) is None


def test_what_no_service_reads_is_unknown() -> None:
    """The creator's word stands, and it is said so."""
    state = live().state
    shown = live_post_view(state.works[1], state.appointments)
    assert shown == LivePostView(
        published_at=T0,
        source=None,
        finding=Finding.UNKNOWN,
        checked_at=None,
        next_check_at=None,
        next_poll_at=None,
    )


def test_the_last_finding_and_the_next_look_are_shown() -> None:
    """Before the first check, after it, and when the post has to be mended."""
    story = live(watched())
    shown = live_post_view(story.state.works[1], story.state.appointments)
    assert shown is not None
    assert (shown.source, shown.finding, shown.next_check_at) == ("instagram", None, T0)
    assert shown.next_poll_at == T0 + HOUR
    state = story.does(seen(), at=T0 + HOUR).state
    shown = live_post_view(state.works[1], state.appointments)
    assert shown is not None
    assert (shown.finding, shown.checked_at, shown.next_check_at) == (Finding.VERIFIED, T0 + HOUR, T0 + 30 * DAY)
    state = story.does(not_seen(), at=T0 + 2 * HOUR).state
    shown = live_post_view(state.works[1], state.appointments)
    assert shown is not None
    assert (shown.finding, shown.next_check_at) == (Finding.MISSING, T0 + 2 * HOUR + DAY)
