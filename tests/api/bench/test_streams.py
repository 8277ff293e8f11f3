"""Streams are held against the record: what does not come is found, and what comes is timed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from api.bench import streams
from api.bench.streams import Audience, StreamFigures
from domain.collaboration import EVENTS
from domain.events import Envelope
from tests.api.bench.test_lean_http import serving
from tests.domain.given import collaboration, opening, stored

HELLO = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nretry: 2000\n\n"


class Campaign:
    """One event that is there, and more that come; satisfies `Record`."""

    def __init__(self) -> None:
        [first] = stored(EVENTS, "collaboration/one", collaboration().does(opening()).past)
        self.events = [first]

    def goes_on(self) -> None:
        """Another event is recorded now."""
        now = {"version": len(self.events) + 1, "position": len(self.events) + 1, "recorded_at": datetime.now(UTC)}
        self.events.append(self.events[0].model_copy(update=now))

    async def read_campaign(self, correlation_id: str, after_position: int = 0, limit: int = 1_000) -> list[Envelope]:
        """See `Record`."""
        return [event for event in self.events if event.position > after_position][:limit]


@asynccontextmanager
async def server(campaign: Campaign, brings: Callable[[int], Sequence[int]], ends: bool = False) -> AsyncIterator[int]:
    """The port of a server of event streams: of each position it brings what `brings` says."""

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"\r\nAccept: text/event-stream\r\n" in head
        assert b"\r\nAuthorization: Bearer key\r\n" in head
        writer.write(HELLO)
        sent = 0
        while not (reader.at_eof() or (ends and sent >= 2)):
            for position in range(sent + 1, len(campaign.events) + 1):
                for each in brings(position):
                    writer.write(b": nothing new\n\nid: %d\ndata: {}\n\n" % each)
                sent = position
            await asyncio.sleep(0.005)

    async with serving(stream) as port:
        yield port


async def heard(brings: Callable[[int], Sequence[int]], *, ends: bool = False) -> StreamFigures:
    """What three streams of two campaigns bring of three events that come while they are open."""
    campaign = Campaign()
    audience = Audience(campaign, ["a", "b"], 3)
    async with server(campaign, brings, ends) as port, audience.listening(port, "key"):
        for _ in range(3):
            campaign.goes_on()
            await asyncio.sleep(0.01)
    return audience.figures


async def test_events_are_timed_from_the_record_to_each_stream() -> None:
    """Those that were there before are not; whatever is not an event is passed over."""
    found = await heard(lambda position: [position])
    assert found.shortcomings == []
    assert (found.streams, found.campaigns, found.events, found.deliveries) == (3, 2, 3, 9)
    assert 0 < found.p50 <= found.p99 <= found.most < streams.PATIENCE


@pytest.mark.parametrize("brings", [lambda n: [n] * (n != 3), lambda n: [n, n] if n == 3 else [n], lambda n: [5 - n]])
async def test_an_event_that_is_missed_repeated_or_out_of_order_is_a_gap(
    brings: Callable[[int], Sequence[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On each of the three streams."""
    monkeypatch.setattr(streams, "PATIENCE", 0.2)
    found = await heard(brings)
    assert found.with_gaps == 3
    assert any("3 of 3 streams have missed or repeated events" in each for each in found.shortcomings)


async def test_a_stream_that_the_server_ends_is_said_to_have_ended() -> None:
    """Nobody waits for what cannot come any more."""
    found = await heard(lambda position: [position], ends=True)
    assert found.ended == 3
    assert "3 of 3 streams were ended by the server" in found.shortcomings


@pytest.mark.parametrize(("p99", "met"), [(0.499, True), (0.5, False)])
def test_the_goal_is_half_a_second(p99: float, met: bool) -> None:
    """Of the 99th percentile."""
    assert a_hearing(p99=p99).met is met


def a_hearing(**facts: float) -> StreamFigures:
    """Two hundred streams on which all is well."""
    counts = {"streams": 200, "campaigns": 20, "events": 400, "deliveries": 4_000, "ended": 0, "with_gaps": 0}
    return StreamFigures.model_validate({**counts, "p50": 0.02, "p99": 0.09, "most": 0.1, **facts})


def test_streams_on_which_nothing_came_have_proved_nothing() -> None:
    """A measurement without events is no success."""
    assert a_hearing(deliveries=0).shortcomings == ["no event has come while the streams were open"]
    assert a_hearing().shortcomings == []
