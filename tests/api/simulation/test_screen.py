"""A forecast on the terminal."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from api.simulation.forecast import Forecast, rows_of
from api.simulation.outreach import Scene
from api.simulation.run import simulate
from api.simulation.screen import assumptions_table, bottleneck, objective_name, screen
from domain.behaviour import DEFAULT
from tests.domain.given import a_brief


@pytest.fixture(scope="module")
def found() -> Forecast:
    objectives = [
        {"kind": "awareness", "measure": "impressions", "target": 20_000, "by": "2026-05-31"},
        {"kind": "sales", "measure": "revenue", "target": 500_000_00, "by": "2026-05-31"},
    ]
    brief = a_brief(creators_wanted=4, objectives=objectives)
    return simulate(Scene(brief, datetime(2026, 3, 20, 9, tzinfo=UTC)), runs=20, seed=1)


def shown(what: RenderableType) -> str:
    written = StringIO()
    Console(width=160, file=written).print(what)
    return written.getvalue()


def test_targets_money_and_people_are_on_one_screen(found: Forecast) -> None:
    text = shown(screen(found))

    assert "20 simulated campaigns, seed 1" in text
    assert "20,000 impressions by 2026-05-31" in text
    assert "$500,000.00 revenue by 2026-05-31" in text
    assert "of a budget of $10,000.00" in text
    assert "Content approval" in text
    assert len(text.splitlines()) < 25


def test_a_target_out_of_reach_is_said_to_be(found: Forecast) -> None:
    assert found.objectives[1].probability == 0
    assert "hardly ever" in shown(screen(found))


def test_the_bottleneck_is_told_in_words(found: Forecast) -> None:
    told = bottleneck(found)
    assert "loses most creators" in told
    assert "takes most time" in told
    empty = found.bottleneck.model_copy(update={"most_lost": None})
    assert bottleneck(found.model_copy(update={"bottleneck": empty})) == "Nobody is lost on the way."


def test_assumptions_come_with_grade_and_origin() -> None:
    text = shown(assumptions_table(rows_of(DEFAULT)))
    assert "half within 14 h" in text
    assert text.count("own assumption") == len(rows_of(DEFAULT))


def test_objectives_have_names(found: Forecast) -> None:
    assert objective_name(found.objectives[0], "USD") == "20,000 impressions by 2026-05-31"


def test_the_documentation_has_the_table_of_assumptions() -> None:
    page = (Path(__file__).parents[3] / "docs" / "simulation.md").read_text()

    assert f"of version {DEFAULT.version}" in page
    for row in rows_of(DEFAULT):
        assert f"| {row.name.replace('_', ' ')} | {row.value} | {row.grade} |" in page
