"""When a live post is looked at: twice to see whether it is there and disclosed, and ever less often for its figures.

A service that has failed, or a finding that the creator has to mend, is followed by another look; see `next_check`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count

from domain.appointments import Appointment
from domain.brief import Policies
from domain.work import DOUBTFUL, Finding, LivePost, Work

CHECK_POST, POLL_METRICS = "check_post", "poll_metrics"

POLLS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72), timedelta(days=7))
"""When after its publication a post's figures are asked for; then every week."""
WEEK = timedelta(days=7)

SHOWN_WITHIN = timedelta(hours=1)
"""How long a platform may take to show a post: nobody is asked to mend one that is younger and not found yet."""
MENDED_WITHIN = timedelta(days=1)
"""After so long we look again whether a post has been mended, told or not."""


def polled(policies: Policies) -> bool:
    """Whether a post that a service reads is asked after at least once."""
    return policies.watch_for >= POLLS[0]


def first_appointments(number: int, at: datetime, policies: Policies) -> tuple[Appointment, ...]:
    """What follows from the publication of a post that a service reads: a check at once, and the first poll."""
    check = Appointment(name=f"{CHECK_POST}/{number}", at=at)
    poll = Appointment(name=f"{POLL_METRICS}/{number}", at=at + POLLS[0])
    return (check, poll) if polled(policies) else (check,)


def next_check(number: int, live: LivePost, finding: Finding, at: datetime, policies: Policies) -> Appointment | None:
    """The check after one that found this at `at`; None if it was the last."""
    if finding in DOUBTFUL:
        soon = SHOWN_WITHIN if not_shown_yet(live, finding, at) else MENDED_WITHIN
        return Appointment(name=f"{CHECK_POST}/{number}", at=at + soon)
    again = live.published_at + policies.live_check_after
    return Appointment(name=f"{CHECK_POST}/{number}", at=again) if again > at else None


def not_shown_yet(live: LivePost, finding: Finding, at: datetime) -> bool:
    """Whether the platform may just be slow to show the post."""
    return finding is Finding.MISSING and live.finding is None and at < live.published_at + SHOWN_WITHIN


def next_poll(number: int, live: LivePost, at: datetime, ends: datetime | None) -> Appointment | None:
    """The poll after one at `at`, those that were missed left out; None if the watch ends before it."""
    following = next(instant for instant in _polls(live.published_at) if instant > at)
    if ends is not None and following > ends:
        return None
    return Appointment(name=f"{POLL_METRICS}/{number}", at=following)


def watch_ends(works: Iterable[Work], policies: Policies) -> datetime | None:
    """When nobody looks for figures any more: so long after the last publication; None while one is to come."""
    published = [work.live.published_at if work.live else None for work in works]
    known = [at for at in published if at is not None]
    return max(known) + policies.watch_for if len(known) == len(published) else None


def _polls(published_at: datetime) -> Iterator[datetime]:
    yield from (published_at + after for after in POLLS)
    yield from (published_at + POLLS[-1] + week * WEEK for week in count(1))
