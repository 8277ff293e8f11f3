"""What version 1 wrote is read as it was meant: by the clock, and nobody asleep."""

from datetime import timedelta

from domain.calendars import ROUND_THE_CLOCK, Calendar
from domain.collaboration import EVENTS
from domain.content_approval import ChangesRequested
from domain.events import Record
from domain.goal_setting import CampaignStarted
from domain.verification import CollaborationOpened
from tests.domain.test_events import an_envelope
from tests.domain.write_golden import GOLDEN, REGISTRIES


def read(name: str, kind: str) -> object:
    """The golden file of version 1 as today's code reads it."""
    record = Record.model_validate_json((GOLDEN / f"{name}.v1.json").read_text())
    return REGISTRIES[kind].decode(an_envelope(name, 1, record.data))


def test_an_old_campaign_goes_on_by_the_clock() -> None:
    """Its brief asks for no days off and no quiet hours, and its reviews have their whole time each."""
    started = read("CampaignStarted", "campaign")
    assert isinstance(started, CampaignStarted)
    assert started.calendar == Calendar(time_zone="America/New_York")
    assert started.brief.calendar.quiet_hours is None
    assert len(started.brief.calendar.working_days) == 7
    assert started.brief.policies.final_review_within == started.brief.policies.review.within == timedelta(hours=72)


def test_an_old_collaboration_goes_on_by_the_clock() -> None:
    """What was agreed does not change with a release."""
    opened = read("CollaborationOpened", "collaboration")
    assert isinstance(opened, CollaborationOpened)
    assert opened.assignment.calendar == ROUND_THE_CLOCK
    assert opened.assignment.policies.resume_at_least == timedelta(hours=72)


def test_an_old_review_was_not_paused() -> None:
    """The review after it has its whole time, as it was then."""
    asked = read("ChangesRequested", "collaboration")
    assert isinstance(asked, ChangesRequested)
    assert asked.paused is None
    assert EVENTS.schema_version("ChangesRequested") == 2
