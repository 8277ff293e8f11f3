import re

import pytest

from api.report import charts
from api.report.figures import Report, reckon
from api.report.history import fold
from tests.api.report.story import Story, creator, whole_campaign


@pytest.fixture(scope="module")
def report() -> Report:
    story = whole_campaign()
    return reckon(fold(story.envelopes), story.creators)


def test_charts_share_no_ids(report: Report) -> None:
    """Several drawings in one page must not refer to each other's parts."""
    drawings = (
        charts.funnel(report),
        charts.progress(report),
        charts.costs(report),
        charts.spending(report),
    )
    ids = [set(re.findall(r'\bid="([^"]+)"', drawing)) for drawing in drawings]
    assert sum(map(len, ids)) == len(set[str]().union(*ids))
    assert all(drawing.startswith("<svg") for drawing in drawings)


def test_a_name_is_text_in_a_chart_never_markup() -> None:
    """A roster is written by strangers."""
    story = whole_campaign()
    hostile = creator("Ada")
    profile = hostile.profile.model_copy(update={"name": '<script>"alert'})
    story.creators["ada"] = hostile.model_copy(update={"profile": profile})
    drawing = charts.costs(reckon(fold(story.envelopes), story.creators))
    assert "<script" not in drawing
    assert "&lt;script&gt;" in drawing


def test_the_celebrity_stands_beside_the_creators(report: Report) -> None:
    """Both names and the anchor can be read off the chart."""
    drawing = charts.costs(report)
    assert "Ada" in drawing
    assert "a celebrity post: $0.44" in drawing


def test_there_is_no_chart_of_costs_without_costs() -> None:
    """Nothing measured, nothing drawn."""
    story = Story().begin().invite("Ada")
    assert charts.costs(reckon(fold(story.envelopes), story.creators)) == ""
