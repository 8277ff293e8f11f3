import asyncio
import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from time import sleep
from weakref import ref

import pytest
from structlog.testing import capture_logs

from workflows import garbage_collection
from workflows.garbage_collection import NEVER, CollectingExecutor, Garbage

LONG = 3_600.0


class Asked(Garbage):
    """Garbage that only counts how often it is asked to be collected."""

    def __init__(self, act: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.between, self.while_idle = 0, 0
        self._act = act

    def collect(self) -> None:
        self.between += 1
        self._act()

    def collect_while_idle(self) -> None:
        self.while_idle += 1
        self._act()


class Circle:
    """Refers to itself: counting references never frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def garbage(nothing_collected: None) -> Iterator[Garbage]:
    """Nothing but this collects in the meantime; afterwards everything is as it was."""
    yield Garbage()
    gc.unfreeze()


def broken_off(garbage: Garbage) -> ref[Circle]:
    """A circle that has survived a collection, and that nobody else refers to any more."""
    kept = Circle()
    garbage.collect()
    return ref(kept)


async def run(threads: CollectingExecutor, seconds: float = 0.001) -> None:
    await asyncio.get_running_loop().run_in_executor(threads, sleep, seconds)


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

    with CollectingExecutor(4, garbage=Asked(lambda: found.append(under_way)), every=0, idle=0.005) as threads:
        for _ in range(20):
            await asyncio.gather(*(one(after / 1_000) for after in (0, 1, 1, 2, 3, 5)))
            await asyncio.sleep(0.01)
    assert len(found) >= 20
    assert set(found) == {0}


async def test_between_two_collections_is_a_while_without_one() -> None:
    garbage = Asked()
    with CollectingExecutor(1, garbage=garbage, every=0.3, idle=LONG) as threads:
        for _ in range(50):
            await run(threads)
            await asyncio.sleep(0)
        assert garbage.between == 1
        await asyncio.sleep(0.4)
        await run(threads)
        assert garbage.between == 2


async def test_what_a_workflow_task_raises_reaches_whoever_waits_and_counts_as_its_end() -> None:
    garbage = Asked()
    with CollectingExecutor(1, garbage=garbage, every=0, idle=LONG) as threads:
        for _ in range(3):
            with pytest.raises(ValueError, match="no number"):
                await asyncio.get_running_loop().run_in_executor(threads, int, "no number")
            await asyncio.sleep(0.01)
    assert garbage.between == 3


async def test_a_worker_is_idle_when_no_task_has_come_for_a_while() -> None:
    """Each task starts the while anew; being idle is noticed once."""
    garbage = Asked()
    with CollectingExecutor(1, garbage=garbage, idle=0.2) as threads:
        for _ in range(5):
            await run(threads)
            await asyncio.sleep(0.05)
        assert garbage.while_idle == 0
        await asyncio.sleep(0.5)
        assert garbage.while_idle == 1


async def test_the_log_tells_when_and_how_long_a_worker_stood_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage_collection, "WORTH_A_LINE", 0.05)
    with capture_logs() as lines, CollectingExecutor(1, garbage=Asked(lambda: sleep(0.1)), idle=LONG) as threads:
        await run(threads)
        await run(threads)
    (line,) = lines
    assert line["event"] == "stood still to collect garbage"
    assert 0.1 <= line["seconds"] < 2


def test_what_survives_a_collection_is_not_looked_at_again_until_the_worker_is_idle(garbage: Garbage) -> None:
    """A circle that breaks off from it later stays until then, and goes then."""
    gone = broken_off(garbage)
    garbage.collect()
    assert gone() is not None
    ballast: list[list[int]] = [[] for _ in range(int(sys.getallocatedblocks() * 1.5))]
    garbage.collect_while_idle()
    assert gone() is None
    assert len(ballast) > 0


@pytest.mark.parametrize("collect", [Garbage.collect, Garbage.collect_while_idle])
def test_what_was_made_since_the_last_collection_goes_with_the_next(
    garbage: Garbage, collect: Callable[[Garbage], None]
) -> None:
    """Also with one that comes because the worker is idle."""
    garbage.collect()
    gone = ref(Circle())
    assert gone() is not None
    collect(garbage)
    assert gone() is None


def test_an_idle_worker_does_not_look_at_everything_where_it_has_not_grown_or_that_takes_too_long(
    garbage: Garbage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = broken_off(garbage)
    garbage.collect_while_idle()
    assert gone() is not None, "it has not grown"
    monkeypatch.setattr(garbage_collection, "OVERGROWN", 0)
    garbage.collect()
    assert gone() is None, "a look at everything, which tells how long one takes"
    monkeypatch.undo()
    gone = broken_off(garbage)
    monkeypatch.setattr(garbage_collection, "GROWN", 0)
    monkeypatch.setattr(garbage_collection, "TOO_LONG", 0)
    garbage.collect_while_idle()
    assert gone() is not None, "it takes too long"


def test_a_worker_that_is_never_idle_looks_at_everything_once_it_has_grown_far_too_much(
    garbage: Garbage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = broken_off(garbage)
    monkeypatch.setattr(garbage_collection, "OVERGROWN", garbage.growth * 0.9)
    garbage.collect()
    assert gone() is None


def test_python_itself_makes_no_full_collections_any_more_and_leaves_out_what_was_loaded() -> None:
    code = (
        "import gc; from workflows.garbage_collection import leave_garbage_to_the_executor as leave; leave(); "
        "print(gc.get_threshold()[2], gc.get_freeze_count() > 10_000)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(NEVER), "True"]
    assert gc.get_threshold()[2] != NEVER, "only the process that asked for it is changed"
