"""Many open streams of events: how long an event takes to each of them, and whether one misses, repeats or ends."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from time import time

from api.bench.crowd import Record
from api.bench.lean_http import connection, request
from api.bench.processes import quantile
from domain.events import Envelope
from domain.values import Value

DELAY_GOAL = 0.5
"""99th percentile of the seconds from an append to an arrival."""
PATIENCE = 60.0
"""Seconds within which everything that was recorded must have reached everybody."""
LOOK_EVERY = 0.02
PAGE = 1_000


class StreamFigures(Value):
    """What all streams together have brought while they were open."""

    streams: int
    campaigns: int
    """Over which the streams are spread."""
    events: int
    """That were recorded while the streams were open."""
    deliveries: int
    """Arrivals of those events, each on each of its streams."""
    p50: float
    p99: float
    most: float
    """Seconds from the moment that the database gave the event, before its commit, to its last byte at the client."""
    ended: int
    """Streams that the server has ended; none should be."""
    with_gaps: int
    """Streams on which an event of the record did not come, came twice, or came out of order; none should be."""

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.p99 < DELAY_GOAL

    @property
    def shortcomings(self) -> Sequence[str]:
        """What is not as it must be."""
        wrong = []
        if self.ended:
            wrong.append(f"{self.ended} of {self.streams} streams were ended by the server")
        if self.with_gaps:
            wrong.append(f"{self.with_gaps} of {self.streams} streams have missed or repeated events")
        if not self.deliveries:
            wrong.append("no event has come while the streams were open")
        return wrong


class Stream:
    """A client of one stream, which notes when each event came."""

    def __init__(self, campaign_id: str) -> None:
        self.campaign_id = campaign_id
        self.arrivals: list[tuple[int, float]] = []
        """Position of each event, and when its last byte came, in seconds since 1970."""
        self.ended = False
        """Whether the server has ended it."""

    async def listen(self, port: int, token: str) -> None:
        """Reads until it is cancelled, or the server ends it."""
        path = f"/v1/campaigns/{self.campaign_id}/events"
        position = 0
        try:
            async with connection(port) as (reader, writer):
                writer.write(request("GET", path, token, Accept="text/event-stream"))
                while line := await reader.readline():
                    if line.startswith(b"id: "):
                        position = int(line[4:])
                    elif line.startswith(b"data: "):
                        self.arrivals.append((position, time()))
        except OSError:
            pass  # the same as an end
        self.ended = True

    def has_all(self, events: Sequence[Envelope]) -> bool:
        """Whether the campaign's first events came, each once and in order; later ones may have come behind them."""
        return [position for position, _ in self.arrivals[: len(events)]] == [event.position for event in events]


class Audience:
    """So many streams, spread over campaigns."""

    def __init__(self, log: Record, campaign_ids: Sequence[str], streams: int) -> None:
        self._log = log
        self._streams = [Stream(campaign_ids[number % len(campaign_ids)]) for number in range(streams)]
        self._since = 0
        self._record: Mapping[str, Sequence[Envelope]] = {}

    @asynccontextmanager
    async def listening(self, port: int, token: str) -> AsyncIterator[None]:
        """All streams are open, and have brought what there was, as long as the block runs."""
        async with asyncio.TaskGroup() as group:
            open_ones = [group.create_task(stream.listen(port, token)) for stream in self._streams]
            await self._catch_up()
            self._since = max((event.position for events in self._record.values() for event in events), default=0)
            yield
            await self._catch_up()
            for each in open_ones:
                each.cancel()

    @property
    def figures(self) -> StreamFigures:
        """What has come, held against the record as it was at the end of the block."""
        recorded_at = {
            event.position: event.recorded_at.timestamp()
            for events in self._record.values()
            for event in events
            if event.position > self._since
        }
        delays = [
            at - recorded_at[position]
            for stream in self._streams
            for position, at in stream.arrivals
            if position in recorded_at
        ]
        return StreamFigures(
            streams=len(self._streams),
            campaigns=len(self._record),
            events=len(recorded_at),
            deliveries=len(delays),
            p50=quantile(delays, 0.5),
            p99=quantile(delays, 0.99),
            most=max(delays, default=0.0),
            ended=sum(stream.ended for stream in self._streams),
            with_gaps=sum(not stream.has_all(self._record[stream.campaign_id]) for stream in self._streams),
        )

    async def _catch_up(self) -> None:
        """Wait until every stream has brought what is recorded now, or has ended; or until patience has."""
        campaigns = dict.fromkeys(stream.campaign_id for stream in self._streams)
        self._record = {id_: await _events(self._log, id_) for id_ in campaigns}
        give_up = time() + PATIENCE
        while not self._caught_up and time() < give_up:  # noqa: ASYNC110 - what is waited for comes from elsewhere
            await asyncio.sleep(LOOK_EVERY)

    @property
    def _caught_up(self) -> bool:
        return all(
            stream.ended or len(stream.arrivals) >= len(self._record[stream.campaign_id]) for stream in self._streams
        )


async def _events(log: Record, campaign_id: str) -> Sequence[Envelope]:
    found: list[Envelope] = []
    while page := await log.read_campaign(campaign_id, found[-1].position if found else 0, PAGE):
        found += page
    return found
