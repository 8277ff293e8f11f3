"""The command `groundswell simulate`, as somebody types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from domain.behaviour import DEFAULT
from tests.domain.given import a_brief

FEW = ("--runs", "20", "--processes", "1", "--begins", "2026-03-20")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    return written(tmp_path / "brief.json", a_brief(creators_wanted=4).model_dump_json())


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_brief_becomes_a_forecast_on_the_terminal(brief: Path) -> None:
    result = run(brief, *FEW)
    assert result.exit_code == 0, result.output
    assert "200,000 impressions by 2026-05-31" in result.stdout
    assert "Bottleneck" in result.stdout


def test_json_can_be_piped_and_the_same_seed_gives_the_same(brief: Path) -> None:
    first, again, other = run(brief, *FEW, "--json"), run(brief, *FEW, "--json"), run(brief, *FEW, "--json", "--seed=8")
    found = json.loads(first.stdout)

    assert (found["runs"], found["seed"], found["creators_wanted"], found["shortlisted"]) == (20, 7, 4, 20)
    assert first.stdout == again.stdout != other.stdout
    assert found["assumptions"][0]["origin"].startswith("own assumption: ")


@pytest.mark.parametrize(("name", "begins"), [("chart.svg", "<svg"), ("chart.html", "<!doctype html>")])
def test_a_chart_is_written_in_the_form_that_its_name_says(brief: Path, tmp_path: Path, name: str, begins: str) -> None:
    assert run(brief, *FEW, "--chart", tmp_path / name).exit_code == 0
    assert (tmp_path / name).read_text().startswith(begins)


def test_a_chart_of_no_known_form_is_refused_before_anything_is_simulated(brief: Path) -> None:
    result = run(brief, "--chart", "chart.png")
    assert (result.exit_code, result.stderr) == (2, "--chart: 'chart.png' ends neither in .svg nor in .html\n")


def test_a_brief_that_cannot_work_is_refused_with_its_reasons(tmp_path: Path) -> None:
    poor = written(tmp_path / "poor.json", a_brief(fee_cap=1_00).model_dump_json())
    result = run(poor, *FEW)
    assert result.exit_code == 1
    assert "fee_cap 100 is below 15000, the cheapest plausible price" in result.stderr


def test_a_file_that_is_no_brief_is_refused_by_field(tmp_path: Path) -> None:
    result = run(written(tmp_path / "brief.json", '{"brand": "x"}'), *FEW)
    assert (result.exit_code, result.stderr) == (2, "brief.json: product: Field required\n")


def test_assumptions_are_listed_without_a_brief() -> None:
    assert "answer offer" in run("--assumptions").stdout
    listed = json.loads(run("--assumptions", "--json").stdout)
    assert {row["name"] for row in listed} == {name for name, _, _ in DEFAULT.rows()}


def test_without_a_brief_it_says_what_to_give() -> None:
    assert run().stderr == "BRIEF: name a file with a brief, or ask for --assumptions\n"


def test_track_records_take_the_place_of_assumptions(tmp_path: Path) -> None:
    records = written(tmp_path / "records.json", json.dumps([{"accepted": 5, "expired": 15, "under_way": 3}]))
    rows = json.loads(run("--assumptions", "--json", "--records", records).stdout)
    (offer,) = [row for row in rows if row["name"] == "answer_offer"]

    assert offer["grade"] == "R"
    assert offer["value"].endswith("47.5% never")


@pytest.mark.parametrize("text", ["{", '["x"]', '[{"accepted": "many"}]'])
def test_records_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    result = run("--assumptions", "--records", written(tmp_path / "records.json", text))
    assert result.exit_code == 2
    assert result.stderr.startswith("records.json: ")
