"""Rates and latencies as ratios of rounds that took turns."""

import json
import subprocess
import sys

import pytest

from api.bench.lifecycles import Lifecycles, Round


def a_round(seconds: float, p99: float) -> Round:
    """A hundred lifecycles."""
    return Round(lifecycles=100, decisions=11, seconds=seconds, p50=0.1, p99=p99, cpu_seconds=seconds)


def test_ratios_are_medians_over_rounds_not_ratios_of_medians() -> None:
    """A round is compared with the one beside it: what else the machine did then has slowed both."""
    found = Lifecycles(
        ours=[a_round(20, 1.0), a_round(200, 9.0), a_round(25, 1.0)],
        bare=[a_round(10, 1.0), a_round(140, 3.0), a_round(5, 1.0)],
        waiting_bytes=1,
    )
    assert found.ours[0].rate == 5.0
    assert found.rate_ratio == pytest.approx(0.5)
    assert found.latency_ratio == 1.0
    assert found.ours[0].cpu_each == 0.2
    assert found.cpu_ratio == pytest.approx(2.0)


@pytest.mark.parametrize(("seconds", "p99", "met"), [(16.0, 2.0, True), (17.0, 2.0, False), (16.0, 2.1, False)])
def test_both_goals_must_be_reached(seconds: float, p99: float, met: bool) -> None:
    """At least 0.6 of the yardstick's rate, at most twice its 99th percentile."""
    found = Lifecycles(ours=[a_round(seconds, p99)], bare=[a_round(10, 1.0)], waiting_bytes=1)
    assert found.met is met


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_it_measures_both_kinds_and_the_memory_of_those_that_wait() -> None:
    """The whole command on an installation of its own, as small as it gets."""
    command = [sys.executable, "-m", "api.cli", "bench", "lifecycles", "--count", "10", "--rounds", "2"]
    run = subprocess.run([*command, "--waiting", "50", "--json"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = Lifecycles.model_validate(json.loads(run.stdout))
    assert [each.decisions for each in (*found.ours, *found.bare)] == [11] * 4
    assert all(each.rate > 0 and each.cpu_each > 0 and each.p99 >= each.p50 > 0 for each in (*found.ours, *found.bare))
    assert found.waiting_bytes < 2**20
