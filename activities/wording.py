"""Amounts, times and spans in words, the same in letters and in contracts. English throughout."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, get_currency_precision

from domain.calendars import Calendar, CampaignCalendar
from domain.creators import Platform
from domain.durations import BusinessTime
from domain.formats import Format
from domain.money import Money

LOCALE = "en_GB"

FORMATS: dict[Format, tuple[str, str]] = {
    Format.POST: ("post", "posts"),
    Format.REEL: ("reel", "reels"),
    Format.STORY: ("story", "stories"),
    Format.TIKTOK: ("TikTok video", "TikTok videos"),
    Format.SHORT: ("short", "shorts"),
}
"""Every format in the singular and the plural."""

PLATFORMS: dict[Platform, str] = {
    Platform.INSTAGRAM: "Instagram",
    Platform.TIKTOK: "TikTok",
    Platform.YOUTUBE: "YouTube",
}


def money(amount: Money) -> str:
    """`USD 1,250.00`: the code instead of a symbol, since several dollars exist."""
    value = Decimal(amount.amount).scaleb(-get_currency_precision(amount.currency))
    return format_currency(value, amount.currency, format="¤¤ #,##0.00", locale=LOCALE, currency_digits=True)


def percent(ratio: float) -> str:
    """`50 %` for 0.5; decimals only where there are any."""
    return f"{round(ratio * 100, 2):g} %"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """`Thursday 3 December 2026, 18:00 (Europe/Berlin)`."""
    return f"{format_datetime(at, 'EEEE d MMMM yyyy, HH:mm', tzinfo=zone, locale=LOCALE)} ({zone.key})"


def day(on: date) -> str:
    """`3 December 2026`."""
    return format_date(on, "d MMMM yyyy", locale=LOCALE)


def span(duration: timedelta | BusinessTime) -> str:
    """`48 hours`, `5 days`, `1 hour and 30 minutes`; days only from four on, as deadlines are agreed in hours.

    Business time as it was agreed: `2 business days`.
    """
    if isinstance(duration, BusinessTime):
        return str(duration)
    seconds = round(duration.total_seconds())
    units = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
    parts = []
    for unit, size in units if duration >= timedelta(days=4) else units[1:]:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(counted(count, unit))
    return listed(parts) or "no time"


def business_days(wishes: CampaignCalendar, calendar: Calendar) -> str:
    """What a business day is, in a sentence: which days, without which, by whose clocks, and how long."""
    days = listed([day.capitalize() for day in calendar.working_days])
    without = []
    if wishes.country is not None:
        place = Locale.parse(LOCALE).territories.get(wishes.country, wishes.country)
        without.append(f"public holidays in {place}" + (f" ({wishes.subdivision})" if wishes.subdivision else ""))
    if wishes.days_off:
        without.append(listed([day(on) for on in sorted(wishes.days_off)]))
    hours = calendar.working_hours
    length = f"counts from {hours.opens:%H:%M} to {hours.closes:%H:%M}" if hours else "counts 24 hours"
    except_for = f", except {' and '.join(without)}" if without else ""
    return f"Business days are {days}{except_for}; each {length}, in the time zone {calendar.time_zone}."


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 story`, `2 stories`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def formats(wanted: Iterable[Format]) -> str:
    """`2 reels and 1 story`, in the order in which each format first comes."""
    return listed([counted(count, *FORMATS[kind]) for kind, count in Counter(wanted).items()])


def deliverable(number: int, kind: Format) -> str:
    """`deliverable 2 (reel)`."""
    return f"deliverable {number} ({FORMATS[kind][0]})"


def one_line(text: str) -> str:
    """Text of any origin as one line: line breaks and control characters become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
