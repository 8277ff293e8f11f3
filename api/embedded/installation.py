"""All of Groundswell on one machine: the embedded stack, and a worker and an API as supervised processes.

async with Installation(Path(".groundswell")) as here:
    ... here.api_url, here.api_key
"""

import asyncio
import base64
import json
import os
import secrets
import shlex
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, perf_counter
from types import TracebackType
from typing import Self

import httpx
from rich.table import Table
from rich.text import Text

from activities.store.migrate import migrate
from api.embedded.process import LOOPBACK, Progress, free_ports, is_free, silent
from api.embedded.stack import EmbeddedError, EmbeddedStack, Ports
from api.embedded.supervisor import Child
from workflows.search_attributes import INDEXED

API_PORT = 8000
START_PATIENCE = 60.0
"""Seconds until the API must be ready; on a slow machine the first start compiles everything."""
POLL_SECONDS = 1.0
"""How often outreach looks at its collaborations: on one's own machine nobody minds the queries."""


@dataclass(frozen=True)
class Keys:
    """An installation's secrets, made once."""

    api_key: str
    secret_key: str
    master_keys: str
    ops_key: str


def keys_in(directory: Path) -> Keys:
    """The keys kept in `keys.json`, which only its owner can read; those that are missing are made."""
    path = directory / "keys.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    keys = Keys(**{**asdict(_new_keys()), **kept})
    if asdict(keys) != kept:
        new = path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(keys), file)
        new.replace(path)
    return keys


def _new_keys() -> Keys:
    return Keys(
        api_key=f"gsk_{secrets.token_urlsafe(24)}",
        secret_key=secrets.token_urlsafe(48),
        master_keys=f"1={base64.b64encode(secrets.token_bytes(32)).decode()}",
        ops_key=f"gso_{secrets.token_urlsafe(24)}",
    )


def environment_of(data_dir: Path) -> dict[str, str]:
    """What a process needs to know to be part of the installation that runs, or last ran, in a directory.

    Raises:
        EmbeddedError: none has ever run there.
    """
    try:
        lines = _environment_file(data_dir).read_text().splitlines()
    except FileNotFoundError:
        raise EmbeddedError(f"No groundswell has run in {data_dir}: start one with `groundswell up`") from None
    return dict(shlex.split(line)[1].split("=", 1) for line in lines)


def _environment_file(data_dir: Path) -> Path:
    return data_dir / "environment"


class Installation:
    """One stack with its worker and its API. `ports` and `api_port`: one that is taken gives way to a free one.

    With `payloads_in_clear` Temporal's UI shows them to whoever opens it, which on this machine anybody can. `outside`
    are further settings, which lead worker and API to services outside, or to their twins; without them those of this
    process's environment are taken.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        ports: Ports | None = None,
        api_port: int = API_PORT,
        progress: Progress = silent,
        poll_seconds: float = POLL_SECONDS,
        payloads_in_clear: bool = False,
        outside: Mapping[str, str] | None = None,
    ) -> None:
        self.stack = EmbeddedStack(data_dir, ports=ports, search_attributes=INDEXED, progress=progress)
        self.worker: Child
        self.api: Child
        self.keys: Keys
        self._outside = settings_of_services(os.environ) if outside is None else outside
        self.api_port = api_port
        self._poll_seconds = poll_seconds
        self._ui_key = secrets.token_urlsafe(24) if payloads_in_clear else ""
        self._progress = progress
        self._running = AsyncExitStack()

    @property
    def data_dir(self) -> Path:
        """Where everything is kept."""
        return self.stack.data_dir

    @property
    def api_url(self) -> str:
        """Where the API is; its documentation is at `/docs`."""
        return f"http://{LOOPBACK}:{self.api_port}"

    @property
    def api_key(self) -> str:
        """The brand's key to the API."""
        return self.keys.api_key

    async def __aenter__(self) -> Self:
        """Start everything, and wait until the API says that it is ready.

        Raises:
            EmbeddedError: some part does not start.
        """
        self._choose_api_port()
        if self._ui_key:
            self.stack.decode_payloads_at(f"{self.api_url}/codec/{self._ui_key}")
        async with AsyncExitStack() as starting:
            await starting.enter_async_context(self.stack)
            self.keys = await asyncio.to_thread(keys_in, self.data_dir)
            applied = await migrate(self.stack.dsn)
            if applied:
                self._progress(f"Database migrated: {len(applied)} steps")
            since = perf_counter()
            self.worker, self.api = self._child("worker"), self._child("api", "--port", str(self.api_port))
            for child in (self.worker, self.api):
                starting.push_async_callback(child.stop)
                await child.start()
            await self._ready()
            self._write_environment()
            self._progress(f"Worker and API ready in {perf_counter() - since:.1f} s")
            self._running = starting.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything, last started first."""
        await self._running.aclose()

    def environment(self) -> Mapping[str, str]:
        """What a process of this installation needs to know, as environment variables."""
        return {
            "DATABASE_URL": self.stack.dsn,
            "TEMPORAL_ADDRESS": self.stack.temporal_address,
            "GROUNDSWELL_SECRET_KEY": self.keys.secret_key,
            "GROUNDSWELL_MASTER_KEYS": self.keys.master_keys,
            "GROUNDSWELL_API_KEYS": f"brand={self.keys.api_key}",
            "GROUNDSWELL_OPS_KEYS": f"operator={self.keys.ops_key}" + (f",ui={self._ui_key}" if self._ui_key else ""),
            "GROUNDSWELL_TEMPORAL_UI_URL": self.stack.temporal_ui,
            "GROUNDSWELL_PUBLIC_URL": self.api_url,
            "GROUNDSWELL_SMTP_HOST": self.stack.smtp_host,
            "GROUNDSWELL_SMTP_PORT": str(self.stack.smtp_port),
            "GROUNDSWELL_POLL_SECONDS": str(self._poll_seconds),
            **self._outside,
        }

    def _write_environment(self) -> None:
        """For `--data-dir` of other commands, and for shells: `. .groundswell/environment`."""
        path = _environment_file(self.data_dir)
        path.touch(mode=0o600)
        path.write_text("".join(f"export {name}={shlex.quote(it)}\n" for name, it in self.environment().items()))

    def _choose_api_port(self) -> None:
        wanted = self.api_port
        if wanted == 0 or not is_free(wanted):
            self.api_port = free_ports(1)[0]
        if wanted not in (0, self.api_port):
            self._progress(f"Note: port {wanted} is taken, so the API uses {self.api_port}")

    def _child(self, command: str, *arguments: str) -> Child:
        return Child(
            command,
            [sys.executable, "-m", "api.cli", command, *arguments],
            environment=_inherited() | dict(self.environment()),
            directory=self.data_dir / "logs",
            progress=self._progress,
        )

    async def _ready(self) -> None:
        give_up = monotonic() + START_PATIENCE
        said = ""
        async with httpx.AsyncClient(base_url=self.api_url, timeout=5) as client:
            while monotonic() < give_up:
                try:
                    answer = await client.get("/readyz")
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.is_success:
                    return
                said = answer.text
                await asyncio.sleep(0.2)
        words = "\n".join(f"--- {child.log}\n{child.last_words()}" for child in (self.worker, self.api))
        raise EmbeddedError(f"Worker and API are not ready after {START_PATIENCE:.0f} s. {said}\n{words}")


def addresses(here: Installation) -> Table:
    """Where everything is, for a person."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, where in (
        ("Console", f"{here.api_url}/console"),
        ("API key, to sign in with", here.api_key),
        ("API and its documentation", f"{here.api_url}/docs"),
        ("Temporal", here.stack.temporal_ui),
        ("Operator's key", here.keys.ops_key),
        ("Mails that were sent", str(here.stack.mail_dir)),
        ("Data, logs, settings", str(here.data_dir)),
    ):
        table.add_row(Text(name, style="bold"), Text(where))
    return table


async def until_stopped() -> None:
    """Wait for Ctrl-C or SIGTERM. A second one, while things are being stopped, has its usual effect again."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for each in signals:
        loop.add_signal_handler(each, stop.set)
    await stop.wait()
    for each in signals:
        loop.remove_signal_handler(each)


def settings_of_services(environment: Mapping[str, str]) -> dict[str, str]:
    """Those settings that lead to services outside, which an installation does not make up itself."""
    services = tuple(f"GROUNDSWELL_{name.upper()}_" for name in ("instagram", "neoreach", "fohr"))
    return {name: value for name, value in environment.items() if name.startswith(services)}


def _inherited() -> dict[str, str]:
    """This process's environment without what would lead a child to another installation."""
    ours = ("GROUNDSWELL_", "TEMPORAL_", "PG")
    told = ("GROUNDSWELL_LOG_", "GROUNDSWELL_METRICS_", "GROUNDSWELL_AT_ONCE", "GROUNDSWELL_CACHED_")
    return {name: value for name, value in os.environ.items() if name.startswith(told) or not name.startswith(ours)}
