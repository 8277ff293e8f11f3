"""What a process that serves does first; and that workflows log nothing twice."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from temporalio import workflow
from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import logs, tracing
from tests.keys import MASTER_KEYS
from workflows import observing
from workflows.observing import LATENESS_SECONDS, core_metrics_address, observe
from workflows.settings import Settings


def settings(**given: Any) -> Settings:
    return Settings(
        database_url=SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        secret_key=SecretStr("k" * 32),
        master_keys=SecretStr(MASTER_KEYS),
        **given,
    )


@pytest.fixture(autouse=True)
def again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that can be made observable, and is afterwards what it was."""
    before, hook = Runtime.default(), sys.excepthook
    yield
    logs.forget()
    sys.excepthook = hook
    Runtime.set_default(before, error_if_already_set=False)
    monkeypatch.setattr(observing._Process, "core_metrics", None)


def test_it_logs_as_the_settings_say(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is for what a command answers."""
    observe(settings(log_format="json", log_level="warning"), "tests")
    logging.getLogger("any").info("quiet")
    logging.getLogger("any").warning("loud")
    said = capsys.readouterr()
    assert [json.loads(line)["event"] for line in said.err.splitlines()] == ["loud"]
    assert said.out == ""


def test_what_nobody_has_caught_is_logged_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    observe(settings(log_format="json"), "tests")
    error = ValueError("ines@creators.example")
    sys.excepthook(ValueError, error, None)
    said = capsys.readouterr().err
    line = json.loads(said)
    assert (line["level"], line["error"]) == ("critical", "ValueError")
    assert "ines" not in said


def test_without_a_port_the_core_serves_no_figures() -> None:
    """Unless they are asked for: the API shows them at an address of its own, and a worker's port is not its."""
    observe(settings(), "tests")
    assert core_metrics_address() is None
    observe(settings(), "tests", core_figures=True)
    assert core_metrics_address() is not None
    observe(settings(metrics_port=0), "tests", core_figures=False)
    assert core_metrics_address() is None


async def test_with_a_port_the_core_serves_its_figures_on_loopback(temporal_address: str) -> None:
    """Those of clients that are made afterwards."""
    observe(settings(metrics_port=0), "tests")
    address = core_metrics_address()
    assert address is not None and address.startswith("127.0.0.1:")  # noqa: PT018 - one thought
    client = await Client.connect(temporal_address)
    assert await client.service_client.check_health()
    async with httpx.AsyncClient() as prometheus:
        assert "temporal_request" in (await prometheus.get(f"http://{address}/metrics")).text
    assert sorted(LATENESS_SECONDS) == list(LATENESS_SECONDS)


def test_traces_that_cannot_be_sent_stop_the_process_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "nowhere")
    with pytest.raises(tracing.TracingUnavailable, match="nowhere"):
        observe(settings(), "tests")


@workflow.defn(name="Talks")
class Talks:
    """Says something between waits."""

    @workflow.run
    async def run(self, campaign_id: str) -> None:
        for step in ("first", "second", "third"):
            workflow.logger.info("%s step", step, extra={"campaign_id": campaign_id})
            await workflow.sleep(timedelta(milliseconds=20))


async def test_a_workflow_that_is_replayed_logs_nothing_twice(temporal_client: Client) -> None:
    """Without a cache each of its tasks begins with a replay of everything before; each line has its ids."""
    lines, queue, id_ = io.StringIO(), uuid4().hex, f"collaboration/{uuid4().hex}"
    logs.configure(logs.LogFormat.JSON, "info", lines)
    try:
        async with Worker(
            temporal_client,
            task_queue=queue,
            workflows=[Talks],
            max_cached_workflows=0,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            handle = await temporal_client.start_workflow("Talks", "tea", id=id_, task_queue=queue)
            await handle.result()
    finally:
        logs.forget()
    said = [json.loads(line) for line in lines.getvalue().splitlines() if " step" in line]
    assert [line["event"] for line in said] == ["first step", "second step", "third step"]
    for line in said:
        assert (line["collaboration_id"], line["campaign_id"]) == (id_.partition("/")[2], "tea")
        assert (line["workflow"], line["run_id"]) == ("Talks", handle.first_execution_run_id)
