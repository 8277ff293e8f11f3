"""`?as_of=`: what can be asked for, what is refused and in which words, and how a view of the past says what it is."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request

from api.history.as_of import PointInTime, memento, point_in_time, upto
from domain import collaboration
from domain.events import Envelope
from tests.domain.given import HOUR, T0, offered, stored

STREAM = "collaboration/collab-1"
NOW = T0 + 100 * HOUR


def _events(*hours: float) -> list[Envelope]:
    """Events of one stream that were decided so many hours after T0."""
    past = offered().past[: len(hours)]
    return [
        event.model_copy(update={"metadata": event.metadata.model_copy(update={"decided_at": T0 + hour * HOUR})})
        for event, hour in zip(stored(collaboration.EVENTS, STREAM, past), hours, strict=True)
    ]


@pytest.mark.parametrize(
    ("given", "point"),
    [
        ("3", PointInTime(version=3)),
        ("0003", PointInTime(version=3)),
        ("2026-03-02T09:00:00Z", PointInTime(at=T0)),
        ("2026-03-02T10:00:00+01:00", PointInTime(at=T0)),
        ("2026-03-02T10:00:00 01:00", PointInTime(at=T0)),
        ("2026-03-02T04:00:00.000-05:00", PointInTime(at=T0)),
    ],
)
def test_a_point_is_a_version_or_an_instant_with_a_zone(given: str, point: PointInTime) -> None:
    """A + that arrives as a space, as it does where it was not encoded, is understood."""
    assert point_in_time(given).model_dump() == point.model_dump()
    assert point_in_time(given).given == given


@pytest.mark.parametrize(
    "given",
    ["", "yesterday", "-1", "1.5", "٣", "9" * 19, "2026-03-02", "2026-03-02T09:00:00", "0001-01-01T00:00:00+14:00"],
)
def test_anything_else_is_refused_with_the_field_and_the_forms_that_there_are(given: str) -> None:
    """Also an instant without a zone, and one that no clock can show."""
    with pytest.raises(RequestValidationError) as refused:
        point_in_time(given)
    (error,) = refused.value.errors()

    assert (error["loc"], error["input"]) == (("query", "as_of"), given)
    assert "2026-11-02T09:00:00Z" in error["msg"]
    assert ("no zone" in error["msg"]) is given.startswith("2026-03-02")


def test_a_version_takes_in_the_events_up_to_it() -> None:
    """The first one and the last one included."""
    events = _events(0, 1, 2, 3)

    assert [len(upto(events, PointInTime(version=version), now=NOW)) for version in (1, 2, 4)] == [1, 2, 4]


@pytest.mark.parametrize(("hours", "count"), [(0, 1), (0.9, 1), (1, 2), (2.5, 3), (99, 4)])
def test_an_instant_takes_in_what_had_been_decided_by_then(hours: float, count: int) -> None:
    """To the moment itself."""
    assert len(upto(_events(0, 1, 2, 3), PointInTime(at=T0 + hours * HOUR), now=NOW)) == count


def test_an_instant_never_leaves_out_an_event_and_takes_in_a_later_one() -> None:
    """Where clocks disagreed, the state is still one that the stream has been in."""
    events = _events(0, 1, 5, 2)

    assert [event.version for event in upto(events, PointInTime(at=T0 + 3 * HOUR), now=NOW)] == [1, 2]


@pytest.mark.parametrize(
    ("point", "beginning", "rule"),
    [
        (PointInTime(version=5), 1, "must not be after version 4, the latest there is"),
        (PointInTime(version=0), 1, "must be at least version 1, where the record begins"),
        (PointInTime(version=2), 3, "must be at least version 3, where the record begins"),
        (PointInTime(at=NOW + HOUR), 1, "must not be in the future: it is 2026-03-06 13:00 UTC now"),
        (PointInTime(at=T0 - HOUR), 1, "must not be before 2026-03-02T09:00:00+00:00, when the record begins"),
        (PointInTime(at=T0 + HOUR), 3, "must not be before 2026-03-02T11:00:00+00:00, when the record begins"),
    ],
)
def test_the_future_and_the_time_before_the_beginning_are_refused(
    point: PointInTime, beginning: int, rule: str
) -> None:
    """The rule names the bound."""
    with pytest.raises(RequestValidationError) as refused:
        upto(_events(0, 1, 2, 3), point, beginning=beginning, now=NOW)

    assert [error["msg"] for error in refused.value.errors()] == [rule]


def test_a_clock_behind_the_record_does_not_make_its_latest_event_the_future() -> None:
    """What has been decided is past, whatever the clock of this process says."""
    assert len(upto(_events(0, 1), PointInTime(at=T0 + HOUR), now=T0)) == 2


def test_a_memento_says_of_when_it_is_and_how_long_it_holds() -> None:
    """A version holds for good and names its last event's time; an instant is asked for again."""
    request = Request(
        {"type": "http", "path": "/v1/collaborations/collab-1", "headers": [], "server": ("api.test", 80)}
    )
    (last,) = _events(1)
    version = memento(request, PointInTime(version=1), last)
    instant = memento(request, PointInTime(at=datetime(2026, 3, 3, tzinfo=UTC) + timedelta(minutes=1)), last)

    assert version["Memento-Datetime"] == "Mon, 02 Mar 2026 10:00:00 GMT"
    assert version["Cache-Control"] == "private, max-age=86400, immutable"
    assert version["Link"] == '</v1/collaborations/collab-1>; rel="original"'
    assert version["Vary"] == "Authorization"
    assert instant["Memento-Datetime"] == "Tue, 03 Mar 2026 00:01:00 GMT"
    assert instant["Cache-Control"] == "private, no-cache"
