"""`?as_of=`: which point of the past is asked for, what of a stream's events had happened by then, and saying so."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import takewhile
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, PrivateAttr

from domain.events import Envelope
from domain.narrative import moment
from domain.values import Instant, Value

FORMS = "must be a version such as 3, or an ISO 8601 instant with a zone such as 2026-11-02T09:00:00Z"
_DAY = 86_400
"""Seconds for which a client may keep a version without asking. It never changes, but it can be erased."""


class PointInTime(Value):
    """A point of the past: after the event of that version of the stream, or an instant. One of the two is null."""

    version: int | None = Field(default=None, description="After this event of the stream.")
    at: Instant | None = Field(default=None, description="After everything that had been decided by this instant.")

    _given: str = PrivateAttr("")

    @property
    def given(self) -> str:
        """The point as the caller has written it; a refusal repeats it."""
        return self._given


def point_in_time(given: str) -> PointInTime:
    """The point that a caller has written.

    Raises:
        RequestValidationError: it is neither a version nor an instant with a zone.
    """
    point = PointInTime(version=int(given)) if re.fullmatch(r"[0-9]{1,18}", given) else PointInTime(at=_instant(given))
    point._given = given
    return point


def _instant(given: str) -> datetime:
    # In an address a + that was not written as %2B arrives as a space.
    text = re.sub(r" (\d\d:?\d\d)$", r"+\1", given)
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise refusal(given, f"{FORMS}; this instant has no zone")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refusal(given, FORMS) from error


def refusal(given: str, rule: str) -> RequestValidationError:
    """The answer to a point that cannot be travelled to."""
    return RequestValidationError([{"type": "as_of", "loc": ("query", "as_of"), "msg": rule, "input": given}])


async def _as_of(
    as_of: Annotated[
        str | None,
        Query(
            max_length=40,
            description="Show the past: the state after this version of the stream, or as it had been decided by this "
            "instant (ISO 8601 with a zone; write + as %2B).",
            openapi_examples={
                "version": {"summary": "After the third event", "value": "3"},
                "instant": {"summary": "At an instant", "value": "2026-11-02T09:00:00Z"},
            },
        ),
    ] = None,
) -> PointInTime | None:
    return None if as_of is None else point_in_time(as_of)


AsOf = Annotated[PointInTime | None, Depends(_as_of)]
"""The point of the past that the caller asks for; None is now."""


def upto(events: Sequence[Envelope], point: PointInTime, *, beginning: int = 1, now: datetime) -> list[Envelope]:
    """The stream's events up to the point; `events` are all of them, `beginning` is the first version to travel to.

    An instant takes in what was decided by then. Clocks of several machines may disagree by moments: where an event
    was decided after the instant, those behind it in the stream are left out with it, so the state is always one that
    the stream has been in.

    Raises:
        RequestValidationError: the point is in the future, or before the beginning.
    """
    first, last = events[beginning - 1], events[-1]
    if point.at is None:
        assert point.version is not None, "a point is a version or an instant"
        if point.version > last.version:
            raise refusal(point.given, f"must not be after version {last.version}, the latest there is")
        if point.version < first.version:
            raise refusal(point.given, f"must be at least version {first.version}, where the record begins")
        return list(events[: point.version])
    if point.at > max(now, last.metadata.decided_at):
        raise refusal(point.given, f"must not be in the future: it is {moment(now)} now")
    at = point.at
    then = list(takewhile(lambda event: event.metadata.decided_at <= at, events))
    if len(then) < beginning:
        began = first.metadata.decided_at.isoformat()
        raise refusal(point.given, f"must not be before {began}, when the record begins")
    return then


def memento(request: Request, point: PointInTime, last: Envelope) -> Mapping[str, str]:
    """The headers that say of a view that it is of the past (RFC 7089), and how long it may be kept.

    A version never changes. An instant may: what was decided before it can still be on its way into the record.
    """
    at = (point.at or last.metadata.decided_at).astimezone(UTC)
    kept = f"private, max-age={_DAY}, immutable" if point.at is None else "private, no-cache"
    return {
        "Memento-Datetime": format_datetime(at, usegmt=True),
        "Link": f'<{request.url.path}>; rel="original"',
        "Cache-Control": kept,
        "Vary": "Authorization",
    }
