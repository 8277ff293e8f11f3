"""Collecting garbage between workflow tasks, never during one, and hardly ever looking at all there is.

A worker keeps every waiting workflow in memory, more than a thousand objects each, and CPython's full collection looks
at all of them while everything else stands still: seconds, where thousands wait. Temporal gives a workflow task two
seconds before it takes its workflow for deadlocked and fails the task, and ten before it gives the task to another.

So a collection comes only when no task is under way, before the next one's two seconds begin. What survives it is
frozen: the next one looks at what was made since, and no more. Frozen objects still go as soon as nobody refers to
them. Only those that refer to each other in a circle stay, a sixth of what a workflow was that has ended; they are
looked for when the worker has nothing else to do.
"""

import asyncio
import gc
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import ParamSpec, TypeVar

import structlog

P = ParamSpec("P")
T = TypeVar("T")

EVERY = 10.0
"""Seconds between two collections. What a busy worker makes in a hundred takes it more than one to look at
(docs/performance.md)."""
YOUNG = (10_000, 20)
"""So many new objects are looked at, and so often before those that stayed are looked at once more. CPython's own 700
and 10 look at what a workflow task makes while the task still needs it."""
NEVER = 1_000_000_000
IDLE = 1.0
"""Seconds without a workflow task after which nobody is kept waiting by a look at everything."""
GROWN = 1.25
"""Blocks of memory in use, by those after the last look at everything: from here on it is worth another."""
OVERGROWN = 4.0
"""The same where the worker is never idle, or has too much to look at: from here on it is done all the same. With ten
thousand workflows it took 2.9 seconds; at eight more than ten, and tasks were lost (docs/performance.md)."""
TOO_LONG = 4.0
"""Seconds that a look at everything may be expected to take: whoever comes meanwhile waits that long."""
WORTH_A_LINE = 1.0
"""Seconds of standing still of which the log tells."""


class Garbage:
    """What this process has made and does not need any more."""

    def __init__(self) -> None:
        self._blocks = sys.getallocatedblocks()
        self._seconds = 0.0

    @property
    def growth(self) -> float:
        """Blocks of memory in use, by those that were after the last look at everything."""
        return sys.getallocatedblocks() / self._blocks

    def collect(self) -> None:
        """Look at what was made since the last time; at everything, if that has become far too much."""
        self._look(at_everything=self.growth >= OVERGROWN)

    def collect_while_idle(self) -> None:
        """Look also at what is frozen, if it is worth that and won't take too long."""
        growth = self.growth
        self._look(at_everything=growth >= GROWN and self._seconds * growth <= TOO_LONG)

    def _look(self, *, at_everything: bool) -> None:
        began = perf_counter()
        if at_everything:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        if at_everything:
            self._blocks, self._seconds = sys.getallocatedblocks(), perf_counter() - began


class CollectingExecutor(ThreadPoolExecutor):
    """The threads that run workflow tasks, given work in the thread of the event loop, and there only."""

    def __init__(
        self, threads: int, *, garbage: Garbage | None = None, every: float = EVERY, idle: float = IDLE
    ) -> None:
        super().__init__(threads, thread_name_prefix="workflow-task")
        self._garbage = garbage or Garbage()
        self._every = every
        self._idle = idle
        self._idling: asyncio.TimerHandle | None = None
        self._under_way = 0
        self._due = perf_counter()

    def submit(  # type: ignore[override]
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> "asyncio.Future[T]":
        """Run it in a thread; before that, collect garbage if it is time to and nothing runs.

        The future is one of the loop, which `run_in_executor` takes as it is: the task is over when the loop has been
        told so. A thread may have its result long before, and whoever waits would still see two seconds go by.
        """
        if self._idling is not None:
            self._idling.cancel()
            self._idling = None
        if not self._under_way and perf_counter() >= self._due:
            self._stand_still(self._garbage.collect)
        self._under_way += 1
        future = asyncio.wrap_future(super().submit(fn, *args, **kwargs))
        future.add_done_callback(self._ended)
        return future

    def _ended(self, future: "asyncio.Future[T]") -> None:
        self._under_way -= 1
        if not self._under_way:
            self._idling = future.get_loop().call_later(self._idle, self._stand_still, self._garbage.collect_while_idle)

    def _stand_still(self, collect: Callable[[], None]) -> None:
        began = perf_counter()
        collect()
        ended = perf_counter()
        self._due = ended + self._every
        if ended - began >= WORTH_A_LINE:
            structlog.get_logger(__name__).info("stood still to collect garbage", seconds=round(ended - began, 1))


def leave_garbage_to_the_executor() -> None:
    """Switch off CPython's own full collections, and take what is loaded by now out of those that come: it stays.

    For the whole process, so before its first workflow task, and only where a `CollectingExecutor` will run them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG, NEVER)
