"""Requests a second as ratios of rounds that took turns."""

import pytest

from api.bench.reads import ReadRound, RouteFigures


def a_read_round(seconds: float, cpu_seconds: float = 1.0) -> ReadRound:
    """A thousand requests."""
    return ReadRound(requests=1_000, seconds=seconds, p50=0.004, p99=0.02, cpu_seconds=cpu_seconds)


def a_route(*pairs: tuple[float, float]) -> RouteFigures:
    """A route whose rounds took so many seconds, ours and the bare one."""
    ours, bare = ([a_read_round(pair[side]) for pair in pairs] for side in (0, 1))
    return RouteFigures(route="GET /v1/tasks", answer_bytes=7_000, ours=ours, bare=bare)


def test_ratios_are_medians_over_rounds_not_ratios_of_medians() -> None:
    """A round is compared with the one beside it: what else the machine did then has slowed both."""
    found = a_route((2.0, 1.0), (20.0, 18.0), (4.0, 3.0))
    assert found.ours[0].rate == 500
    assert found.rate_ratio == pytest.approx(0.75)
    assert found.cpu_ratio == 1.0
    assert found.ours[0].cpu_each == 0.001


@pytest.mark.parametrize(("seconds", "met"), [(1.24, True), (1.26, False)])
def test_the_goal_is_four_fifths_of_the_bare_route(seconds: float, met: bool) -> None:
    """In requests a second."""
    assert a_route((seconds, 1.0)).met is met
