"""When a live post is looked at again: policies of the brief, thinning polls, and the end of the watch."""

from datetime import datetime, timedelta

import pytest

from domain.appointments import Appointment
from domain.brief import Policies
from domain.clauses import Deliverable
from domain.formats import Format
from domain.watching import first_appointments, next_check, next_poll, not_shown_yet, polled, watch_ends
from domain.work import Finding, LivePost, Work
from tests.domain.given import HOUR, T0

DAY = timedelta(days=1)
FRESH = LivePost(published_at=T0, source="instagram", finding=None)
SEEN = LivePost(published_at=T0, source="instagram", finding=Finding.VERIFIED)


def polls(live: LivePost, ends: datetime | None, count: int) -> list[timedelta]:
    """How long after the publication the first so many polls are."""
    found: list[timedelta] = []
    at = live.published_at
    while len(found) < count and (poll := next_poll(1, live, at, ends)) is not None:
        at = poll.at
        found.append(at - live.published_at)
    return found


def work(number: int, published_at: datetime | None) -> Work:
    """A deliverable, published or not."""
    live = LivePost(published_at=published_at) if published_at else None
    return Work(deliverable=Deliverable(number=number, format=Format.REEL), live=live)


def test_a_post_is_checked_at_once_and_asked_after_in_an_hour() -> None:
    """If its figures are wanted at all."""
    check, poll = first_appointments(2, T0, Policies())
    assert check == Appointment(name="check_post/2", at=T0)
    assert poll == Appointment(name="poll_metrics/2", at=T0 + HOUR)
    unwatched = Policies(watch_for=timedelta(0))
    assert not polled(unwatched)
    assert first_appointments(2, T0, unwatched) == (check,)


def test_polls_thin_out() -> None:
    """1 h, 6 h, 24 h, 72 h, 7 days, and then every week."""
    expected = [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 21 * DAY, 28 * DAY, 35 * DAY]
    assert polls(FRESH, None, 9) == expected


def test_polls_end_with_the_watch() -> None:
    """The last one is not after it."""
    assert polls(FRESH, T0 + 30 * DAY, 99)[-1] == 28 * DAY
    assert polls(FRESH, T0 + 28 * DAY, 99)[-1] == 28 * DAY
    assert polls(FRESH, T0 + 28 * DAY - HOUR, 99)[-1] == 21 * DAY


def test_polls_that_were_missed_are_not_made_up_for() -> None:
    """After two days without a worker the next one is that of the third day."""
    assert next_poll(1, FRESH, T0 + 2 * DAY, None) == Appointment(name="poll_metrics/1", at=T0 + 3 * DAY)


def test_the_watch_ends_so_long_after_the_last_publication() -> None:
    """It does not end while a post is still to come."""
    policies = Policies(watch_for=10 * DAY)
    assert watch_ends([work(1, T0), work(2, T0 + 4 * DAY)], policies) == T0 + 14 * DAY
    assert watch_ends([work(1, T0), work(2, None)], policies) is None


@pytest.mark.parametrize("finding", [Finding.VERIFIED, Finding.UNREACHABLE, Finding.UNKNOWN])
def test_a_post_that_is_in_order_or_cannot_be_seen_is_looked_at_once_more(finding: Finding) -> None:
    """As long after its publication as the brief says; not a third time."""
    policies = Policies(live_check_after=12 * DAY)
    again = Appointment(name="check_post/1", at=T0 + 12 * DAY)
    assert next_check(1, FRESH, finding, T0 + HOUR, policies) == again
    assert next_check(1, SEEN, finding, T0 + 12 * DAY, policies) is None


@pytest.mark.parametrize("finding", [Finding.MISSING, Finding.UNDISCLOSED])
def test_a_post_that_has_to_be_mended_is_looked_at_every_day(finding: Finding) -> None:
    """However long ago it was published."""
    check = next_check(1, SEEN, finding, T0 + 31 * DAY, Policies())
    assert check == Appointment(name="check_post/1", at=T0 + 32 * DAY)


def test_a_platform_may_be_slow_to_show_a_post() -> None:
    """Within the first hour, as long as it has not been seen; what it shows without a disclosure is no such case."""
    soon = T0 + HOUR / 4
    assert not_shown_yet(FRESH, Finding.MISSING, soon)
    assert next_check(1, FRESH, Finding.MISSING, soon, Policies()) == Appointment(name="check_post/1", at=soon + HOUR)
    assert not not_shown_yet(FRESH, Finding.UNDISCLOSED, soon)
    assert not not_shown_yet(FRESH, Finding.MISSING, T0 + HOUR)
    assert not not_shown_yet(SEEN, Finding.MISSING, soon)
