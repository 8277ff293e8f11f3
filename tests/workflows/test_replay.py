"""Workflow code replays what earlier code has recorded: a change that does not is found here, not in production.

The histories in tests/histories were recorded from the paths in `paths.py` by `make histories`. Recording again is for
a new path, or after a change that `workflow.patched` makes replayable; it is no way to make a failing replay pass.
"""

import json
import os
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.worker import Replayer

from api.embedded.mail import MailSink
from api.embedded.temporal import TemporalServer
from domain.monitoring import Metrics, RecordMetrics
from tests.workflows.conftest import Bench, working
from tests.workflows.paths import PATHS, PATIENT, Story
from tests.workflows.recording import in_clear, runs_of, to_text
from workflows.sandbox import sandboxed
from workflows.search_attributes import INDEXED
from workflows.worker import WORKFLOWS

HISTORIES = Path(__file__).parents[1] / "histories"
LONG = ("continued_as_new", "continued_as_new.2")
"""The first two runs of a collaboration that the server finds too long."""

EVERY_TIME = ("completed", "countered_and_declined", "lapsed", "cancelled_with_a_kill_fee", "campaign_closed")
"""Told in each test run, for the tests' sake that they are: the recorded histories of all are replayed anyway."""


def replayer(converter: DataConverter = pydantic_data_converter) -> Replayer:
    """Replays as the worker runs."""
    return Replayer(workflows=WORKFLOWS, data_converter=converter, workflow_runner=sandboxed())


async def replay(bench: Bench, name: str, history: WorkflowHistory) -> None:
    """Replay what has just been run, and keep it if it shall be recorded."""
    await replayer(bench.client.data_converter).replay_workflow(history)
    if os.environ.get("GROUNDSWELL_RECORD_HISTORIES"):
        HISTORIES.mkdir(exist_ok=True)
        plain = await in_clear(history, bench.client.data_converter)
        (HISTORIES / f"{name}.json").write_text(to_text(plain))


def told(stories: dict[str, Story]) -> list[object]:
    """The names of stories as parameters; most are told with the slow tests only."""
    return [pytest.param(name, marks=() if name in EVERY_TIME else pytest.mark.slow) for name in stories]


@pytest.mark.parametrize("name", told(PATHS))
async def test_what_was_just_run_replays(name: str, live: Bench) -> None:
    """The path is deterministic: its own history leads to the same commands."""
    stream = await PATHS[name](live)
    await replay(live, name, await live.client.get_workflow_handle(stream).fetch_history())


@pytest.mark.parametrize("name", told(PATIENT))
async def test_what_was_just_run_for_days_replays(name: str, bench: Bench) -> None:
    """So is each path on which somebody lets deadlines pass."""
    stream = await PATIENT[name](bench)
    await replay(bench, name, await bench.client.get_workflow_handle(stream).fetch_history())


@pytest.mark.slow
async def test_what_was_just_run_in_several_runs_replays(data_dir: Path, database: str, mail_sink: MailSink) -> None:
    """A run that ends because its history is long, and one that goes on from the stream."""
    config = {"limit.historyCount.suggestContinueAsNew": 40}
    server = TemporalServer(data_dir / "store.db", ui_port=None, search_attributes=INDEXED, dynamic_config=config)
    async with server:
        client = await Client.connect(server.address, data_converter=pydantic_data_converter)
        async with working(client, database, mail_sink, None) as bench:
            one = await bench.collaborate()
            await one.engage()
            for number in (1, 2):
                await one.publish(number)
                await one.tell(RecordMetrics(deliverable=number, metrics=Metrics(likes=1)))
            await one.until("CollaborationEnded")
            runs = await runs_of(one.handle)
            assert len(runs) >= len(LONG)
            for name, history in zip(LONG, runs, strict=False):
                await replay(bench, name, history)


@pytest.mark.parametrize("name", [*PATHS, *PATIENT, *LONG])
async def test_what_an_earlier_release_recorded_replays(name: str) -> None:
    """Campaigns run for months, so today's code must read yesterday's histories."""
    recorded = (HISTORIES / f"{name}.json").read_text()
    await replayer().replay_workflow(WorkflowHistory.from_json(f"recorded/{name}", recorded))


def test_every_recorded_history_is_of_a_path_that_can_be_told() -> None:
    """Otherwise nobody could record it anew."""
    assert {path.stem for path in HISTORIES.glob("*.json")} <= {*PATHS, *PATIENT, *LONG}


def test_every_kind_of_workflow_has_a_recorded_history() -> None:
    """A kind without one could be changed in a way that stops its running workflows, and nobody would see it."""
    recorded = set()
    for path in HISTORIES.glob("*.json"):
        started = json.loads(path.read_text())["events"][0]["workflowExecutionStartedEventAttributes"]
        recorded.add(started["workflowType"]["name"])
    assert recorded == {workflow._Definition.must_from_class(kind).name for kind in WORKFLOWS}
