"""`groundswell bench`: help that teaches, and a whole campaign measured by the command that people type."""

import json
import subprocess
import sys

from typer.testing import CliRunner

from api.bench.campaign import CampaignFigures
from api.bench.commands import app


def test_the_help_says_what_each_command_measures_and_what_it_is_compared_with() -> None:
    """Without running anything."""
    run = CliRunner().invoke(app, ["--help"], terminal_width=200)
    assert run.exit_code == 0
    for word in ("cost", "lifecycles", "campaign", "bench api", "yardstick", "--creators 1000"):
        assert word in run.output


def test_too_many_creators_are_refused_before_anything_starts() -> None:
    """A brief may want ten thousand."""
    run = CliRunner().invoke(app, ["campaign", "--creators", "10001"])
    assert run.exit_code == 2
    assert "10000" in run.output


def test_a_campaign_is_measured_from_brief_to_report() -> None:
    """On an installation of its own, with as few creators as it takes; nothing fails, and nothing grows."""
    command = [sys.executable, "-m", "api.cli", "bench", "campaign", "--creators", "12", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = CampaignFigures.model_validate(json.loads(run.stdout))
    assert found.shortcomings == []
    assert sum(found.outcomes.values()) == 12
    assert found.tenths[-1].ended == 12
    assert found.campaign_history < 100
    assert found.largest_history < 250
    assert found.decisions >= 11 * found.outcomes["completed"]
    assert set(found.seconds) == {"import", "ranking", "collaborations", "closing", "report", "total"}
    for program in ("worker", "API", "Temporal", "PostgreSQL"):
        assert found.usage[program].peak_bytes > 10 * 2**20
        assert found.usage[program].cpu_seconds > 0
    assert "collaborations over" in run.stderr
