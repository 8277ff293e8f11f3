"""Memory and processor time of processes that are watched."""

import asyncio
import os
import subprocess
import sys
from time import process_time

import pytest

from api.bench.processes import Watch, median, quantile, watching

HUNGRY = "data = bytearray(64 * 2**20); data[::4096] = b'x' * len(data[::4096]); print(flush=True); input()"


def test_a_process_is_as_large_as_what_it_holds_and_stays_known_after_its_end() -> None:
    """Its peak is what remains once it has gone."""
    with subprocess.Popen([sys.executable, "-c", HUNGRY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        watch = Watch({"hungry": lambda: process.pid})
        watch.look()
        process.stdin.close()
        process.wait()
    watch.look()
    assert watch.usage()["hungry"].peak_bytes > 64 * 2**20


def test_processor_time_is_counted_from_the_first_look() -> None:
    """What was spent before does not count; this process's children are programs of their own."""
    watch = Watch({"us": os.getpid})
    watch.look()
    assert watch.usage()["us"].cpu_seconds == 0
    until = process_time() + 0.2
    while process_time() < until:
        pass
    watch.look()
    assert 0.15 <= watch.usage()["us"].cpu_seconds < 30


async def test_it_looks_by_itself_while_the_block_runs() -> None:
    """And once more at its end."""
    async with watching({"us": os.getpid}, every=0.01) as watch:
        await asyncio.sleep(0.05)
    assert watch.usage()["us"].peak_bytes >= watch.usage()["us"].last_bytes > 2**20


@pytest.mark.parametrize(
    ("values", "share", "found"), [([], 0.5, 0.0), ([3.0], 0.99, 3.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 3.0)]
)
def test_quantiles_are_values_that_were_measured(values: list[float], share: float, found: float) -> None:
    """None is made up between two of them."""
    assert quantile(values, share) == found
    assert quantile(range(1_000), 0.99) == 990
    assert median([5.0, 1.0, 9.0]) == 5.0
