"""The geometry of the report's drawings: lengths that are in proportion, and nothing that leaves its room."""

import re
from itertools import pairwise

import pytest

from api.console import charts
from api.report.figures import Report, reckon
from api.report.history import fold
from tests.api.report.story import whole_campaign


@pytest.fixture(scope="module")
def report() -> Report:
    story = whole_campaign()
    return reckon(fold(story.envelopes), story.creators)


def test_the_longest_step_of_the_funnel_fills_the_room(report: Report) -> None:
    bars = charts.funnel(report, room=300)
    assert max(bar.width for bar in bars) == 300
    assert [bar.value for bar in bars] == [step.creators for step in report.funnel]
    assert all(bar.width == pytest.approx(300 * bar.value / bars[0].value) for bar in bars)


def test_the_parts_of_the_budget_lie_side_by_side_and_fill_the_bar(report: Report) -> None:
    parts = charts.budget(report, room=100)
    assert all(one.x + one.width == pytest.approx(next_.x) for one, next_ in pairwise(parts))
    assert parts[-1].x + parts[-1].width == pytest.approx(100)


def test_the_cheapest_creator_comes_first_and_a_celebrity_is_marked_on_the_same_scale(report: Report) -> None:
    bars, celebrity = charts.costs(report, room=200)
    assert [bar.value for bar in bars] == sorted(bar.value for bar in bars)
    assert report.comparison is not None
    assert celebrity is not None
    assert celebrity == pytest.approx(bars[0].width / bars[0].value * report.comparison.celebrity_cost_per_engagement)
    assert max([bar.width for bar in bars] + [celebrity]) == pytest.approx(200)


def test_lines_rise_by_a_step_for_each_creator_and_stay_in_the_drawing(report: Report) -> None:
    course = charts.course(report, width=100, height=50)
    for line in course.lines:
        xs = [float(x) for x in re.findall(r"H([\d.]+)", line.path)]
        ys = [float(y) for y in re.findall(r"V([\d.]+)", line.path)]
        assert xs == sorted(xs)
        assert ys == sorted(ys, reverse=True)
        assert all(0 <= x <= 100 for x in xs)
        assert all(0 <= y <= 50 for y in ys)
        assert len(ys) == len(report.timeline.milestones[line.label])
