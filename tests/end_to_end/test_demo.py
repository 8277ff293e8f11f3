"""The demo as a person runs it: the whole system, from an empty directory."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def demo(directory: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    ours = ("GROUNDSWELL_", "TEMPORAL_", "DATABASE_URL")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "demo", "--data-dir", str(directory), *options],
        env=inherited,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )


def test_a_whole_campaign_runs_and_leaves_its_report(tmp_path: Path) -> None:
    """Every stage and every outcome of a deadline is in its events, or the exit code says so."""
    result = demo(tmp_path)
    assert result.returncode == 0, result.stdout[-6_000:] + result.stderr[-3_000:]
    assert "things that must happen happened" in result.stdout
    assert (tmp_path / "contract.pdf").read_bytes().startswith(b"%PDF")
    assert "Harbor cold brew" in (tmp_path / "report.html").read_text()


@pytest.mark.chaos
def test_a_killed_worker_changes_nothing_that_counts(tmp_path: Path) -> None:
    """No event and no mail twice: the demo checks the events, this test the mail server's own log."""
    result = demo(tmp_path, "--chaos")
    assert result.returncode == 0, result.stdout[-6_000:] + result.stderr[-3_000:]
    assert "was killed by SIGKILL; it is started again" in result.stdout
    assert re.search(r"monitoring \| under way: none", result.stdout)
    delivered = Counter(line.split()[1] for line in (tmp_path / "mail" / "deliveries.log").read_text().splitlines())
    mails = {path.name for path in (tmp_path / "mail").glob("*.eml")}
    assert set(delivered) == mails
