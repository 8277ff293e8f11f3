import asyncio
import os
import signal
import socket
import sys
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import asyncpg
import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType

from api.embedded.stack import EmbeddedError, EmbeddedStack, Ports

ROOT = Path(__file__).parents[3]
ATTRIBUTES = {"GroundswellStage": SearchAttributeIndexedValueType.KEYWORD}


async def ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_the_stack_offers_postgresql_temporal_and_mail(data_dir: Path) -> None:
    """One `async with` gives a database, a Temporal server with the search attributes, and a mail server."""
    lines: list[str] = []
    stack = EmbeddedStack(data_dir / "data", ports=Ports.ANY_FREE, search_attributes=ATTRIBUTES, progress=lines.append)
    async with stack:
        assert str(await ask(stack.dsn, "SHOW server_version")).startswith("18.")
        assert await ask(stack.dsn, "SELECT current_database()") == "groundswell"
        client = await Client.connect(stack.temporal_address)
        assert (await client.count_workflows("GroundswellStage = 'monitoring'")).count == 0
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "brand@example.com", "creator@example.com", "Hello"
        mail.set_content("Would you like to work with us?")
        await aiosmtplib.send(mail, hostname=stack.smtp_host, port=stack.smtp_port)
        assert (await stack.mail.wait_for("creator@example.com")).subject == "Hello"
    ready = [line for line in lines if " ready in " in line]
    assert [line.split(" ready")[0] for line in ready] == ["PostgreSQL 18", "Temporal", "Mail"]


async def test_data_survives_a_restart(data_dir: Path) -> None:
    """Rows, workflows and mails are still there when the stack is started again on the same directory."""
    stack = EmbeddedStack(data_dir / "data", ports=Ports.ANY_FREE)
    async with stack:
        await ask(stack.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        client = await Client.connect(stack.temporal_address)
        await client.start_workflow("Anything", id="kept", task_queue="nobody-listens")
    async with stack:
        assert await ask(stack.dsn, "SELECT answer FROM kept") == 42
        client = await Client.connect(stack.temporal_address)
        assert (await client.get_workflow_handle("kept").describe()).id == "kept"


async def test_a_second_stack_on_the_same_directory_is_refused(data_dir: Path) -> None:
    """The refusal names the process that uses the directory, and leaves the running stack alone."""
    async with EmbeddedStack(data_dir / "data", ports=Ports.ANY_FREE) as stack:
        with pytest.raises(EmbeddedError, match=f"in use by another groundswell .process {os.getpid()}."):
            await EmbeddedStack(data_dir / "data", ports=Ports.ANY_FREE).__aenter__()
        assert await ask(stack.dsn, "SELECT 1") == 1


async def test_ports_that_are_taken_are_replaced_with_a_note(data_dir: Path) -> None:
    """A taken port is no reason to fail: another one is used, and a line says which."""
    lines: list[str] = []
    with socket.socket() as temporal, socket.socket() as ui, socket.socket() as smtp:
        for taken in (temporal, ui, smtp):
            taken.bind(("127.0.0.1", 0))
            taken.listen()
        ports = Ports(*(taken.getsockname()[1] for taken in (temporal, ui, smtp)))
        async with EmbeddedStack(data_dir / "data", ports=ports, progress=lines.append) as stack:
            used = [stack.temporal_address.split(":")[1], stack.temporal_ui.split(":")[2], str(stack.smtp_port)]
    assert not {str(port) for port in (ports.temporal, ports.temporal_ui, ports.smtp)} & set(used)
    notes = " ".join(line for line in lines if "is taken" in line)
    assert all(port in notes for port in used)


STACK_IN_ANOTHER_PROCESS = """
import asyncio, pathlib, sys
from api.embedded.stack import EmbeddedStack, Ports
async def main():
    async with EmbeddedStack(pathlib.Path(sys.argv[1]), ports=Ports.ANY_FREE) as stack:
        print(stack.dsn, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_a_stack_starts_after_its_predecessor_was_killed(data_dir: Path) -> None:
    """kill -9 of the whole program leaves servers behind; the next start takes them over and stops them in the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STACK_IN_ANOTHER_PROCESS, str(data_dir / "data"), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    dsn = (await process.stdout.readline()).decode().strip()
    await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert await ask(dsn, "SELECT answer FROM kept") == 42, "PostgreSQL outlives its parent"
    async with EmbeddedStack(data_dir / "data", ports=Ports.ANY_FREE) as stack:
        assert stack.dsn == dsn
        assert await ask(stack.dsn, "SELECT answer FROM kept") == 42
        assert (await (await Client.connect(stack.temporal_address)).count_workflows()).count == 0
    with pytest.raises(OSError, match="No such file"):
        await ask(dsn, "SELECT 1")


async def test_a_start_that_fails_leaves_nothing_running(data_dir: Path) -> None:
    """When a later part cannot start, the earlier ones are stopped and the directory is free again."""
    data = data_dir / "data"
    data.mkdir()
    (data / "temporal.db").mkdir()
    with pytest.raises(EmbeddedError, match="Temporal did not start"):
        await EmbeddedStack(data, ports=Ports.ANY_FREE).__aenter__()
    assert not (data / "postgres" / "postmaster.pid").exists()
    (data / "temporal.db").rmdir()
    async with EmbeddedStack(data, ports=Ports.ANY_FREE) as stack:
        assert await ask(stack.dsn, "SELECT 1") == 1
