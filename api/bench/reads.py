"""Requests a second of two of our read routes, beside bare ones with the same statements and the same answers."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from operator import attrgetter
from time import perf_counter

from api.bench.lean_http import Caller, callers, request
from api.bench.processes import Watch, median_ratio, quantile
from api.bench.setting import Scene
from api.embedded.process import EmbeddedError, Progress, environment, free_ports
from api.embedded.supervisor import Child
from domain.values import Value

RATE_GOAL = 0.8
"""Requests a second, as a share of the bare route's."""
WARM_UP = 50
"""Requests of each before the first round."""
START_PATIENCE = 60.0
"""Seconds that the yardstick may take to begin."""


class ReadRound(Value):
    """So many requests of one route of one server, as fast as they go."""

    requests: int
    seconds: float
    p50: float
    p99: float
    """Seconds from sending to the last byte of the answer."""
    cpu_seconds: float
    """Of the server's process, without PostgreSQL's."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_each(self) -> float:
        """Processor seconds of the server for a request."""
        return self.cpu_seconds / self.requests


class RouteFigures(Value):
    """Rounds of one route, ours and the bare one in turns."""

    route: str
    answer_bytes: int
    """Length of our answer; the bare one has the same content."""
    ours: Sequence[ReadRound]
    bare: Sequence[ReadRound]

    @property
    def rate_ratio(self) -> float:
        """The median, over the rounds, of our rate as a share of the bare route's."""
        return median_ratio(self.ours, self.bare, attrgetter("rate"))

    @property
    def cpu_ratio(self) -> float:
        """The same of the server's processor time: steadier than the rate on a machine that does other things too."""
        return median_ratio(self.ours, self.bare, attrgetter("cpu_each"))

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.rate_ratio >= RATE_GOAL


class Reading:
    """Both servers, each a process with one worker, on the same database."""

    def __init__(self, scene: Scene, progress: Progress, *, at_once: int) -> None:
        self._scene = scene
        self._progress = progress
        self._at_once = at_once

    async def run(self, campaign_id: str, requests: int, rounds: int) -> Sequence[RouteFigures]:
        """Take turns on a campaign whose shortlist waits for approval.

        Raises:
            AssertionError: the two answer differently, or not at all: then there is nothing to compare.
        """
        routes = {
            "GET /v1/campaigns/{id}": f"/v1/campaigns/{campaign_id}",
            "GET /v1/tasks?campaign_id={id}": f"/v1/tasks?campaign_id={campaign_id}",
        }
        async with _bare_server(self._scene) as (port, child):
            servers = (self._scene.here.api_port, port)
            watch = Watch({"ours": lambda: self._scene.here.api.pid, "bare": lambda: child.pid})
            return [await self._route(name, path, servers, watch, requests, rounds) for name, path in routes.items()]

    async def _route(
        self, name: str, path: str, servers: tuple[int, int], watch: Watch, requests: int, rounds: int
    ) -> RouteFigures:
        asked = request("GET", path, self._scene.here.api_key)
        ours, bare = [await self._warm(port, asked) for port in servers]
        assert json.loads(ours) == json.loads(bare), f"the two answer differently: {ours!r} and {bare!r}"
        found: dict[str, list[ReadRound]] = {"ours": [], "bare": []}
        for number in range(1, rounds + 1):
            for program, port in zip(found, servers, strict=True):
                found[program].append(await self._round(port, asked, requests, watch, program))
            rates = ", ".join(f"{program} {each[-1].rate:,.0f}/s" for program, each in found.items())
            self._progress(f"{name}, round {number} of {rounds}: {rates}")
        return RouteFigures(route=name, answer_bytes=len(ours), ours=found["ours"], bare=found["bare"])

    async def _warm(self, port: int, asked: bytes) -> bytes:
        async with callers(port, self._at_once) as connections:
            answers = [await connections[n % self._at_once].send(asked) for n in range(WARM_UP)]
        assert {answer.status for answer in answers} == {200}, f"port {port} does not answer: {answers[-1]}"
        return answers[-1].body

    async def _round(self, port: int, asked: bytes, requests: int, watch: Watch, program: str) -> ReadRound:
        took: list[float] = []
        left = iter(range(requests))

        async def keep_asking(caller: Caller) -> None:
            for _ in left:
                began = perf_counter()
                answer = await caller.send(asked)
                took.append(perf_counter() - began)
                assert answer.status == 200, f"{asked!r} was refused: {answer}"

        async with callers(port, self._at_once) as connections:
            spent, began = await watch.spent(program), perf_counter()
            await asyncio.gather(*map(keep_asking, connections))
            seconds, spent_then = perf_counter() - began, await watch.spent(program)
        return ReadRound(
            requests=requests,
            seconds=seconds,
            p50=quantile(took, 0.5),
            p99=quantile(took, 0.99),
            cpu_seconds=spent_then - spent,
        )


@asynccontextmanager
async def _bare_server(scene: Scene) -> AsyncIterator[tuple[int, Child]]:
    """A process with the bare routes, and its port.

    Raises:
        EmbeddedError: it does not start.
    """
    [port] = free_ports(1)
    child = Child(
        "bare-api",
        [sys.executable, "-m", "api.bench.bare_api", scene.here.stack.dsn, str(port)],
        environment=environment(),
        directory=scene.here.data_dir / "logs",
    )
    await child.start()
    try:
        await _answers(port, child)
        yield port, child
    finally:
        await child.stop()


async def _answers(port: int, child: Child) -> None:
    give_up = perf_counter() + START_PATIENCE
    while perf_counter() < give_up:
        try:
            async with callers(port, 1) as [caller]:
                await caller.send(request("GET", "/", ""))
                return
        except OSError:
            await asyncio.sleep(0.1)
    raise EmbeddedError(f"The bare API does not answer after {START_PATIENCE:.0f} s.\n{child.last_words()}")
