"""The audience commands, as somebody types them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app

PERSON, BOUGHT = "120,400,500,true", "0,3000,20,true"
LABELLED = "posts,following,followers,has_profile_picture,is_fake"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["audience", *map(str, arguments)])


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return written(tmp_path, "posts,following,followers,has_profile_picture", *[PERSON] * 80, *[BOUGHT] * 40)


def written(folder: Path, *lines: str) -> Path:
    path = folder / "accounts.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_an_audit_says_the_share_and_how_sure_it_is(sample: Path) -> None:
    result = run("audit", sample)
    assert result.exit_code == 0
    assert result.stdout.startswith("31.4% of this audience are fake, between 20.8% and 44.4% (95 %).\n")
    assert "40 of 120 accounts are suspect by audience 2026-11.1." in result.stdout


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run("audit", written(tmp_path, "posts,followers", "1,2"))
    assert result.exit_code == 2
    assert result.stderr == "accounts.csv: there is no column following; the first line must name the columns\n"


def test_a_bad_figure_is_named_with_its_line(tmp_path: Path) -> None:
    result = run("audit", written(tmp_path, "posts,following,followers", "1,2,3", "1,12.3k,3"))
    assert result.exit_code == 2
    assert result.stderr.startswith("accounts.csv: line 3: following is '12.3k': ")


def test_a_small_sample_is_refused(tmp_path: Path) -> None:
    result = run("audit", written(tmp_path, "posts,following,followers", *["1,2,3"] * 5))
    assert result.exit_code == 2
    assert "5 followers say too little of a whole audience: sample at least 30." in result.stderr


def test_measuring_compares_with_labels(tmp_path: Path) -> None:
    rows = [*[f"{PERSON},false"] * 9, f"{PERSON},true", f"{BOUGHT},FALSE", *[f"{BOUGHT},true"] * 9]
    result = run("measure", written(tmp_path, LABELLED, *rows))
    assert result.stdout == "AUC 0.900\ncaught 90.0% of 10 fake accounts\nfalse alarms 10.0% of 10 real accounts\n"


def test_a_label_that_is_neither_is_named(tmp_path: Path) -> None:
    result = run("measure", written(tmp_path, LABELLED, f"{PERSON},perhaps"))
    assert result.stderr == "accounts.csv: line 2: is_fake is 'perhaps', and must be true or false\n"


def test_labels_of_one_kind_measure_nothing(tmp_path: Path) -> None:
    result = run("measure", written(tmp_path, LABELLED, f"{PERSON},false"))
    assert result.exit_code == 2
    assert "is_fake is the same in every row" in result.stderr


def test_a_fitted_scorecard_can_be_used(tmp_path: Path, sample: Path) -> None:
    labelled = written(tmp_path, LABELLED, *[f"{PERSON},false"] * 60, *[f"{BOUGHT},true"] * 60)
    fitted = run("fit", labelled, "--version", "ours 1")
    assert fitted.stderr.startswith("AUC 1.000\n")
    card = tmp_path / "card.json"
    card.write_text(json.dumps(json.loads(fitted.stdout)))
    result = run(
        "audit", written(tmp_path, "posts,following,followers", "120,400,500", *["0,3000,20"] * 99), "--scorecard", card
    )
    assert "99 of 100 accounts are suspect by ours 1." in result.stdout


def test_a_file_that_is_no_scorecard_is_refused(sample: Path) -> None:
    result = run("audit", sample, "--scorecard", sample)
    assert result.exit_code == 2
    assert result.stderr.startswith("accounts.csv: this is no scorecard: ")
