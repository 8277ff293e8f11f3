"""How long somebody has: by the clock (`PT72H`), or in business time, which only runs while the campaign works."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from domain.values import Value

LONGEST = timedelta(days=365)

Span = Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST)]
"""A positive duration of at most a year by the clock; ISO 8601 in JSON (`PT72H`), seconds as a number."""


class BusinessUnit(StrEnum):
    """What business time is counted in."""

    DAYS = "days"
    HOURS = "hours"


class BusinessTime(Value):
    """So many business days or hours; in JSON as people write it: `2 business days`.

    A business day is as long as a working day of the campaign's calendar: its working hours, or 24 hours.
    """

    amount: int = Field(ge=1, le=1_000)
    unit: BusinessUnit

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        found = re.fullmatch(r"(\d{1,4}) *business *(day|hour)s?", given.strip()) if isinstance(given, str) else None
        return {"amount": int(found[1]), "unit": f"{found[2]}s"} if found else given

    @model_serializer
    def _write(self) -> str:
        return str(self)

    def __str__(self) -> str:
        unit = self.unit.value
        return f"{self.amount} business {unit if self.amount != 1 else unit.removesuffix('s')}"


def business_days(amount: int) -> BusinessTime:
    """So many business days."""
    return BusinessTime(amount=amount, unit=BusinessUnit.DAYS)


def business_hours(amount: int) -> BusinessTime:
    """So many business hours."""
    return BusinessTime(amount=amount, unit=BusinessUnit.HOURS)


_BY_THE_CLOCK: TypeAdapter[timedelta] = TypeAdapter(timedelta)


def _read(given: Any) -> timedelta | BusinessTime:
    if isinstance(given, timedelta | BusinessTime):
        return given
    if isinstance(given, str):
        if "business" in given:
            return BusinessTime.model_validate(given)
        if hours := re.fullmatch(r"(\d{1,4}) *h(?:ours?)?", given.strip()):
            return timedelta(hours=int(hours[1]))
    try:
        return _BY_THE_CLOCK.validate_python(given)
    except ValidationError as unreadable:
        raise ValueError(
            f"{given!r} is neither a duration such as PT72H or 72h nor business time such as 2 business days"
        ) from unreadable


def _positive_and_finite(duration: timedelta | BusinessTime) -> timedelta | BusinessTime:
    if isinstance(duration, timedelta) and not timedelta(0) < duration <= LONGEST:
        raise ValueError(f"a duration is longer than nothing and at most {LONGEST.days} days, not {duration}")
    return duration


Duration = Annotated[
    timedelta | BusinessTime,
    BeforeValidator(_read),
    AfterValidator(_positive_and_finite),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "number"}],
            "description": "A duration by the clock (ISO 8601, `72h`, or seconds) or in business time of the "
            "campaign's calendar (`2 business days`, `16 business hours`).",
            "examples": ["2 business days", "16 business hours", "PT72H", "72h"],
        }
    ),
]
"""A positive duration of at most a year by the clock, or business time."""


def nominal(duration: timedelta | BusinessTime) -> timedelta:
    """The duration as if every hour were a working hour: for comparing durations before any calendar is known."""
    if isinstance(duration, timedelta):
        return duration
    return timedelta(days=duration.amount) if duration.unit is BusinessUnit.DAYS else timedelta(hours=duration.amount)
