"""Everything that Groundswell needs beside itself, from wheels: PostgreSQL, Temporal with its UI, and a mail server.

It serves one person's machine: demo, development, tests, a first look. All data lives in one directory and survives.

    async with EmbeddedStack(Path(".groundswell")) as stack:
        ... stack.dsn, stack.temporal_address, stack.smtp_port
"""

import fcntl
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import ClassVar, Self

from api.embedded.mail import MailSink
from api.embedded.postgres import PostgresServer
from api.embedded.process import LOOPBACK, EmbeddedError, Progress, require_wheels, silent
from api.embedded.temporal import TemporalServer

__all__ = ["EmbeddedError", "EmbeddedStack", "MailSink", "Ports", "PostgresServer", "TemporalServer"]


@dataclass(frozen=True)
class Ports:
    """The ports that people expect. One that is taken is replaced by a free one, with a note; 0 asks for a free one.

    PostgreSQL has none: it listens on a unix socket.
    """

    temporal: int = 7233
    temporal_ui: int = 8233
    smtp: int = 1025

    ANY_FREE: ClassVar["Ports"]


Ports.ANY_FREE = Ports(temporal=0, temporal_ui=0, smtp=0)


class EmbeddedStack:
    """PostgreSQL, Temporal and a mail server on the data in `data_dir`; only one stack at a time may use it.

    `search_attributes` maps names to indexed value types, as `TemporalServer` takes them. `progress` gets a line for
    each part that is ready, and notes about what turned out otherwise than asked.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        ports: Ports | None = None,
        search_attributes: Mapping[str, int] | None = None,
        postgres_settings: Mapping[str, str] | None = None,
        progress: Progress = silent,
    ) -> None:
        ports = ports or Ports()
        self.data_dir = data_dir.resolve()
        self.mail = MailSink(self.data_dir / "mail", port=ports.smtp, progress=progress)
        self._progress = progress
        self._postgres = PostgresServer(self.data_dir / "postgres", settings=postgres_settings, progress=progress)
        self._temporal = TemporalServer(
            self.data_dir / "temporal.db",
            port=ports.temporal,
            ui_port=ports.temporal_ui,
            search_attributes=search_attributes,
            progress=progress,
        )
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start all three.

        Raises:
            EmbeddedError: a wheel is missing, the directory is in use, or a server does not start.
        """
        require_wheels()
        # Its contents are private one by one: PostgreSQL's account, if it has its own, must get through to its part.
        self.data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        async with AsyncExitStack() as starting:
            starting.enter_context(_alone_in(self.data_dir))
            for name, enter in self._parts(starting):
                since = perf_counter()
                await enter()
                self._progress(f"{name} ready in {perf_counter() - since:.1f} s")
            self._running = starting.pop_all()
        return self

    def _parts(self, starting: AsyncExitStack) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
        yield "PostgreSQL 18", lambda: starting.enter_async_context(self._postgres)
        yield "Temporal", lambda: starting.enter_async_context(self._temporal)
        yield "Mail", lambda: starting.enter_async_context(self.mail)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all three, last started first."""
        await self._running.aclose()

    @property
    def dsn(self) -> str:
        """Where the database is, for asyncpg and libpq."""
        return self._postgres.dsn

    @property
    def temporal_address(self) -> str:
        """Host and port of Temporal's frontend."""
        return self._temporal.address

    @property
    def temporal_pid(self) -> int:
        """The number of Temporal's process."""
        return self._temporal.pid

    @property
    def temporal_metrics(self) -> str:
        """URL of Temporal's own figures, in Prometheus's text format."""
        return self._temporal.metrics

    @property
    def temporal_ui(self) -> str:
        """URL of Temporal's web UI."""
        return self._temporal.ui or ""

    def decode_payloads_at(self, endpoint: str) -> None:
        """Have Temporal's UI ask this address for payloads in clear, from the next start on."""
        self._temporal.codec_endpoint = endpoint

    @property
    def smtp_host(self) -> str:
        """Host of the mail server."""
        return LOOPBACK

    @property
    def smtp_port(self) -> int:
        """Port of the mail server, without TLS or login."""
        return self.mail.port

    @property
    def mail_dir(self) -> Path:
        """Where accepted mails are, as .eml files."""
        return self.mail.directory


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Hold the directory's lock, which the system releases however this process ends."""
    with (directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise EmbeddedError(
                f"{directory} is in use by another groundswell (process {holder}): stop it, or choose another directory"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
