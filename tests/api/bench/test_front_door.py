"""The front door: what must not happen there, and the whole command as small as it gets."""

import json
import subprocess
import sys

from api.bench.decisions import DecisionFigures
from api.bench.front_door import FrontDoorFigures
from tests.api.bench.test_decisions import a_decision_round
from tests.api.bench.test_reads import a_route
from tests.api.bench.test_streams import a_hearing


def a_front_door(*refused: str, ended: int = 0) -> FrontDoorFigures:
    """One round of everything."""
    decisions = DecisionFigures(
        ours=[a_decision_round(0.04, 0.09)], bare=[a_decision_round(0.02, 0.05)], refused=refused, sent_again=1
    )
    return FrontDoorFigures(reads=[a_route((2.0, 1.0))], decisions=decisions, streams=a_hearing(ended=ended))


def test_what_is_refused_and_what_ends_is_named() -> None:
    """Being told to come back is no shortcoming: nothing is lost by it."""
    assert a_front_door().shortcomings == []
    assert a_front_door("409 stale_version", "409 wrong_stage", ended=2).shortcomings == [
        "2 decisions were refused, the first with 409 stale_version",
        "2 of 200 streams were ended by the server",
    ]


def test_the_front_door_is_measured_beside_bare_ones_with_streams_open() -> None:
    """The command that people type, on an installation of its own; both answer alike, or it would have failed."""
    command = [sys.executable, "-m", "api.cli", "bench", "api", "--json", "--requests", "20", "--decisions", "8"]
    small = ["--rounds", "1", "--at-once", "2", "--creators", "2", "--streams", "5", "--campaigns", "2"]
    run = subprocess.run([*command, *small], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = FrontDoorFigures.model_validate(json.loads(run.stdout))
    assert found.shortcomings == []
    assert [route.answer_bytes > 500 for route in found.reads] == [True, True]
    assert all(each.requests == 20 and each.rate > 0 for route in found.reads for each in (*route.ours, *route.bare))
    assert [each.decisions for each in (*found.decisions.ours, *found.decisions.bare)] == [8, 8]
    assert found.streams.events >= 8
    assert found.streams.deliveries >= 2 * found.streams.events
    assert "5 streams are open" in run.stderr
