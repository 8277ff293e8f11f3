"""Memory and processor time of the processes of an installation, watched while they work."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from domain.values import Value

if TYPE_CHECKING:
    import psutil

R = TypeVar("R")

EVERY = 1.0
"""Seconds between two looks."""


class Usage(Value):
    """What one program has used while it was watched."""

    peak_bytes: int
    """The most memory at any look; what PostgreSQL's processes share is counted once."""
    last_bytes: int
    cpu_seconds: float


class Watch:
    """Looks at programs again and again. A program is a process, or a whole family of them such as PostgreSQL's."""

    def __init__(self, programs: Mapping[str, Callable[[], int]]) -> None:
        self._programs = dict(programs)
        self._peak = dict.fromkeys(programs, 0)
        self._last = dict.fromkeys(programs, 0)
        self._spent: dict[tuple[str, int, float], float] = {}
        self._before: dict[tuple[str, int, float], float] = {}

    def look(self) -> None:
        """Look once. Blocks for some milliseconds."""
        import psutil  # noqa: PLC0415 - only the extra `embedded` brings it

        for name, pid in self._programs.items():
            with suppress(psutil.Error):
                parent = psutil.Process(pid())
                # What this very process has started are programs of their own.
                family = [] if parent.pid == os.getpid() else parent.children(recursive=True)
                self._last[name] = sum(self._look_at(name, one) for one in [parent, *family])
                self._peak[name] = max(self._peak[name], self._last[name])

    def _look_at(self, name: str, process: "psutil.Process") -> int:
        import psutil  # noqa: PLC0415 - only the extra `embedded` brings it

        with suppress(psutil.Error):
            times = process.cpu_times()
            key = (name, process.pid, process.create_time())
            self._before.setdefault(key, times.user + times.system)
            self._spent[key] = times.user + times.system
            return int(getattr(process.memory_full_info(), "pss", process.memory_info().rss))
        return 0

    async def spent(self, name: str | None = None) -> float:
        """Look, and say what one program has used since the first look, or all of them; in processor seconds."""
        await asyncio.to_thread(self.look)
        return self.cpu_seconds if name is None else self.usage()[name].cpu_seconds

    @property
    def cpu_seconds(self) -> float:
        """What all of them together have used between the first look and the last."""
        return sum(usage.cpu_seconds for usage in self.usage().values())

    def usage(self) -> Mapping[str, Usage]:
        """What each program has used between the first look and the last."""
        spent: dict[str, float] = dict.fromkeys(self._programs, 0.0)
        for key, seconds in self._spent.items():
            spent[key[0]] += seconds - self._before[key]
        return {
            name: Usage(peak_bytes=self._peak[name], last_bytes=self._last[name], cpu_seconds=spent[name])
            for name in self._programs
        }


@asynccontextmanager
async def watching(programs: Mapping[str, Callable[[], int]], every: float = EVERY) -> AsyncIterator[Watch]:
    """A watch that looks every so many seconds as long as the block runs."""
    watch = Watch(programs)

    async def look_again() -> None:
        while True:
            await asyncio.to_thread(watch.look)
            await asyncio.sleep(every)

    looking = asyncio.create_task(look_again())
    try:
        yield watch
    finally:
        looking.cancel()
        await asyncio.wait([looking])
        await asyncio.to_thread(watch.look)


def median_ratio(ours: Sequence[R], bare: Sequence[R], figure: Callable[[R], float]) -> float:
    """The median, over rounds in turns, of a figure of ours as a multiple of the yardstick's in the same round."""
    return median(figure(mine) / figure(other) for mine, other in zip(ours, bare, strict=True))


def median(values: Iterable[float]) -> float:
    """The one in the middle, the upper one of two; 0 of none."""
    return quantile(values, 0.5)


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that so large a share does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
