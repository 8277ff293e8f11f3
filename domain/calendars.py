"""The campaign's calendar: when its people work, which days are holidays, and when nobody is written to.

Working time is made of intervals: the working hours (or all of the day) of each working day, from local midnight to
local midnight, as instants. Adding business time walks along them; a deadline may be the end of an interval, never
outside of one. Everything is computed from the calendar's own data and the zone's rules, once, when a step begins:
events hold the instants, so neither a library of holidays nor a later release of the zone's rules changes the past.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from domain.creators import Country
from domain.durations import BusinessTime, BusinessUnit
from domain.values import Line, Value

DAY = timedelta(days=1)
Interval = tuple[datetime, datetime]
"""Two instants in UTC, the first before the second."""


class Weekday(StrEnum):
    """A day of the week, in the order of `date.weekday`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEK = tuple(Weekday)
MONDAY_TO_FRIDAY = WEEK[:5]


def _local(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError(f"{at.isoformat()} has an offset; the campaign's time zone is meant")
    return at


LocalTime = Annotated[time, AfterValidator(_local)]
"""A time of day in the campaign's time zone."""


class WorkingHours(Value):
    """From when until when people work on a working day; at least an hour."""

    opens: LocalTime
    closes: LocalTime

    @model_validator(mode="after")
    def _at_least_an_hour(self) -> Self:
        if self.length < timedelta(hours=1):
            raise ValueError(f"working hours from {self.opens} to {self.closes} are shorter than an hour")
        return self

    @property
    def length(self) -> timedelta:
        """How long a working day is."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)


class QuietHours(Value):
    """From when until when no mail is sent that can wait; over midnight if it starts later than it ends."""

    starts: LocalTime = time(20)
    ends: LocalTime = time(8)

    @model_validator(mode="after")
    def _not_all_day(self) -> Self:
        if self.starts == self.ends:
            raise ValueError(f"quiet hours from {self.starts} to {self.ends} leave no time for mail; use null for none")
        return self


def _once_each(days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    return tuple(day for day in WEEK if day in days)


class CampaignCalendar(Value):
    """What a brief says of its calendar; the time zone is the brief's own."""

    country: Country | None = None
    """Whose public holidays are days off; none if None."""
    subdivision: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    """The part of the country, by its ISO 3166-2 code without the country: `BE` for Berlin."""
    working_days: Annotated[tuple[Weekday, ...], Field(min_length=1), AfterValidator(_once_each)] = MONDAY_TO_FRIDAY
    days_off: tuple[date, ...] = Field(default=(), max_length=400)
    """Days off beside weekends and public holidays: a company holiday, for one."""
    working_hours: WorkingHours | None = None
    """All of the day if None: a business day is then 24 hours long."""
    quiet_hours: QuietHours | None = QuietHours()

    @model_validator(mode="after")
    def _subdivision_of_a_country(self) -> Self:
        if self.subdivision is not None and self.country is None:
            raise ValueError(f"subdivision {self.subdivision} is part of a country: say which")
        return self


class Holiday(Value):
    """A public holiday."""

    on: date
    name: Line


class PublicHolidays(Value):
    """The public holidays of a campaign's span, looked up once and recorded with where they come from."""

    country: Country
    subdivision: str | None
    first: date
    last: date
    """The days between which they were looked up; outside of them no day counts as a holiday."""
    days: tuple[Holiday, ...]
    source: Line
    """Library and version: `holidays 0.85`."""


class Calendar(Value):
    """A calendar with everything that arithmetic needs as data. The default has no days off and no quiet hours."""

    time_zone: Line = "UTC"
    working_days: tuple[Weekday, ...] = Field(default=WEEK, min_length=1)
    working_hours: WorkingHours | None = None
    quiet_hours: QuietHours | None = None
    days_off: tuple[date, ...] = ()
    """Public holidays and the brand's own, in order."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its days begin and end."""
        return ZoneInfo(self.time_zone)

    def works_on(self, day: date) -> bool:
        """Whether a day is a working day."""
        return WEEK[day.weekday()] in self.working_days and day not in self.days_off

    def after(self, start: datetime, duration: timedelta | BusinessTime) -> datetime:
        """The instant by which, from `start` on, the duration has gone by."""
        if isinstance(duration, timedelta):
            return start + duration
        return self.after_work(start, self.work(duration))

    def before(self, end: datetime, duration: timedelta | BusinessTime) -> datetime:
        """The last instant from which to `end` the duration goes by."""
        if isinstance(duration, timedelta):
            return end - duration
        return self.before_work(end, self.work(duration))

    def work(self, duration: BusinessTime) -> timedelta:
        """How much working time a business duration is."""
        if duration.unit is BusinessUnit.HOURS:
            return timedelta(hours=duration.amount)
        return duration.amount * (self.working_hours.length if self.working_hours else DAY)

    def after_work(self, start: datetime, work: timedelta) -> datetime:
        """The first instant, from `start` on, by which so much working time has gone by."""
        for opens, closes in self._intervals(start, step=DAY):
            begins = max(opens, start)
            if begins < closes:
                if work <= closes - begins:
                    return begins + work
                work -= closes - begins
        raise AssertionError("working days do not end")

    def before_work(self, end: datetime, work: timedelta) -> datetime:
        """The last instant from which to `end` so much working time goes by."""
        for opens, closes in self._intervals(end, step=-DAY):
            ends = min(closes, end)
            if opens < ends:
                if work <= ends - opens:
                    return ends - work
                work -= ends - opens
        raise AssertionError("working days have always been")

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; nothing if `end` is not after `start`."""
        total = timedelta(0)
        for opens, closes in self._intervals(start, step=DAY):
            if opens >= end:
                return total
            total += max(min(closes, end) - max(opens, start), timedelta(0))
        raise AssertionError("working days do not end")

    def waking(self, at: datetime) -> datetime:
        """The first instant, from `at` on, that is not within the quiet hours."""
        night = self.quiet(at)
        return night[1] if night else at

    def quiet(self, at: datetime) -> Interval | None:
        """The quiet hours within which an instant is; None if it is in none."""
        if self.quiet_hours is None:
            return None
        starts, ends = self.quiet_hours.starts, self.quiet_hours.ends
        today = at.astimezone(self.zone).date()
        for day in (today - DAY, today, today + DAY):
            ended_on = day if starts < ends else day + DAY
            night = self._instant(day, starts), self._instant(ended_on, ends, last=True)
            if night[0] <= at < night[1]:
                return night
        return None

    def _intervals(self, around: datetime, *, step: timedelta) -> Iterator[Interval]:
        """The intervals of working time in order, or backwards, beginning with one that is not later than `around`."""
        day = around.astimezone(self.zone).date() - step
        while True:
            if self.works_on(day):
                yield self._working_time(day)
            day += step

    def _working_time(self, day: date) -> Interval:
        if self.working_hours is None:
            return self._instant(day, time.min), self._instant(day + DAY, time.min)
        return self._instant(day, self.working_hours.opens), self._instant(day, self.working_hours.closes, last=True)

    def _instant(self, day: date, at: time, *, last: bool = False) -> datetime:
        """A local time as an instant; of one that comes twice, the first or the last. One that the clock skips is the
        instant at which it would have been."""
        first = datetime.combine(day, at, tzinfo=self.zone)
        return max(first.astimezone(UTC), first.replace(fold=1).astimezone(UTC)) if last else first.astimezone(UTC)


ROUND_THE_CLOCK = Calendar()
"""Every hour is a working hour, and nobody is ever asleep."""


def calendar_of(wishes: CampaignCalendar, time_zone: str, holidays: PublicHolidays | None = None) -> Calendar:
    """The calendar that a brief asks for, with the public holidays that were looked up for it."""
    public = [holiday.on for holiday in holidays.days] if holidays else []
    return Calendar(
        time_zone=time_zone,
        working_days=wishes.working_days,
        working_hours=wishes.working_hours,
        quiet_hours=wishes.quiet_hours,
        days_off=tuple(sorted({*public, *wishes.days_off})),
    )
