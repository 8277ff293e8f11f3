"""How long an event takes from an append to those who listen, with many streams of one API process open.

Run it with `make bench-streams`. It starts a PostgreSQL and an API of its own, opens the streams over HTTP, appends at
a steady pace, and prints a line for each way in which the streams are spread over campaigns. A delay begins before the
append is asked for, so that the commit is in it, and ends when the last byte of the event was read. Writer and clients
are one process: what they take of the processor counts against the figures.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from activities.store.event_log import PostgresEventLog
from activities.store.migrate import migrate
from activities.store.pool import Pool, open_pool
from activities.store.projections.read_models import read_models
from api.embedded.postgres import PostgresServer
from domain.decider import ENGINE, Actor, Role
from domain.events import Metadata, Record
from tests.api.conftest import API_KEY, InProcessEngine
from tests.benchmarks.stream_server import APPLICATION
from tests.domain.given import T0, a_brief
from tests.keys import a_sealer

BRAND = Actor(role=Role.BRAND, id="bench")
PATIENCE = 60.0
"""Seconds in which everything that was appended must have reached everybody."""


@dataclass
class Stream:
    """A client of one stream, which notes when each event came."""

    campaign_id: str
    arrivals: dict[int, float] = field(default_factory=dict)
    last: int = 0

    async def listen(self, port: int, ready: asyncio.Event) -> None:
        """Reads until it is cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /v1/campaigns/{self.campaign_id}/events HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {API_KEY}\r\nLast-Event-ID: {self.last}\r\n\r\n".encode()
        )
        try:
            while line := await reader.readline():
                if line.startswith(b"retry: "):
                    ready.set()
                elif line.startswith(b"id: "):
                    self.last = int(line[4:])
                elif line.startswith(b"data: "):
                    assert self.last not in self.arrivals, "an event came twice"
                    self.arrivals[self.last] = perf_counter()
            raise ConnectionError("the API has ended the stream")
        finally:
            writer.close()


@dataclass(frozen=True)
class Measured:
    """What one round came to; delays in milliseconds."""

    appended: int
    delays: Sequence[float]
    sessions: int
    looks: int
    pasts: int


@asynccontextmanager
async def serving(dsn: str) -> AsyncIterator[tuple[Process, int]]:
    """The API in a process of its own, and its port."""
    module = "tests.benchmarks.stream_server"
    process = await create_subprocess_exec(sys.executable, "-m", module, dsn, stdout=PIPE)
    assert process.stdout is not None, "it is a pipe"
    try:
        yield process, json.loads(await process.stdout.readline())["port"]
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def append(log: PostgresEventLog, campaign_id: str, number: int) -> int:
    """Appends one event to a stream of its own and returns its position."""
    by = Metadata(
        actor=ENGINE,
        command="Decide",
        command_id=f"{number}",
        fingerprint="f" * 32,
        decided_at=T0,
        correlation_id=campaign_id,
    )
    record = Record(type="Decided", schema_version=1, data={"what": "y" * 200})
    [stored] = await log.append(f"collaboration/{campaign_id}-{number}", 0, [record], by)
    return stored.position


async def measure(dsn: str, pool: Pool, streams: int, campaigns: int, rate: float, seconds: float) -> Measured:
    """Opens the streams, appends `rate` events a second to the campaigns in turn, and waits for the last arrival."""
    log = PostgresEventLog(pool, a_sealer(pool))
    ids = [f"bench-{campaigns}-{n}" for n in range(campaigns)]
    engine = InProcessEngine(PostgresEventLog(pool, a_sealer(pool), read_models()))
    for id_ in ids:
        await engine.start_campaign(id_, a_brief(), actor=BRAND, command_id=id_)
    listening = [Stream(ids[n % campaigns]) for n in range(streams)]
    began: dict[int, tuple[str, float]] = {}
    async with serving(dsn) as (process, port):
        ready = [asyncio.Event() for _ in listening]
        clients = [asyncio.create_task(one.listen(port, sign)) for one, sign in zip(listening, ready, strict=True)]
        await asyncio.gather(*(sign.wait() for sign in ready))
        await until(lambda: all(len(one.arrivals) == 1 for one in listening), clients)  # each campaign's beginning
        for number in range(round(rate * seconds)):
            since = perf_counter()
            id_ = ids[number % campaigns]
            began[await append(log, id_, number)] = id_, since
            await asyncio.sleep(max(since + 1 / rate - perf_counter(), 0))
        of = {id_: {position for position, (its, _) in began.items() if its == id_} for id_ in ids}
        await until(lambda: all(of[one.campaign_id] <= one.arrivals.keys() for one in listening), clients)
        sessions = await pool.fetchval("select count(*) from pg_stat_activity where application_name = $1", APPLICATION)
        for client in clients:
            client.cancel()
        await asyncio.wait(clients)
        process.terminate()
        output, _ = await process.communicate()
    counts = json.loads(output)
    delays = [
        (one.arrivals[position] - began[position][1]) * 1_000 for one in listening for position in of[one.campaign_id]
    ]
    return Measured(len(began), delays, sessions, counts["looks"], counts["pasts"])


async def until(reached: Callable[[], bool], clients: Sequence["asyncio.Task[None]"]) -> None:
    """Waits, and raises what a client has met."""
    async with asyncio.timeout(PATIENCE):
        while not reached():
            for client in clients:
                if client.done():
                    client.result()
            await asyncio.sleep(0.01)


def say(line: str) -> None:
    """Prints at once."""
    print(line, flush=True)  # noqa: T201 - this is a program


async def main(streams: int, seconds: float) -> None:
    """Measures on a PostgreSQL with its default settings: every commit is on the disk."""
    say(f"{streams} streams of one API process:\n")
    say("| campaigns | appends/s | deliveries | p50 ms | p99 ms | most ms | sessions | looks/s | looks into the past |")
    say("|---" * 9 + "|")
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as directory:
        Path(directory).chmod(0o711)
        async with PostgresServer(Path(directory) / "postgres") as server:
            await migrate(server.dsn)
            pool = await open_pool(server.dsn)
            for campaigns, rate in ((streams, 40.0), (max(streams // 10, 1), 20.0), (1, 5.0)):
                one = await measure(server.dsn, pool, streams, campaigns, rate, seconds)
                cuts = quantiles(one.delays, n=100)
                say(
                    f"| {campaigns} | {rate:.0f} | {len(one.delays):,} | {cuts[49]:.0f} | {cuts[98]:.0f} "
                    f"| {max(one.delays):.0f} | {one.sessions} | {one.looks / seconds:.0f} | {one.pasts} |"
                )
            await pool.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10, help="for which events are appended, a line")
    options = parser.parse_args()
    asyncio.run(main(options.streams, options.seconds))
