"""The server's own figures, read from the page that it serves."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from api.bench.server_figures import ServerFigures, parse, settled_figures
from api.embedded.temporal import TemporalServer

PAGE = """
# TYPE action counter
action{action_type="command_StartTimer",namespace="default",service_name="frontend"} 5
action{action_type="command_StartTimer",namespace="default",service_name="other"} 2
action{action_type="grpc_StartWorkflowExecution",namespace="default"} 1
action{action_type="grpc_StartWorkflowExecution",namespace="temporal_system"} 40
failed_workflow_tasks{namespace="default",failure="x"} 3
start_to_close_timeout{namespace="default",operation="TimerActiveTaskWorkflowTaskTimeout"} 2
start_to_close_timeout{namespace="default",operation="TimerActiveTaskActivityTimeout"} 9
latency_bucket{namespace="default",le="+Inf"} 1e+06
"""


def test_actions_are_added_up_by_kind_and_the_servers_own_are_left_out() -> None:
    """One series for each label set becomes one number for each kind."""
    found = parse(PAGE)
    assert found.actions == {"command_StartTimer": 7, "grpc_StartWorkflowExecution": 1}
    assert found.total == 8


def test_tasks_that_failed_and_tasks_that_timed_out_are_failed_tasks() -> None:
    """The time-outs of activities are not among them."""
    assert parse(PAGE).failed_workflow_tasks == 5
    assert parse("").failed_workflow_tasks == 0


def test_what_happened_between_two_looks_is_their_difference() -> None:
    """A kind that has not moved is missing."""
    before = ServerFigures(actions={"timer": 2, "start": 1}, failed_workflow_tasks=1)
    after = ServerFigures(actions={"timer": 5, "start": 1, "update": 4}, failed_workflow_tasks=1)
    assert after.since(before) == ServerFigures(actions={"timer": 3, "update": 4}, failed_workflow_tasks=0)


@workflow.defn
class Stumbles:
    """Fails its first task, as a mistake in workflow code does, and then ends."""

    stumbled = False

    @workflow.run
    async def run(self) -> None:
        """Raise once; the server then gives the task out again."""
        if not Stumbles.stumbled:
            Stumbles.stumbled = True
            raise KeyError("a mistake")


async def test_a_real_server_counts_a_task_that_failed(tmp_path: Path) -> None:
    """So the check for zero failed tasks is one that can fail; and starting a workflow is one action."""
    async with TemporalServer(tmp_path / "temporal.db", ui_port=None) as server:
        client = await Client.connect(server.address)
        before = await settled_figures(server.metrics)
        async with Worker(
            client, task_queue="stumbles", workflows=[Stumbles], workflow_runner=UnsandboxedWorkflowRunner()
        ):
            await client.execute_workflow(
                Stumbles.run, id=uuid4().hex, task_queue="stumbles", execution_timeout=timedelta(seconds=60)
            )
        moved = (await settled_figures(server.metrics)).since(before)
    assert moved.failed_workflow_tasks == 1
    assert moved.actions["grpc_StartWorkflowExecution"] == 1


@pytest.mark.parametrize("line", ['action{action_type="a\\"b",namespace="default"} 1', "action 1"])
def test_odd_lines_do_not_end_the_reading(line: str) -> None:
    """Escaped quotes are part of a value; a line without the label counts for no kind."""
    assert parse(line).total == int("action_type" in line)
