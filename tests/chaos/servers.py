"""Servers that can be lost, and found again at the same place: their clients have no other way to know of it."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from api.embedded.postgres import PostgresServer, wheel_binaries
from api.embedded.process import free_ports
from api.embedded.temporal import TemporalServer
from workflows.search_attributes import INDEXED

ROOT = Path(__file__).parents[2]


class Postgres:
    """A PostgreSQL of one's own, with every setting of durability as people have it."""

    def __init__(self, directory: Path) -> None:
        self._data = directory / "postgres"
        self._socket = directory / "socket"
        self._server = PostgresServer(self._data)

    @property
    def dsn(self) -> str:
        """Where it is, also after it was lost and started again; short of a real server it moves with each start."""
        return f"postgresql://postgres@/groundswell?host={self._socket}&port=5432"

    async def start(self) -> None:
        """Start it, or another one on the same data."""
        await self._server.start()
        self.lead_to(self._server)

    def lead_to(self, server: PostgresServer) -> None:
        """Let `dsn` mean another server from now on."""
        directory = server.dsn.partition("host=")[2].partition("&")[0].replace("%2F", "/")
        self._socket.unlink(missing_ok=True)
        self._socket.symlink_to(directory)

    def kill(self) -> int:
        """Kill -9 the postmaster and every backend, at once; returns how many processes that were."""
        pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        postmaster.suspend()  # or it would begin to restart backends between two of the kills
        processes = [*postmaster.children(recursive=True), postmaster]
        for process in processes:
            process.kill()
        return len(processes)

    async def stop(self) -> None:
        """Stop it in order."""
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


async def run_postgres_tool(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; its complaints fail the test."""
    command = [str(wheel_binaries() / name), *arguments]
    result = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


class Temporal:
    """A Temporal server of one's own, whose database file can be lost."""

    def __init__(self, directory: Path) -> None:
        self._database = directory / "temporal" / "store.db"
        [self._port] = free_ports(1)
        self._server = self._on_the_same_port()

    def _on_the_same_port(self) -> TemporalServer:
        return TemporalServer(self._database, port=self._port, ui_port=None, search_attributes=INDEXED)

    @property
    def address(self) -> str:
        """Where it is, also after it was lost."""
        return f"127.0.0.1:{self._port}"

    async def lose(self) -> list[str]:
        """Stop the server and delete everything it knew; returns the names of the files."""
        await self._server.stop()
        files = sorted(self._database.parent.glob(f"{self._database.name}*"))
        for file in files:
            file.unlink()
        return [file.name for file in files]

    def kill(self) -> None:
        """Kill -9; what it had written is still there."""
        psutil.Process(self._server.pid).kill()

    async def start(self) -> None:
        """Start a server, an empty one if the last was lost."""
        await self._server.stop()
        self._server = self._on_the_same_port()
        await self._server.start()
        assert self._server.address == self.address

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop()


class Program:
    """One of our programs in a process of its own, started again as soon as it dies."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self.deaths: list[int] = []
        """The exit codes of those that died, after they had begun to work."""
        self._command = command
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._log_from = 0
        self._may_run = asyncio.Event()
        self._may_run.set()

    def stay_dead(self) -> None:
        """Once it dies, do not start it again before `rise`."""
        self._may_run.clear()

    def rise(self) -> None:
        """Start it again now, and from now on."""
        self._may_run.set()

    def kill(self) -> None:
        """Kill -9."""
        assert self._process is not None, "it was started"
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)

    def tell_to_stop(self) -> None:
        """SIGTERM, as a deployment sends it: it finishes what it has begun."""
        assert self._process is not None, "it was started"
        self._process.send_signal(signal.SIGTERM)

    async def stop(self) -> None:
        """End it for good; what it had begun stays undone."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        if self._process is not None:
            self.kill()
            await self._process.wait()

    async def start(self) -> None:
        """Start it, and watch over it from now on."""
        await self._launch()
        self._watching = asyncio.create_task(self._watch())

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _launch(self) -> None:
        with self.log.open("ab") as log:
            self._log_from = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
            )

    def _found_no_temporal(self, code: int) -> bool:
        """Whether it ended by itself because there was no Temporal when it started: then it is only started again."""
        said = self.log.read_bytes()[self._log_from :]
        return code == 1 and b"Failed client connect: Server connection error" in said

    async def _watch(self) -> None:
        while True:
            assert self._process is not None, "it was launched before"
            code = await self._process.wait()
            if not self._found_no_temporal(code):
                self.deaths.append(code)
            await self._may_run.wait()
            await self._launch()
