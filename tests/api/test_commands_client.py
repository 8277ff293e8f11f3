"""The command that writes the client."""

from pathlib import Path

from typer.testing import CliRunner

from api.cli import app
from api.generator.package import MARK


def test_the_client_is_written_into_the_directory_that_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["client", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"calls.py", "models.py"}
    assert (tmp_path / "calls.py").read_text().startswith(MARK)


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["client", str(tmp_path / "nowhere")])
    assert result.exit_code == 2
