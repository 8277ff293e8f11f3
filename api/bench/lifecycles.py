"""How many whole collaborations a machine carries a second, beside the yardstick, and how long a decision takes."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from operator import attrgetter
from time import perf_counter
from uuid import uuid4

from activities.starting import TASK_QUEUE
from api.bench import bare
from api.bench.crowd import Crowd, all_prompt
from api.bench.opening import OpenCampaign, until_offered
from api.bench.processes import Watch, median_ratio, quantile
from api.bench.setting import Scene
from api.embedded.process import Progress, environment
from api.embedded.supervisor import Child
from domain.values import Value

AT_ONCE = 50
"""Lifecycles under way at a time, of ours and of the yardstick's alike."""
RATE_GOAL = 0.6
"""Lifecycles a second, as a share of the yardstick's."""
LATENCY_GOAL = 2.0
"""99th percentile of a decision, as a multiple of the yardstick's."""


class Round(Value):
    """So many lifecycles of one kind, as fast as they go."""

    lifecycles: int
    decisions: int
    """In each of them."""
    seconds: float
    p50: float
    p99: float
    """Seconds from a decision's sending to its answer."""
    cpu_seconds: float
    """Of all programs together: worker, Temporal, PostgreSQL, API, and whoever sends the decisions."""

    @property
    def rate(self) -> float:
        """Lifecycles a second."""
        return self.lifecycles / self.seconds

    @property
    def cpu_each(self) -> float:
        """Processor seconds of one lifecycle: on a machine that has nothing else to do, cores / this is the rate."""
        return self.cpu_seconds / self.lifecycles


class Lifecycles(Value):
    """Rounds of both kinds, in turns."""

    ours: Sequence[Round]
    bare: Sequence[Round]
    waiting_bytes: int
    """Memory of the worker for each collaboration that waits in its cache."""

    @property
    def rate_ratio(self) -> float:
        """The median, over the rounds, of our rate as a share of the yardstick's."""
        return median_ratio(self.ours, self.bare, attrgetter("rate"))

    @property
    def latency_ratio(self) -> float:
        """The same of the 99th percentile of a decision."""
        return median_ratio(self.ours, self.bare, attrgetter("p99"))

    @property
    def cpu_ratio(self) -> float:
        """The same of processor time: steadier than the rate on a machine that does other things as well."""
        return median_ratio(self.ours, self.bare, attrgetter("cpu_each"))

    @property
    def met(self) -> bool:
        """Whether both goals are reached."""
        return self.rate_ratio >= RATE_GOAL and self.latency_ratio <= LATENCY_GOAL


class Contest:
    """Ours and the yardstick's, on the same Temporal server, each with a worker process of its own."""

    def __init__(self, scene: Scene, progress: Progress, *, deliverables: int) -> None:
        self._scene = scene
        self._progress = progress
        self._deliverables = deliverables

    async def run(self, lifecycles: int, rounds: int, waiting: int) -> Lifecycles:
        """Let so many collaborations wait, then take turns."""
        ours: list[Round] = []
        others: list[Round] = []
        # First, while the worker's memory holds nothing that has ended and may be used again.
        waiting_bytes = await self._waiting(waiting)
        async with bare_worker_process(self._scene) as (queue, child):
            watch = Watch({**self._scene.programs, "yardstick": lambda: child.pid})
            for number in range(1, rounds + 1):
                ours.append(await self._ours(watch, lifecycles))
                others.append(await self._bare(watch, queue, lifecycles, ours[-1].decisions))
                self._progress(
                    f"round {number} of {rounds}: {ours[-1].rate:.2f} collaborations/s,"
                    f" {others[-1].rate:.2f} bare lifecycles/s"
                )
        return Lifecycles(ours=ours, bare=others, waiting_bytes=waiting_bytes)

    async def _campaign(self, size: int) -> OpenCampaign:
        services = self._scene.services
        campaign = OpenCampaign(self._scene.client, services.engine, services.creators, TASK_QUEUE)
        await campaign.start(services.log, size, deliverables=self._deliverables)
        return campaign

    async def _ours(self, watch: Watch, count: int) -> Round:
        campaign = await self._campaign(count)
        crowd = Crowd(self._scene.services.engine, self._scene.services.log, campaign.id, temper=all_prompt)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                await (await campaign.open(number)).result()

        spent, began = await watch.spent(), perf_counter()
        async with crowd.playing():
            await asyncio.gather(*(one(number) for number in range(count)))
        seconds, spent_then = perf_counter() - began, await watch.spent()
        assert not crowd.refused, f"nobody does what the rules forbid: {crowd.refused}"
        await campaign.stop()
        return _round(count, crowd.took, seconds, spent_then - spent)

    async def _bare(self, watch: Watch, queue: str, count: int, decisions: int) -> Round:
        took: list[float] = []
        gate = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with gate:
                await bare.live(self._scene.plain, queue, f"bare-{uuid4().hex}", decisions, took)

        spent, began = await watch.spent(), perf_counter()
        await asyncio.gather(*(one() for _ in range(count)))
        return _round(count, took, perf_counter() - began, await watch.spent() - spent)

    async def _waiting(self, count: int) -> int:
        """What the worker needs for each collaboration whose offer waits for an answer."""
        campaign = await self._campaign(count)
        watch = Watch({"worker": lambda: self._scene.here.worker.pid})
        await asyncio.to_thread(watch.look)
        before = watch.usage()["worker"].last_bytes
        await campaign.open_all()
        await until_offered(self._scene.services.pool, [campaign.id], count)
        await asyncio.to_thread(watch.look)
        return (watch.usage()["worker"].last_bytes - before) // count


def _round(count: int, took: Sequence[float], seconds: float, cpu_seconds: float) -> Round:
    return Round(
        lifecycles=count,
        decisions=len(took) // count,
        seconds=seconds,
        p50=quantile(took, 0.5),
        p99=quantile(took, 0.99),
        cpu_seconds=cpu_seconds,
    )


@asynccontextmanager
async def bare_worker_process(scene: Scene) -> AsyncIterator[tuple[str, Child]]:
    """A process with the yardstick's worker, and the name of its task queue."""
    queue = f"bare-{uuid4().hex}"
    child = Child(
        "yardstick",
        [sys.executable, "-m", "api.bench.bare", scene.here.stack.temporal_address, queue],
        environment=environment(),
        directory=scene.here.data_dir / "logs",
    )
    await child.start()
    try:
        await bare.live(scene.plain, queue, f"bare-{uuid4().hex}", 1, [])  # until it polls, this waits
        yield queue, child
    finally:
        await child.stop()
