"""Public holidays, looked up once when a campaign starts.

What the library says today is recorded in the campaign's first event with the library's version. A later release that
knows better, or a parliament that moves a holiday, does not change what was counted.
"""

from datetime import date, timedelta
from importlib.metadata import version

import holidays

from domain.brief import Brief
from domain.calendars import Holiday, PublicHolidays

LANGUAGE = "en_US"
"""Names are in English where the library has them so, else in the country's own language."""

AFTERWARDS = timedelta(days=366)
"""Beyond the last date of a brief, for what is extended, reported and paid afterwards."""


def public_holidays(brief: Brief, *, today: date) -> PublicHolidays | None:
    """The public holidays of the brief's country from today to a year after its last date.

    None if the brief names no country, or one that (or a part of which) the library does not know.
    """
    country, subdivision = brief.calendar.country, brief.calendar.subdivision
    if country is None or not _is_known(country, subdivision):
        return None
    last = max(today, brief.posting_window.closes, *(objective.by for objective in brief.objectives)) + AFTERWARDS
    years = range(today.year, last.year + 1)
    found = holidays.country_holidays(country, subdiv=subdivision, years=years, language=LANGUAGE)
    days = (Holiday(on=on, name=name[:200]) for on, name in sorted(found.items()) if today <= on <= last)
    return PublicHolidays(
        country=country,
        subdivision=subdivision,
        first=today,
        last=last,
        days=tuple(days),
        source=f"holidays {version('holidays')}",
    )


def _is_known(country: str, subdivision: str | None) -> bool:
    subdivisions = holidays.list_supported_countries().get(country)
    return subdivisions is not None and (subdivision is None or subdivision in subdivisions)
