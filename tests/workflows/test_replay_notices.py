"""The replay of recorded histories does find changes: each of these would stop workflows that run, and is reported.

The changes are made to a copy of the package `workflows`, in the ways in which they happen: steps in another order, a
step more, another kind of step. What cannot be told from a history is not among them: timeouts, arguments, words.
"""

import importlib
import re
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

import workflows
from workflows.sandbox import sandboxed

HISTORIES = Path(__file__).parents[1] / "histories"
REPLAYED = ("completed", "lapsed", "campaign_closed", "cancelled_with_a_kill_fee", "continued_as_new.2")
_numbers = count(1)

pytestmark = pytest.mark.usefixtures("nothing_collected")


class Change(NamedTuple):
    """An edit of one file."""

    file: str
    before: str
    after: str


UNSAFE = {
    "two stages change places": Change(
        "collaboration.py",
        "            await negotiate(self)\n            await sign_contract(self)\n",
        "            await sign_contract(self)\n            await negotiate(self)\n",
    ),
    "a step is added in front": Change(
        "verification.py",
        "    while flow.state.stage is Stage.VERIFICATION and not flow.state.ended:\n",
        "    await workflow.sleep(1)\n    while flow.state.stage is Stage.VERIFICATION and not flow.state.ended:\n",
    ),
    "the last stage is left out": Change("collaboration.py", "            await monitor_results(self)\n", ""),
    "a local activity becomes another kind of activity": Change(
        "event_sourced.py",
        "execute_local_activity_method(\n            EventStreams.load",
        "execute_activity_method(\n            EventStreams.load",
    ),
    "the alarm clock is set anew for each wait": Change(
        "human_step.py",
        "        flow.clock.set(alarm,",
        "        flow.clock.stop()\n        flow.clock.set(alarm,",
    ),
    "a campaign reaches out to nobody": Change("campaign.py", "            await discovery.reach_out(self)\n", ""),
}

SAFE = {
    "nothing is changed": Change("verification.py", "", ""),
    "a step is added for new runs only": Change(
        "verification.py",
        "    while flow.state.stage is Stage.VERIFICATION and not flow.state.ended:\n",
        '    if workflow.patched("wait-a-second"):\n        await workflow.sleep(1)\n'
        "    while flow.state.stage is Stage.VERIFICATION and not flow.state.ended:\n",
    ),
    "a timeout is changed": Change("policies.py", "timedelta(seconds=10)", "timedelta(seconds=11)"),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where copies of the package can be imported from."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    importlib.invalidate_caches()


def changed(place: Path, change: Change) -> list[type[Any]]:
    """The workflows of a copy of the package with this change in it; the copy has a name of its own."""
    name = f"workflows_changed_{next(_numbers)}"
    shutil.copytree(Path(workflows.__file__).parent, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    path = place / name / change.file
    assert change.before in path.read_text(), f"{change.file} has changed: this test must change it in another way"
    path.write_text(path.read_text().replace(change.before, change.after, 1) if change.before else path.read_text())
    for module in (place / name).glob("*.py"):
        module.write_text(re.sub(r"^(from|import) workflows\b", rf"\1 {name}", module.read_text(), flags=re.MULTILINE))
    importlib.invalidate_caches()
    return [
        importlib.import_module(f"{name}.campaign").CampaignWorkflow,
        importlib.import_module(f"{name}.collaboration").CollaborationWorkflow,
    ]


async def failures(changed_workflows: list[type[Any]]) -> dict[str, Exception]:
    """Which recorded histories do not replay, and what is said of them."""
    replayer = Replayer(
        workflows=changed_workflows, data_converter=pydantic_data_converter, workflow_runner=sandboxed()
    )
    found = {}
    for name in REPLAYED:
        history = WorkflowHistory.from_json(f"recorded/{name}", (HISTORIES / f"{name}.json").read_text())
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure is not None:
            found[name] = result.replay_failure
    return found


@pytest.mark.parametrize("change", UNSAFE)
async def test_an_unsafe_change_is_reported(change: str, place: Path) -> None:
    """As nondeterminism, by at least one history."""
    found = await failures(changed(place, UNSAFE[change]))
    assert found, "no recorded history has noticed it"
    assert {type(failure) for failure in found.values()} == {NondeterminismError}


@pytest.mark.parametrize("change", SAFE)
async def test_a_safe_change_is_not(change: str, place: Path) -> None:
    """So that it is the change which is reported above, and not the copy."""
    assert await failures(changed(place, SAFE[change])) == {}
