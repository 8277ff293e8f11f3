import asyncio
import gc
import subprocess
import sys
from time import sleep

import pytest

from workflows.garbage_collection import NEVER, CollectingExecutor


async def test_garbage_is_never_collected_while_a_workflow_task_is_under_way() -> None:
    under_way = 0
    found: list[int] = []

    async def one(after: float) -> None:
        nonlocal under_way
        await asyncio.sleep(after)
        running = asyncio.get_running_loop().run_in_executor(threads, sleep, 0.002)
        under_way += 1
        await running
        under_way -= 1

    with CollectingExecutor(4, collect=lambda: found.append(under_way)) as threads:
        for _ in range(20):
            await asyncio.gather(*(one(after / 1_000) for after in (0, 1, 1, 2, 3, 5)))
            await asyncio.sleep(0.01)
    assert len(found) >= 20
    assert set(found) == {0}


async def test_a_slow_collection_is_followed_by_a_hundred_times_as_long_without_one() -> None:
    collected = []

    def slowly() -> None:
        collected.append(1)
        sleep(0.05)

    with CollectingExecutor(1, collect=slowly) as threads:
        for _ in range(50):
            await asyncio.get_running_loop().run_in_executor(threads, sleep, 0.001)
            await asyncio.sleep(0)
    assert len(collected) == 1


async def test_what_a_workflow_task_raises_reaches_whoever_waits_and_counts_as_its_end() -> None:
    collected = []
    with CollectingExecutor(1, collect=lambda: collected.append(1)) as threads:
        for _ in range(3):
            with pytest.raises(ValueError, match="no number"):
                await asyncio.get_running_loop().run_in_executor(threads, int, "no number")
            await asyncio.sleep(0.01)
    assert len(collected) == 3


def test_python_itself_makes_no_full_collections_any_more_and_leaves_out_what_was_loaded() -> None:
    code = (
        "import gc; from workflows.garbage_collection import leave_garbage_to_the_executor as leave; leave(); "
        "print(gc.get_threshold()[2], gc.get_freeze_count() > 10_000)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(NEVER), "True"]
    assert gc.get_threshold()[2] != NEVER, "only the process that asked for it is changed"
