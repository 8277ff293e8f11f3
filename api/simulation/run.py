"""Many runs of one brief, on all cores, with the same answer for the same seed however many cores there are."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from math import ceil
from multiprocessing import get_context
from typing import Protocol, TypeVar

from api.simulation.forecast import Forecast, forecast
from api.simulation.library import Batch, Library, first_batches, needed, shelved, stream, walked
from api.simulation.outreach import Run, Scene, campaign
from api.simulation.walk import Walk

A = TypeVar("A")
B = TypeVar("B")

Said = Callable[[float], None]
"""Is told the share of the work that is done, 0..1."""

CHUNK = 250
"""Walks that one process makes at a time."""
WORTH_IT = 1_500
"""Walks from which on other processes pay: each takes a second or two to start."""
PIECES = 8
"""So many parts of the runs each process gets: enough for a progress bar, and few, as each comes with the library."""


class Spread(Protocol):
    """Does the same with many things; results come in the order of the things."""

    def __call__(self, do: Callable[[A], B], things: Sequence[A], /) -> Iterator[B]: ...


def simulate(scene: Scene, *, runs: int, seed: int, processes: int = 1, said: Said = lambda share: None) -> Forecast:
    """The forecast of a brief from so many runs. With more than one process, so many share the work."""
    return forecast(scene, simulated(scene, runs=runs, seed=seed, processes=processes, said=said), seed)


def simulated(scene: Scene, *, runs: int, seed: int, processes: int = 1, said: Said = lambda share: None) -> list[Run]:
    """The runs themselves, in their order."""
    firsts = first_batches(scene)
    few = shelved(scene, [(batch, walked(scene, seed, batch)) for batch in firsts])
    batches = list(_chunks(needed(scene, seed, runs, few)))
    walks = sum(batch.last - batch.first for batch in batches)
    with _spread(processes if walks >= WORTH_IT else 1) as spread:
        made: list[Sequence[Walk]] = []
        for nth, some in enumerate(spread(partial(walked, scene, seed), batches), start=1):
            made.append(some)
            said(nth / len(batches) / 2)
        library = shelved(scene, zip(batches, made, strict=True), few)
        size = ceil(runs / (PIECES * processes))
        pieces = [range(first, min(first + size, runs)) for first in range(0, runs, size)]
        done: list[Run] = []
        for some_runs in spread(partial(_runs, scene, library, seed), pieces):
            done += some_runs
            said((1 + len(done) / runs) / 2)
    return done


def _runs(scene: Scene, library: Library, seed: int, numbers: range) -> list[Run]:
    return [campaign(scene, library, stream(seed, "run", number)) for number in numbers]


def cores() -> int:
    """How many processes can work at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chunks(batches: Sequence[Batch]) -> Iterator[Batch]:
    for batch in batches:
        for first in range(batch.first, batch.last, CHUNK):
            yield replace(batch, first=first, last=min(first + CHUNK, batch.last))


@contextmanager
def _spread(processes: int) -> Iterator[Spread]:
    if processes <= 1:
        yield map
        return
    # A fork would copy the locks of whoever calls, and an API process has threads that hold some.
    pool = ProcessPoolExecutor(processes, get_context("spawn"))
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)
