import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import monotonic

import psutil
import pytest

from api.embedded.process import EmbeddedError
from api.embedded.supervisor import Child

SLEEPS = "import os, time; print('up', os.environ['GREETING'], flush=True); time.sleep(600)"
DIES = "import sys; sys.exit('out of coffee')"


@pytest.fixture
async def said() -> list[str]:
    return []


def child(directory: Path, said: list[str], program: str = SLEEPS) -> Child:
    return Child(
        "barista",
        [sys.executable, "-c", program],
        environment={**os.environ, "GREETING": "hello"},
        directory=directory,
        progress=said.append,
        first_pause=0.05,
    )


@pytest.fixture
async def running(tmp_path: Path, said: list[str]) -> AsyncIterator[Child]:
    one = child(tmp_path, said)
    await one.start()
    yield one
    await one.stop()


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    give_up = monotonic() + seconds
    while not condition():
        assert monotonic() < give_up, "it took too long"
        await asyncio.sleep(0.02)


async def test_a_killed_child_is_started_again_and_it_is_said(running: Child, said: list[str]) -> None:
    """Whatever kills it."""
    first = running.kill()
    await until(lambda: running.starts == 2)
    assert running.pid != first
    assert "was killed by SIGKILL; it is started again" in said[0]


async def test_a_child_gets_its_environment_and_writes_to_its_log(running: Child) -> None:
    """And nothing to the terminal."""
    await until(lambda: "up hello" in running.last_words())
    assert running.log.name == "barista.log"


async def test_the_pause_grows_while_a_child_keeps_dying(tmp_path: Path, said: list[str]) -> None:
    """A broken installation must not burn the processor."""
    one = child(tmp_path, said, DIES)
    await one.start()
    await until(lambda: len(said) >= 3)
    await one.stop()
    assert [line.split(" again in ")[1].split(" ")[0] for line in said[:3]] == ["0.05", "0.1", "0.2"]
    assert "ended with exit code 1" in said[0]
    assert "out of coffee" in one.last_words()


async def test_a_stopped_child_stays_stopped(tmp_path: Path, said: list[str]) -> None:
    """Stopping is no death."""
    one = child(tmp_path, said)
    await one.start()
    pid = one.pid
    await one.stop()
    assert not psutil.pid_exists(pid)
    assert (one.starts, said) == (1, [])
    with pytest.raises(EmbeddedError, match="does not run"):
        _ = one.pid


async def test_the_next_supervisor_ends_an_orphan(tmp_path: Path, said: list[str]) -> None:
    """A supervisor that was killed leaves its children behind."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(600)")
    known = {"pid": process.pid, "started": psutil.Process(process.pid).create_time()}
    (tmp_path / "barista.pid").write_text(json.dumps(known))
    one = child(tmp_path, said)
    await one.start()
    await one.stop()
    assert await process.wait() != 0
    assert "of an earlier start still ran" in said[0]


async def test_a_number_that_is_now_somebody_elses_is_left_alone(tmp_path: Path, said: list[str]) -> None:
    """Process numbers are used again."""
    (tmp_path / "barista.pid").write_text(json.dumps({"pid": os.getpid(), "started": 1.0}))
    one = child(tmp_path, said)
    await one.start()
    await one.stop()
    assert said == []
