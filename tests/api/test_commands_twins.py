"""`groundswell twins` as a person uses it."""

import os
import signal
import subprocess
import sys

import httpx
from typer.testing import CliRunner

from api.cli import app


def test_a_twin_that_does_not_exist_is_named_with_those_that_do() -> None:
    """So that nobody has to look them up."""
    refused = CliRunner().invoke(app, ["twins", "myspace"])
    assert refused.exit_code == 2
    assert "instagram" in refused.output


def test_the_settings_are_printed_and_lead_to_running_twins() -> None:
    """Until it is told to stop, which it does without a word."""
    command = [sys.executable, "-m", "api.cli", "twins", "fohr", "--free-ports"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}) as program:
        assert program.stdout is not None
        printed = [program.stdout.readline().strip() for _ in range(2)]
        settings = dict(line.removeprefix("export ").split("=", 1) for line in printed)
        headers = {"Authorization": f"Bearer {settings['GROUNDSWELL_FOHR_KEY']}"}
        answer = httpx.get(f"{settings['GROUNDSWELL_FOHR_URL']}/api/creators", headers=headers)
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=30) == 0
    assert answer.json()["meta"]["total"] > 300
