"""A forecast as a chart."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from api.simulation.chart import page, svg
from api.simulation.forecast import Forecast
from api.simulation.outreach import Scene
from api.simulation.run import simulate
from tests.domain.given import a_brief


@pytest.fixture(scope="module")
def found() -> Forecast:
    return simulate(Scene(a_brief(creators_wanted=4), datetime(2026, 3, 20, 9, tzinfo=UTC)), runs=20, seed=1)


def test_the_chart_names_each_objective_and_its_probability(found: Forecast) -> None:
    texts = [element.text for element in ET.fromstring(svg(found)).iter() if element.tag.endswith("text")]  # noqa: S314
    assert "200,000 impressions by 2026-05-31" in texts
    assert f"{found.objectives[0].probability:.0%}" in texts


def test_the_page_stands_alone_and_says_how_to_read_it(found: Forecast) -> None:
    html = page(found)

    assert html.startswith("<!doctype html>")
    assert "<h1>20 simulated campaigns</h1><svg" in html
    assert "Dashed: the target." in html
    assert not re.search(r"<script|https?://(?!www\.w3\.org)", html)
