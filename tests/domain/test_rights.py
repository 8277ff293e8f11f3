"""What outlives a collaboration: usage by post, from its publication; exclusivity until the day of the claim."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.brief import Policies
from domain.calendars import Calendar
from domain.clauses import Terms, UsageRights
from domain.collaboration import CancelCollaboration
from domain.deadlines import PassTime
from domain.decider import Authority
from domain.errors import AlreadyEnded, NothingToDecide, NotYourTurn, WrongStage
from domain.payouts import RecordPayout
from domain.rights import (
    ExclusivityEnded,
    ReleaseExclusivity,
    Rights,
    RightsDecider,
    RightsExpired,
    RightsExpiring,
    RightsOpened,
    end_of_use,
    outlives,
    rights_of,
)
from tests.domain.given import (
    BRAND,
    CREATOR,
    T0,
    Story,
    a_post,
    an_assignment,
    concluded,
    exclusively,
    live,
    to_publish,
)
from tests.domain.outliving import DAY, UNTIL, completed, opening, rights, usage

NEW_YORK = ZoneInfo("America/New_York")

# ----------------------------------------------------------------------------------------------------------- the clocks


def test_the_brand_is_warned_and_then_told_that_posts_may_not_be_used_any_more() -> None:
    """Once each, and for all posts of the same last day together."""
    story = rights()
    end = T0 + 90 * DAY
    assert story.state.next_alarm == UNTIL
    freed = story.does(PassTime(), at=UNTIL)
    assert freed.state.next_alarm == end - 14 * DAY
    warned = freed.does(PassTime(), at=end - 14 * DAY)
    assert warned.past[-1] == RightsExpiring(deliverables=(1, 2), expires_at=end)
    warned.waits(until=end - DAY).then()
    over = warned.does(PassTime(), at=end)
    assert over.past[-1] == RightsExpired(deliverables=(1, 2), expired_at=end)
    assert over.state.ended
    assert over.state.next_alarm is None


def test_posts_of_different_days_end_on_days_of_their_own() -> None:
    """The contract counts from each post's publication."""
    story = rights(opening(usage(2, 80), usage(1, 70), exclusive=False, notice_days=0))
    assert [one.deliverable for one in story.state.running] == [1, 2]
    first = story.waits(until=T0 + 70 * DAY).then(RightsExpired(deliverables=(1,), expired_at=T0 + 70 * DAY))
    assert [one.deliverable for one in first.state.running] == [2]
    assert first.state.next_alarm == T0 + 80 * DAY


def test_whoever_comes_too_late_is_not_warned_of_what_is_over() -> None:
    """An engine that stood still for months says what is so now."""
    rights().waits(until=T0 + 400 * DAY).then_types(RightsExpired, ExclusivityEnded)


def test_a_notice_period_of_no_days_is_no_notice() -> None:
    """The policy of the brief decides."""
    story = rights(opening(usage(1, 90), exclusive=False, notice_days=0))
    assert story.state.next_alarm == T0 + 90 * DAY


def test_exclusivity_ends_on_the_agreed_day() -> None:
    """Not a moment before it."""
    rights().waits(until=UNTIL - timedelta(seconds=1)).then()
    rights().waits(until=UNTIL).then(ExclusivityEnded(authority=Authority.TIMEOUT, agreed_until=UNTIL))


def test_the_brand_may_end_exclusivity_early_and_nobody_else() -> None:
    """The creator asks for it, and the engine keeps to the contract."""
    rights().when(ReleaseExclusivity(), by=BRAND).then(ExclusivityEnded(authority=Authority.PERSON, agreed_until=UNTIL))
    rights().when(ReleaseExclusivity(), by=CREATOR).refused(NotYourTurn)


def test_exclusivity_ends_once() -> None:
    """What is over, or never was, cannot be ended again; the clocks of usage go on."""
    released = rights().does(ReleaseExclusivity(), by=BRAND)
    released.when(ReleaseExclusivity(), by=BRAND).refused(NothingToDecide, "no exclusivity")
    released.waits(until=UNTIL).then()
    assert not released.state.ended
    rights(opening(usage(1, 90), exclusive=False)).when(ReleaseExclusivity(), by=BRAND).refused(NothingToDecide)


def test_when_every_clock_has_run_out_nothing_is_taken_any_more() -> None:
    """The stream has ended."""
    over = rights().does(PassTime(), at=T0 + 90 * DAY)
    over.when(ReleaseExclusivity(), by=BRAND).refused(AlreadyEnded)


def test_rights_are_opened_by_the_engine_and_once() -> None:
    """People decide about them only what the contract leaves to them."""
    nothing: Story[Any, Rights] = Story(RightsDecider(), ())
    nothing.when(opening(usage(1, 90)), by=BRAND).refused(NotYourTurn)
    nothing.when(ReleaseExclusivity(), by=BRAND).refused(WrongStage)
    rights().when(opening(usage(1, 90))).refused(WrongStage)
    assert isinstance(rights().past[0], RightsOpened)


# ------------------------------------------------------------------------------------------------------- what goes on


def test_completed_work_leaves_usage_and_exclusivity_behind() -> None:
    """Usage for the contract's months by the campaign's clocks; exclusivity until the claim's own instant."""
    story = completed(
        terms=Terms(exclusivity=exclusively(30, "Other Leaf").exclusivity, usage_rights=UsageRights(months=6)),
        policies=Policies(rights_notice_days=7),
        calendar=Calendar(time_zone="America/New_York"),
    )
    command = rights_of(story.state)
    assert command is not None
    assert outlives(story.state)
    assert [one.deliverable for one in command.usages] == [1, 2]
    assert {one.expires_at for one in command.usages} == {datetime(2026, 9, 3, 4, tzinfo=UTC)}
    assert command.notice_days == 7
    assert command.exclusive is not None
    assert {command.exclusive.until} == {claim.until for claim in story.state.claims if claim.exclusive}
    assert {kept.name for kept in command.exclusive.kept_from} == {"tea", "other leaf"}


def test_of_a_cancelled_collaboration_what_was_posted_may_be_used_and_the_creator_is_free() -> None:
    """What is live is paid for by the kill fee; who sends a creator away cannot keep them from others."""
    story = to_publish(an_assignment(terms=exclusively(30))).does(a_post(1), by=CREATOR)
    story = story.does(CancelCollaboration(reason="recall"), by=BRAND)
    for payout in story.state.owed:
        story = story.does(RecordPayout(payout_id=payout.id, reference="tr"))
    command = rights_of(story.state)
    assert command is not None
    assert [one.deliverable for one in command.usages] == [1]
    assert command.exclusive is None


@pytest.mark.parametrize("months", [0, 3])
def test_nothing_goes_on_where_nothing_was_posted(months: int) -> None:
    """Nor where the contract gives no right beyond the platform and binds nobody."""
    story = concluded(an_assignment(terms=Terms(usage_rights=UsageRights(months=months))))
    story = story.does(CancelCollaboration(reason="recall"), by=BRAND)
    for payout in story.state.owed:
        story = story.does(RecordPayout(payout_id=payout.id, reference="tr"))
    assert story.state.ended
    assert not outlives(story.state)
    assert rights_of(story.state) is None
    unused = completed(terms=Terms(usage_rights=UsageRights(months=0)))
    assert rights_of(unused.state) is None
    for_ever = completed(terms=Terms(usage_rights=UsageRights(perpetual=True)))
    assert rights_of(for_ever.state) is None


def test_nothing_is_left_behind_before_the_end() -> None:
    """As long as the collaboration runs, it keeps everything itself."""
    assert rights_of(live().state) is None


@pytest.mark.parametrize(
    ("published_at", "months", "last_day"),
    [
        ("2026-03-02T09:00-05:00", 3, "2026-06-02"),
        ("2026-11-30T09:00-05:00", 3, "2027-02-28"),
        ("2027-11-30T09:00-05:00", 3, "2028-02-29"),
        ("2026-12-31T23:59-05:00", 12, "2027-12-31"),
        ("2026-01-31T23:59-05:00", 25, "2028-02-29"),
    ],
)
def test_months_are_calendar_months_and_end_with_a_day_of_the_campaigns_clock(
    published_at: str, months: int, last_day: str
) -> None:
    """On the day of the same number, or on the month's last where it has no such day."""
    end = end_of_use(datetime.fromisoformat(published_at), months, NEW_YORK)
    local = end.astimezone(NEW_YORK)
    assert (local - DAY).date().isoformat() == last_day
    assert (local.hour, local.minute) == (0, 0)
