"""Public holidays are looked up for the span of a campaign, and recorded with where they come from."""

from datetime import date, timedelta
from importlib.metadata import version
from typing import Any

import pytest

from activities.public_holidays import AFTERWARDS, public_holidays
from domain.brief import Brief
from domain.calendars import PublicHolidays
from tests.domain.given import a_brief

TODAY = date(2026, 3, 2)


def in_country(country: str | None, subdivision: str | None = None, **facts: Any) -> Brief:
    """The usual brief with people somewhere."""
    return a_brief(calendar={"country": country, "subdivision": subdivision}, **facts)


def found(brief: Brief) -> PublicHolidays:
    """The holidays, which must be known."""
    holidays = public_holidays(brief, today=TODAY)
    assert holidays is not None
    return holidays


def test_holidays_are_those_of_the_campaign_s_span() -> None:
    """From today to a year after the brief's last date, in order, with names and the library's version."""
    holidays = found(in_country("DE"))
    assert (holidays.first, holidays.last) == (TODAY, date(2026, 5, 31) + AFTERWARDS)
    days = [holiday.on for holiday in holidays.days]
    assert days == sorted(days)
    assert date(2026, 4, 3) in days
    assert date(2027, 1, 1) in days
    assert all(TODAY <= day <= holidays.last for day in days)
    assert "Good Friday" in {holiday.name for holiday in holidays.days}
    assert holidays.source == f"holidays {version('holidays')}"


def test_a_subdivision_has_its_own() -> None:
    """Women's Day is one in Berlin and not in all of Germany."""
    day = date(2026, 3, 8)
    assert day in {holiday.on for holiday in found(in_country("DE", "BE")).days}
    assert day not in {holiday.on for holiday in found(in_country("DE")).days}


@pytest.mark.parametrize(("country", "subdivision"), [(None, None), ("ZZ", None), ("DE", "ZZ")])
def test_what_is_not_known_is_none(country: str | None, subdivision: str | None) -> None:
    """Neither a country that nobody named, nor one that is not known, nor an unknown part of a known one."""
    assert public_holidays(in_country(country, subdivision), today=TODAY) is None


def test_a_long_campaign_has_the_holidays_of_all_its_years() -> None:
    """A target date years ahead widens the span."""
    objective = {"kind": "sales", "measure": "orders", "target": 10, "by": TODAY + timedelta(days=3 * 365)}
    years = {holiday.on.year for holiday in found(in_country("US", objectives=[objective])).days}
    assert years == {2026, 2027, 2028, 2029, 2030}
