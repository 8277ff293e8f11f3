"""A campaign's events as they come, as server-sent events that can be taken up where they broke off.

The feed's position of an event is its id on the wire. A client that lost the connection sends the last one that it has
seen as `Last-Event-ID`, as browsers do by themselves, and misses and repeats nothing. All streams of a process are fed
by one reader of the feed (`activities/store/live_tail.py`); a client that does not take what it is sent holds back
nobody, and costs no more than what is in its connection's buffer.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Annotated

import structlog
from fastapi import Depends, Header
from fastapi.exceptions import RequestValidationError
from starlette.responses import StreamingResponse

from activities.store.feed import Feed, wait_up_to
from activities.store.live_tail import Listener, LiveTail
from api.errors import OUTAGES
from api.views import EventView, event_view

MEDIA_TYPE = "text/event-stream"
HEADERS = {
    "Cache-Control": "private, no-store",
    "Vary": "Accept",
    # Proxies that collect answers before they pass them on (nginx is one) would hold events back.
    "X-Accel-Buffering": "no",
}
EXAMPLE = """retry: 2000

id: 214
data: {"stream":"campaign/6f1c","version":2,"position":214,"type":"ShortlistProposed","by":"engine"}

: nothing new
"""
"""What goes over the wire, for the API's description; the data of a real event is an EventView as in the list."""


@dataclass(frozen=True)
class Pace:
    """How a stream keeps time, in seconds."""

    heartbeat: float = 15.0
    """Without an event, a comment is sent after so long: proxies close what seems dead, and clients can tell."""
    longest: float = 3_600.0
    """Then the stream ends and the client comes back, so that a withdrawn key does not listen for ever."""
    retry: float = 2.0
    """How long a client is asked to wait before it comes back."""
    again: float = 0.5
    """Until a database that is away is asked again for what a client has missed."""
    batch: int = 200
    """Events sent at a time; while a client does not take what it was sent, no more are."""


PACE = Pace()
HEARTBEAT = ": nothing new\n\n"


async def _last_event_id(
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            description=f"With `Accept: {MEDIA_TYPE}`: the `id` of the last event seen; what came after it is sent.",
            openapi_examples={"resumed": {"summary": "What came after position 214", "value": "214"}},
        ),
    ] = None,
) -> int | None:
    if not last_event_id:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", last_event_id):
        rule = "must be the `id` of an event of this stream, a whole number"
        location = ("header", "Last-Event-ID")
        raise RequestValidationError([{"type": "position", "loc": location, "msg": rule, "input": last_event_id}])
    return int(last_event_id)


LastEventId = Annotated[int | None, Depends(_last_event_id)]
"""The position after which a stream is taken up; None if the caller has not seen any event."""


def wants_stream(accept: str) -> bool:
    """Whether an Accept header names the media type of server-sent events, as `EventSource` does."""
    return MEDIA_TYPE in {part.partition(";")[0].strip().lower() for part in accept.split(",")}


def live_tail(feed: Feed) -> LiveTail[str]:
    """What feeds the streams of a process: each event is written for the wire once, however many listen."""
    return LiveTail(feed, lambda envelope: as_message(event_view(envelope)))


def stream_response(
    tail: LiveTail[str], campaign_id: str, after: int, stopping: asyncio.Event, pace: Pace = PACE
) -> StreamingResponse:
    """The answer that stays open until `stopping` is set. When the client goes, it is cancelled."""
    messages = server_sent(tail, campaign_id, after, stopping, pace)
    return StreamingResponse(messages, media_type=MEDIA_TYPE, headers=HEADERS)


async def server_sent(
    tail: LiveTail[str], campaign_id: str, after: int, stopping: asyncio.Event, pace: Pace = PACE
) -> AsyncIterator[str]:
    """The campaign's events after a position, as they are written to the wire; heartbeats while nothing comes."""
    began = spoke = monotonic()
    yield f"retry: {pace.retry * 1_000:.0f}\n\n"
    with tail.listen(campaign_id, after) as listener, _told_of(stopping, listener):
        while (now := monotonic()) < began + pace.longest and not stopping.is_set():
            silence = min(spoke + pace.heartbeat, began + pace.longest) - now
            if messages := await _next(listener, max(silence, 0), stopping, pace):
                yield "".join(messages)
                spoke = monotonic()
            elif monotonic() >= spoke + pace.heartbeat:
                yield HEARTBEAT
                spoke = monotonic()


@contextmanager
def _told_of(stopping: asyncio.Event, listener: Listener[str]) -> Iterator[None]:
    """Wakes the listener when the server stops."""
    waiting = asyncio.create_task(stopping.wait())
    waiting.add_done_callback(lambda _: listener.wake())
    try:
        yield
    finally:
        waiting.cancel()


async def _next(listener: Listener[str], seconds: float, stopping: asyncio.Event, pace: Pace) -> Sequence[str]:
    """What is new. Without a database nothing is: browsers give up for good on an error, but not on a silence."""
    try:
        return await listener.take(seconds, pace.batch)
    except OUTAGES as error:
        if isinstance(error, ValueError):  # asyncpg's word for an argument of the wrong type: our mistake, no outage
            raise
        structlog.get_logger(__name__).warning("event stream waits for the database", error=type(error).__name__)
        await wait_up_to(min(seconds, pace.again), stopping)
        return ()


_LINE_ENDS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}
"""Characters that JSON leaves as they are and at which some clients, Python's `splitlines` among them, end a line."""


def as_message(event: EventView) -> str:
    """One event as a message, its data in one line.

    The messages have no name of their own, so that `onmessage` of a browser's EventSource gets every type.
    """
    return f"id: {event.position}\ndata: {event.model_dump_json().translate(_LINE_ENDS)}\n\n"
