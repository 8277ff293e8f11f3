"""Whatever can fail, failing at random, several things at a time."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from random import Random

from tests.chaos.running import Campaigning
from tests.chaos.servers import Postgres, Temporal
from tests.chaos.wire import Fault, Wire

BETWEEN = 1.0, 4.0
"""Seconds between two disturbances."""
AWAY = 0.0, 2.5
"""Seconds for which a server is away, or a wire disturbed."""

TOO_MANY = 300

FAULTS = [fault for fault in Fault if fault is not Fault.NOTHING]

Disturbance = Callable[[], Awaitable[None]]


class Mayhem:
    """Disturbs a campaign and all that it stands on. The same seed disturbs the same things after the same pauses: each
    of them once, in any order, before the first is disturbed again."""

    def __init__(
        self, campaign: Campaigning, postgres: Postgres, temporal: Temporal, wires: Mapping[str, Wire], *, seed: int
    ) -> None:
        self.happened: Counter[str] = Counter()
        self._campaign = campaign
        self._postgres = postgres
        self._temporal = temporal
        self._wires = wires
        self._random = Random(seed)  # noqa: S311 - what fails when, not a secret
        self._to_come: list[str] = []
        self._busy: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def rage(self, *, until_recorded: int) -> None:
        """Disturb one thing after another until there are so many events; returns when everything is whole again."""
        async with asyncio.TaskGroup() as raging:
            while await self._campaign.count() < until_recorded:
                assert self.happened.total() < TOO_MANY, f"nothing gets done any more: {self.happened}"
                await asyncio.sleep(self._random.uniform(*BETWEEN))
                name = self._next()
                self.happened[name] += 1
                raging.create_task(self._disturb(name))

    def _next(self) -> str:
        if not self._to_come:
            self._to_come = list(self._disturbances)
            self._random.shuffle(self._to_come)
        return self._to_come.pop()

    @property
    def _disturbances(self) -> Mapping[str, Disturbance]:
        wires = {
            f"{name} {fault}": self._disturbed(wire, fault) for name, wire in self._wires.items() for fault in FAULTS
        }
        return {
            "worker killed": self._kill_worker,
            "API killed": self._kill_api,
            "PostgreSQL killed": self._kill_postgres,
            "Temporal killed": self._kill_temporal,
            **wires,
        }

    async def _disturb(self, name: str) -> None:
        async with self._busy[name]:
            await self._disturbances[name]()

    async def _a_while(self) -> None:
        await asyncio.sleep(self._random.uniform(*AWAY))

    async def _kill_worker(self) -> None:
        self._campaign.worker.kill()

    async def _kill_api(self) -> None:
        assert self._campaign.api is not None, "people act over HTTP"
        self._campaign.api.kill()

    async def _kill_postgres(self) -> None:
        self._postgres.kill()
        await self._a_while()
        await self._postgres.start()

    async def _kill_temporal(self) -> None:
        self._temporal.kill()
        await self._a_while()
        await self._temporal.start()

    def _disturbed(self, wire: Wire, fault: Fault) -> Disturbance:
        async def disturb() -> None:
            wire.suffer(fault)
            await self._a_while()
            wire.suffer(Fault.NOTHING)

        return disturb
