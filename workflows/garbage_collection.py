"""Collecting garbage between workflow tasks, never during one.

A worker keeps every waiting workflow in memory, hundreds of objects each, and CPython's full collection looks at all
of them while everything else stands still: seconds, where thousands wait. Temporal gives a workflow task two seconds
before it takes its workflow for deadlocked and fails the task, so a collection in the middle of one may fail it.
Here a full collection comes only when no task is under way, before the next one's two seconds begin, and takes a small
part of the time, however much there is to look at.
"""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

PART_OF_TIME = 0.01
"""What full collections take of a worker's time at the most: after one of 0.1 s come ten seconds without."""
YOUNG = (10_000, 20)
"""So many new objects are looked at, and so often before those that stayed are looked at once more. CPython's own 700
and 10 look at what a workflow task makes while the task still needs it."""
NEVER = 1_000_000_000


class CollectingExecutor(ThreadPoolExecutor):
    """The threads that run workflow tasks, given work in the thread of the event loop, and there only."""

    def __init__(self, threads: int, *, collect: Callable[[], object] = gc.collect) -> None:
        super().__init__(threads, thread_name_prefix="workflow-task")
        self._collect = collect
        self._under_way = 0
        self._due = perf_counter()

    def submit(  # type: ignore[override]
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> "asyncio.Future[T]":
        """Run it in a thread; before that, collect garbage if it is time to and nothing runs.

        The future is one of the loop, which `run_in_executor` takes as it is: the task is over when the loop has been
        told so. A thread may have its result long before, and whoever waits would still see two seconds go by.
        """
        if not self._under_way and perf_counter() >= self._due:
            self._collect_now()
        self._under_way += 1
        future = asyncio.wrap_future(super().submit(fn, *args, **kwargs))
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _: object) -> None:
        self._under_way -= 1

    def _collect_now(self) -> None:
        began = perf_counter()
        self._collect()
        ended = perf_counter()
        self._due = ended + (ended - began) / PART_OF_TIME


def leave_garbage_to_the_executor() -> None:
    """Switch off CPython's own full collections, and take what is loaded by now out of all that come: it stays.

    For the whole process, so before its first workflow task, and only where a `CollectingExecutor` will run them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG, NEVER)
