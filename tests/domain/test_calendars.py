"""Business time: it runs on working days, in working hours, in the campaign's own time zone, and over clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendars import (
    MONDAY_TO_FRIDAY,
    ROUND_THE_CLOCK,
    WEEK,
    Calendar,
    CampaignCalendar,
    Holiday,
    PublicHolidays,
    QuietHours,
    Weekday,
    WorkingHours,
    calendar_of,
)
from domain.durations import BusinessTime, business_days, business_hours

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
OFFICE = WorkingHours(opens=time(9), closes=time(17))
GERMANY = Calendar(
    time_zone="Europe/Berlin",
    working_days=MONDAY_TO_FRIDAY,
    quiet_hours=QuietHours(),
    days_off=(date(2026, 4, 3), date(2026, 4, 6)),
)
"""With Good Friday and Easter Monday of 2026."""
EVERY_DAY = GERMANY.model_copy(update={"working_days": WEEK, "days_off": ()})


def berlin(month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    """An instant of 2026 by the clocks of Berlin, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (berlin(3, 2, 10), business_days(3), berlin(3, 5, 10)),  # Monday to Thursday
        (berlin(3, 5, 10), business_days(2), berlin(3, 9, 10)),  # over a weekend
        (berlin(3, 7, 12), business_days(1), berlin(3, 10)),  # a Saturday counts from Monday, to the end of it
        (berlin(4, 2, 10), business_days(1), berlin(4, 7, 10)),  # over Easter
        (berlin(3, 27, 10), business_days(1), berlin(3, 30, 10)),  # over the weekend on which summer time begins
        (berlin(10, 23, 10), business_days(1), berlin(10, 26, 10)),  # and over that on which it ends
        (berlin(3, 6, 20), business_hours(6), berlin(3, 9, 2)),
        (berlin(3, 6, 20), timedelta(hours=6), berlin(3, 7, 2)),  # by the clock: the weekend counts
    ],
)
def test_business_time_skips_weekends_and_holidays(
    start: datetime, duration: BusinessTime | timedelta, end: datetime
) -> None:
    """A deadline has the time of day that its step began at, so many working days later."""
    assert GERMANY.after(start, duration) == end


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (berlin(3, 2, 9), business_hours(8), berlin(3, 2, 17)),  # the end of the day is still in it
        (berlin(3, 2, 10), business_days(1), berlin(3, 3, 10)),
        (berlin(3, 2, 7), business_hours(1), berlin(3, 2, 10)),  # early in the morning
        (berlin(3, 6, 16), business_hours(3), berlin(3, 9, 11)),  # Friday afternoon
        (berlin(3, 27, 16), business_days(2), berlin(3, 31, 16)),  # summer time begins meanwhile
    ],
)
def test_working_hours_count_alone(start: datetime, duration: BusinessTime, end: datetime) -> None:
    """A business day is as long as the working hours, and nothing falls due at night."""
    office = GERMANY.model_copy(update={"working_hours": OFFICE})
    assert office.after(start, duration) == end


def test_a_day_on_which_the_clock_changes_is_as_long_as_it_is() -> None:
    """Where Sundays are worked, the 23 hours of one and the 25 of the other are counted as they go by."""
    spring, autumn = berlin(3, 29), berlin(10, 25)
    assert EVERY_DAY.worked(spring, berlin(3, 30)) == timedelta(hours=23)
    assert EVERY_DAY.worked(autumn, berlin(10, 26)) == timedelta(hours=25)
    assert EVERY_DAY.after(berlin(3, 28, 10), business_days(1)) == berlin(3, 29, 11)
    assert EVERY_DAY.after(berlin(10, 24, 10), business_days(1)) == berlin(10, 25, 9)


def test_a_midnight_that_does_not_exist_begins_the_day() -> None:
    """Beirut moves its clocks at midnight: the day has 23 hours, and none is lost or counted twice."""
    beirut = Calendar(time_zone="Asia/Beirut")
    zone = ZoneInfo("Asia/Beirut")
    before, after = datetime(2026, 3, 28, 12, tzinfo=zone), datetime(2026, 3, 29, 12, tzinfo=zone)
    assert beirut.worked(before.astimezone(UTC), after.astimezone(UTC)) == timedelta(hours=23)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (berlin(3, 2, 19, 59), berlin(3, 2, 19, 59)),
        (berlin(3, 2, 20), berlin(3, 3, 8)),
        (berlin(3, 3, 3), berlin(3, 3, 8)),
        (berlin(3, 3, 8), berlin(3, 3, 8)),
        (berlin(3, 28, 23), berlin(3, 29, 8)),  # the night in which summer time begins
        (berlin(10, 25, 2, 30, fold=1), berlin(10, 25, 8)),  # the hour that comes twice
    ],
)
def test_mail_waits_until_the_quiet_hours_are_over(at: datetime, until: datetime) -> None:
    """From eight to eight by the campaign's clocks; the first and the last minute are told apart."""
    assert GERMANY.waking(at) == until


def test_quiet_hours_may_lie_within_a_day() -> None:
    """A siesta, for one, also when its end is in an hour that comes twice."""
    siesta = QuietHours(starts=time(1), ends=time(2, 30))
    calendar = EVERY_DAY.model_copy(update={"quiet_hours": siesta})
    assert calendar.waking(berlin(3, 2, 1, 30)) == berlin(3, 2, 2, 30)
    assert calendar.waking(berlin(3, 2, 2, 30)) == berlin(3, 2, 2, 30)
    assert calendar.waking(berlin(10, 25, 2, 10, fold=1)) == berlin(10, 25, 2, 30, fold=1)


def test_nobody_sleeps_where_nothing_is_said() -> None:
    """The calendar of old campaigns has neither days off nor quiet hours: a business day is 24 hours."""
    at = berlin(4, 3, 3)
    assert ROUND_THE_CLOCK.waking(at) == at
    assert ROUND_THE_CLOCK.after(at, business_days(2)) == at + timedelta(hours=48)


def test_the_brief_s_wishes_and_the_holidays_make_the_calendar() -> None:
    """Public holidays and the brand's own days off are one list, in order, without names."""
    days = (Holiday(on=date(2026, 4, 6), name="Easter Monday"), Holiday(on=date(2026, 4, 3), name="Good Friday"))
    found = PublicHolidays(
        country="DE", subdivision=None, first=date(2026, 1, 1), last=date(2026, 12, 31), days=days, source="a table"
    )
    wishes = CampaignCalendar(country="DE", days_off=(date(2026, 4, 7), date(2026, 4, 6)))
    made = calendar_of(wishes, "Europe/Berlin", found)
    assert made.days_off == (date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 7))
    assert (made.working_days, made.quiet_hours) == (MONDAY_TO_FRIDAY, QuietHours(starts=time(20), ends=time(8)))
    assert calendar_of(CampaignCalendar(), "UTC").days_off == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"working_days": []},
        {"working_days": ["moonday"]},
        {"subdivision": "BE"},
        {"country": "Germany"},
        {"working_hours": {"opens": "09:00", "closes": "09:30"}},
        {"working_hours": {"opens": "17:00", "closes": "09:00"}},
        {"quiet_hours": {"starts": "20:00", "ends": "20:00"}},
        {"quiet_hours": {"starts": "20:00+02:00", "ends": "08:00"}},
    ],
)
def test_a_calendar_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    """No working day at all, a part of no country, hours that are none, a time with an offset of its own."""
    with pytest.raises(ValidationError):
        CampaignCalendar.model_validate(wrong)


def test_working_days_are_named_once_in_order() -> None:
    """Two briefs that mean the same week are the same."""
    week = CampaignCalendar(working_days=(Weekday.SUNDAY, Weekday.MONDAY, Weekday.SUNDAY)).working_days
    assert week == (Weekday.MONDAY, Weekday.SUNDAY)


ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Tehran",
)
INSTANTS = st.integers(0, 30 * 365 * 24 * 60).map(
    lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
"""Years with many kinds of clock changes: at midnight, by half an hour, and some of them gone again."""
WORK = st.timedeltas(timedelta(microseconds=1), timedelta(days=20))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any week, with or without hours, in zones whose clocks change in their own ways."""
    opens = draw(st.integers(0, 22 * 60))
    closes = draw(st.integers(opens + 60, 23 * 60 + 59)) if opens <= 22 * 60 + 59 else None
    hours = draw(st.booleans()) and closes is not None
    return Calendar(
        time_zone=draw(st.sampled_from(ZONES)),
        working_days=tuple(draw(st.sets(st.sampled_from(WEEK), min_size=1))),
        working_hours=WorkingHours(opens=_time(opens), closes=_time(closes)) if hours and closes else None,
        days_off=tuple(draw(st.lists(st.dates(date(2005, 1, 1), date(2035, 1, 1)), max_size=5))),
        quiet_hours=QuietHours() if draw(st.booleans()) else None,
    )


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@settings(max_examples=100, deadline=None)
@given(calendars(), INSTANTS, WORK)
def test_there_and_back(calendar: Calendar, start: datetime, work: timedelta) -> None:
    """Exactly the working time that was added lies between, and going back leads to the same working moment."""
    end = calendar.after_work(start, work)
    assert calendar.worked(start, end) == work
    back = calendar.before_work(end, work)
    assert calendar.worked(back, end) == work
    assert calendar.worked(min(start, back), max(start, back)) == timedelta(0)


@settings(max_examples=100, deadline=None)
@given(calendars(), INSTANTS, WORK)
def test_nothing_falls_due_outside_of_working_time(calendar: Calendar, start: datetime, work: timedelta) -> None:
    """The moment before a deadline is always one at which people work."""
    end = calendar.after_work(start, work)
    moment = timedelta(microseconds=1)
    assert calendar.worked(end - moment, end) == moment
    assert (
        calendar.works_on((end - moment).astimezone(calendar.zone).date()) or calendar.time_zone == "America/St_Johns"
    )


@settings(max_examples=100, deadline=None)
@given(calendars(), INSTANTS, INSTANTS, WORK, WORK)
def test_later_or_longer_is_never_earlier(
    calendar: Calendar, one: datetime, other: datetime, short: timedelta, more: timedelta
) -> None:
    """Whoever starts later, or has more time, is not due before."""
    first, second = sorted((one, other))
    assert calendar.after_work(first, short) <= calendar.after_work(second, short)
    assert calendar.after_work(first, short) < calendar.after_work(first, short + more)


@settings(max_examples=100, deadline=None)
@given(calendars(), INSTANTS, INSTANTS, WORK)
def test_a_pause_costs_nothing(calendar: Calendar, start: datetime, later: datetime, work: timedelta) -> None:
    """What is left when a clock stops is what there is when it goes on: together they are the whole time."""
    due = calendar.after_work(start, work)
    stopped = start + (due - start) / 3
    left = calendar.worked(stopped, due)
    resumed = calendar.after_work(max(stopped, later), left) if left else max(stopped, later)
    assert calendar.worked(start, stopped) + calendar.worked(max(stopped, later), resumed) == work


@settings(max_examples=100, deadline=None)
@given(calendars(), INSTANTS)
def test_quiet_hours_end(calendar: Calendar, at: datetime) -> None:
    """Mail waits for less than a day and an hour, and then it may go."""
    awake = calendar.waking(at)
    assert timedelta(0) <= awake - at <= timedelta(hours=13)
    assert calendar.quiet(awake) is None
