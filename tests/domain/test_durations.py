"""Durations are written as people write them, and read back as what they were."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.durations import BusinessTime, BusinessUnit, Duration, business_days, business_hours, nominal

DURATION: TypeAdapter[timedelta | BusinessTime] = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2 business days", business_days(2)),
        ("1 business day", business_days(1)),
        (" 16 business hours ", business_hours(16)),
        ("72h", timedelta(hours=72)),
        ("72 hours", timedelta(hours=72)),
        ("PT72H", timedelta(hours=72)),
        (259_200, timedelta(hours=72)),
    ],
)
def test_a_duration_is_read_as_people_write_it(written: Any, meant: timedelta | BusinessTime) -> None:
    """Business time in words, time by the clock in hours, as ISO 8601 or in seconds."""
    assert DURATION.validate_python(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "soon", "two business days", "0 business days", "1001 business hours", "business days", "PT0S", -1, "P366D"],
)
def test_what_is_no_duration_is_refused(written: Any) -> None:
    """Neither words nor nothing, and not longer than a year by the clock."""
    with pytest.raises(ValidationError):
        DURATION.validate_python(written)


def test_a_refused_duration_says_what_would_be_one() -> None:
    """The message has the value and both ways of writing it."""
    with pytest.raises(ValidationError, match="'soon' is neither a duration such as PT72H or 72h nor business time"):
        DURATION.validate_python("soon")


@given(st.builds(BusinessTime, amount=st.integers(1, 1_000), unit=st.sampled_from(BusinessUnit)))
def test_business_time_survives_json(duration: BusinessTime) -> None:
    """An event that was stored with it comes back with it."""
    assert DURATION.validate_json(DURATION.dump_json(duration)) == duration


@given(st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=365)))
def test_time_by_the_clock_survives_json(duration: timedelta) -> None:
    """To the microsecond."""
    assert DURATION.validate_json(DURATION.dump_json(duration)) == duration


def test_durations_are_compared_by_their_nominal_length() -> None:
    """A business day is a day, whatever the calendar turns out to be."""
    assert nominal(business_days(2)) == nominal(timedelta(hours=48)) == nominal(business_hours(48))


def test_a_duration_is_text_in_the_schema() -> None:
    """Clients are shown how to write one."""
    schema = DURATION.json_schema()
    assert {"type": "string"} in schema["anyOf"]
    assert "2 business days" in schema["examples"]
