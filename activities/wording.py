"""What letters say, and amounts, times and counts in words: in every language that letters exist in.

The words are in `templates/words/`, one file a language. Documents are English throughout, and use the functions below.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision
from markupsafe import Markup, escape

from domain.calendars import Calendar, CampaignCalendar
from domain.creators import Platform
from domain.durations import BusinessTime, BusinessUnit
from domain.formats import Format
from domain.languages import LetterLanguage
from domain.money import Money

WORDS = Path(__file__).with_name("templates") / "words"

LOCALES = {language: Locale.parse(language.value) for language in LetterLanguage} | {
    LetterLanguage.ENGLISH: Locale.parse("en_GB")
}

PLATFORMS: dict[Platform, str] = {
    Platform.INSTAGRAM: "Instagram",
    Platform.TIKTOK: "TikTok",
    Platform.YOUTUBE: "YouTube",
}

Catalogue = Mapping[str, Mapping[str, Any]]
"""Phrases by section and key. One that counts has its forms by plural category (CLDR) instead."""


class Strong(str):
    """A value that the eye should find in a letter."""

    __slots__ = ()

    def __html__(self) -> Markup:
        return Markup("<strong>{}</strong>").format(str(self))


@dataclass(frozen=True)
class Phrase:
    """A phrase of ours with its facts, as plain text (`str`) and as HTML in which the facts are escaped."""

    pattern: str
    facts: Mapping[str, object]

    def __str__(self) -> str:
        return self.pattern.format_map(self.facts)

    def __html__(self) -> Markup:
        return escape(self.pattern).format_map(self.facts)


class Wording:
    """One language: its phrases, and how it tells amounts, times and counts."""

    def __init__(self, language: LetterLanguage) -> None:
        self.language = language
        self.locale = LOCALES[language]
        self.catalogue: Catalogue = tomllib.loads((WORDS / f"{language}.toml").read_text("utf-8"))

    def phrase(self, section: str, key: str, facts: Mapping[str, object]) -> Phrase:
        """A phrase of the catalogue; an unknown one is a `KeyError`, as nobody is sent half a letter."""
        return Phrase(self.catalogue[section][key], facts)

    def say(self, section: str, key: str, **facts: object) -> str:
        """A phrase as text."""
        return str(self.phrase(section, key, facts))

    def counted(self, count: int, what: str, section: str = "counts") -> str:
        """`1 story`, `2 stories`."""
        forms = self.catalogue[section][what]
        form = forms.get(self.locale.plural_form(count), forms["other"])
        return str(form.format(n=self.number(count)))

    def number(self, figure: int) -> str:
        """`200,000`."""
        return str(format_decimal(figure, locale=self.locale))

    def money(self, amount: Money) -> str:
        """`USD 1,250.00`: the code instead of a symbol, since several dollars exist."""
        value = Decimal(amount.amount).scaleb(-get_currency_precision(amount.currency))
        pattern = self.catalogue["amounts"]["money"]
        return format_currency(value, amount.currency, format=pattern, locale=self.locale, currency_digits=True)

    def percent(self, ratio: float) -> str:
        """`50 %` for 0.5; decimals only where there are any."""
        return self.say("amounts", "percent", figure=format_decimal(round(ratio * 100, 2), "0.##", locale=self.locale))

    def score(self, score: float) -> str:
        """`0.50`, a score of 0..1 with two decimals."""
        return str(format_decimal(score, "0.00", locale=self.locale))

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """`Thursday 3 December 2026, 18:00 (Europe/Berlin)`."""
        local = at.astimezone(zone)
        return f"{format_datetime(local, self._dated('moment', local), tzinfo=zone, locale=self.locale)} ({zone.key})"

    def day(self, on: date) -> str:
        """`3 December 2026`."""
        return format_date(on, self._dated("day", on), locale=self.locale)

    def _dated(self, kind: str, on: date) -> str:
        """The pattern of a date; some languages number the first of a month otherwise than the other days."""
        dates = self.catalogue["dates"]
        pattern: str = dates[kind]
        first = dates.get("first_of_month")
        return pattern.replace("d MMMM", f"'{first}' MMMM") if first and on.day == 1 else pattern

    def span(self, duration: timedelta | BusinessTime) -> str:
        """`48 hours`, `5 days`, `1 hour and 30 minutes`; days only from four on, as deadlines are agreed in hours.

        Business time as it was agreed: `2 business days`.
        """
        if isinstance(duration, BusinessTime):
            unit = "business_day" if duration.unit is BusinessUnit.DAYS else "business_hour"
            return self.counted(duration.amount, unit, "spans")
        seconds = round(duration.total_seconds())
        units = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
        parts = []
        for unit, size in units if duration >= timedelta(days=4) else units[1:]:
            count, seconds = divmod(seconds, size)
            if count:
                parts.append(self.counted(count, unit, "spans"))
        return self.listed(parts) or self.say("spans", "none")

    def listed(self, items: Sequence[str]) -> str:
        """`a`, `a and b`, `a, b and c`."""
        amounts = self.catalogue["amounts"]
        return str(amounts["and"]).join(filter(None, (str(amounts["many"]).join(items[:-1]), *items[-1:])))

    def formats(self, wanted: Iterable[Format]) -> str:
        """`2 reels and 1 story`, in the order in which each format first comes."""
        return self.listed([self.counted(count, kind.value) for kind, count in Counter(wanted).items()])

    def deliverable(self, number: int, kind: Format) -> str:
        """`deliverable 2 (reel)`."""
        return self.say("names", "deliverable", number=number, format=self.say("formats", kind.value))


@cache
def wording_in(language: LetterLanguage) -> Wording:
    """The wording of a language, read once."""
    return Wording(language)


ENGLISH = wording_in(LetterLanguage.ENGLISH)

money = ENGLISH.money
percent = ENGLISH.percent
moment = ENGLISH.moment
day = ENGLISH.day
span = ENGLISH.span
listed = ENGLISH.listed
formats = ENGLISH.formats
deliverable = ENGLISH.deliverable

FORMATS: dict[Format, tuple[str, str]] = {
    kind: (ENGLISH.say("formats", kind.value), ENGLISH.counted(2, kind.value).partition(" ")[2]) for kind in Format
}
"""Every format in the singular and the plural."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 month`, `2 months`: any word, in documents."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def business_days(wishes: CampaignCalendar, calendar: Calendar) -> str:
    """What a business day is, in a sentence: which days, without which, by whose clocks, and how long."""
    days = listed([day.capitalize() for day in calendar.working_days])
    without = []
    if wishes.country is not None:
        place = ENGLISH.locale.territories.get(wishes.country, wishes.country)
        without.append(f"public holidays in {place}" + (f" ({wishes.subdivision})" if wishes.subdivision else ""))
    if wishes.days_off:
        without.append(listed([day(on) for on in sorted(wishes.days_off)]))
    hours = calendar.working_hours
    length = f"counts from {hours.opens:%H:%M} to {hours.closes:%H:%M}" if hours else "counts 24 hours"
    except_for = f", except {' and '.join(without)}" if without else ""
    return f"Business days are {days}{except_for}; each {length}, in the time zone {calendar.time_zone}."


def one_line(text: str) -> str:
    """Text of any origin as one line: line breaks and control characters become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def readers_zone(country: str | None, campaigns: ZoneInfo) -> ZoneInfo:
    """The time zone of somebody of whom at most the country is known (ISO 3166-1 alpha-2).

    The country's, where all of it has one time; the campaign's, where it does not (then the campaign's is as good a
    guess as any, and named with every time) or the country is not known.
    """
    return (_zone_of(country) if country else None) or campaigns


@cache
def _zone_of(country: str) -> ZoneInfo | None:
    zones = [ZoneInfo(name) for name in get_global("territory_zones").get(country, ())]
    seasons = (datetime(2026, 1, 1), datetime(2026, 7, 1))  # noqa: DTZ001 - the offset at this hour there is asked for
    times = {tuple(season.replace(tzinfo=zone).utcoffset() for season in seasons) for zone in zones}
    return zones[0] if len(times) == 1 else None
