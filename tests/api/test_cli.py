import asyncio
import os
import re
import subprocess
import sys
from functools import partial

import pytest
from typer.testing import CliRunner

from activities.store.creators import Creators
from activities.store.pool import open_pool
from api.cli import app
from domain.brief import Brief
from domain.campaign import CancelCampaign
from tests.activities.store.projections.desk import BRAND, Desk
from tests.domain.given import a_profile
from tests.keys import MASTER_KEYS, a_sealer

COMMANDS = ("up", "demo", "worker", "api", "migrate", "doctor", "resume", "renew")

SECRETS = {"GROUNDSWELL_SECRET_KEY": "x" * 40, "GROUNDSWELL_MASTER_KEYS": MASTER_KEYS}


def groundswell(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The program in a process of its own, with this environment and no other settings of ours."""
    ours = ("GROUNDSWELL_", "TEMPORAL_", "DATABASE_URL")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """In a sentence at least, and with its options."""
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert len(plain(result.output)) > 150


def test_help_teaches_by_examples() -> None:
    """The first steps, and how the parts run on a real cluster."""
    shown = plain(CliRunner().invoke(app, ["--help"]).output)
    assert "groundswell demo" in shown
    assert "groundswell migrate && groundswell worker" in shown
    assert "DATABASE_URL" in shown


@pytest.mark.parametrize("command", ["worker", "api", "resume", "rewrap"])
def test_missing_settings_are_a_sentence_and_not_a_traceback(command: str) -> None:
    """The variable is named, and the exit code says that the command was not possible."""
    result = groundswell(command)
    assert result.returncode == 2
    assert "DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("command", "environment", "said"),
    [
        ("migrate", {}, "DATABASE_URL is not set"),
        ("migrate", {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "database cannot be reached"),
        ("api", {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", **SECRETS}, "database cannot be reached"),
    ],
)
def test_surroundings_that_are_away_are_a_sentence(command: str, environment: dict[str, str], said: str) -> None:
    """A person sees what to look at; exit code 2."""
    result = groundswell(command, **environment)
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert said in plain(result.stderr)


def test_a_temporal_server_that_is_away_is_a_sentence(database: str) -> None:
    """A person sees what to look at; exit code 2."""
    result = groundswell("api", DATABASE_URL=database, TEMPORAL_ADDRESS="127.0.0.1:1", **SECRETS)
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert "Temporal cannot be reached" in plain(result.stderr)


def test_migrating_twice_finds_nothing_to_do(postgres_dsn: str) -> None:
    """The first time says what it applied."""
    assert "applied 0001_events.sql" in groundswell("migrate", DATABASE_URL=postgres_dsn).stdout
    again = groundswell("migrate", DATABASE_URL=postgres_dsn)
    assert (again.returncode, again.stdout.strip()) == (0, "The database is up to date.")


def test_doctor_fails_if_a_part_does() -> None:
    """With exit code 1: the command worked, the installation does not."""
    result = groundswell("doctor")
    assert result.returncode == 1
    assert "settings" in result.stdout


def test_a_directory_where_nothing_runs_is_a_sentence(tmp_path: object) -> None:
    """`--data-dir` of a place where no installation was ever started."""
    result = groundswell("doctor", "--data-dir", str(tmp_path))
    assert result.returncode == 2
    assert "groundswell up" in plain(result.stderr)


def test_resume_starts_nothing_where_nothing_is_unfinished(database: str, temporal_address: str) -> None:
    """And says so."""
    result = groundswell(
        "resume",
        DATABASE_URL=database,
        TEMPORAL_ADDRESS=temporal_address,
        **SECRETS,
    )
    assert result.returncode == 0, result.stderr
    assert "0 campaigns, 0 collaborations" in result.stdout


async def a_creator(database: str) -> str:
    """Somebody in the directory."""
    pool = await open_pool(database, application_name="tests")
    try:
        return (await Creators(pool, a_sealer(pool).keyring).upsert("default", [a_profile()]))[0].id
    finally:
        await pool.close()


async def test_erasing_says_what_was_done_and_says_it_again(database: str, temporal_address: str) -> None:
    """Whoever runs it twice, or for nobody, is told so."""
    creator_id = await a_creator(database)
    there = {"DATABASE_URL": database, "TEMPORAL_ADDRESS": temporal_address, **SECRETS}
    first, again, nobody = [
        await asyncio.to_thread(partial(groundswell, "erase", one, **there))
        for one in (creator_id, creator_id, "nobody")
    ]
    assert first.returncode == 0, first.stderr
    assert f"Creator {creator_id} was erased at" in first.stdout
    assert again.stdout == first.stdout
    assert nobody.returncode == 2
    assert "There is no creator nobody" in plain(nobody.stderr)


async def test_the_next_campaign_s_brief_can_be_piped(database: str, temporal_address: str) -> None:
    """What is different in it goes to the terminal, not into the file."""
    there = {"DATABASE_URL": database, "TEMPORAL_ADDRESS": temporal_address, **SECRETS}
    pool = await open_pool(database, application_name="tests")
    desk = Desk(pool)
    await desk.start()
    running = await asyncio.to_thread(partial(groundswell, "renew", "c1", **there))
    await desk.on_campaign("c1", CancelCampaign(reason="late"), BRAND)
    await pool.close()
    proposed = await asyncio.to_thread(partial(groundswell, "renew", "c1", **there))
    assert proposed.returncode == 0, proposed.stderr
    brief = Brief.model_validate_json(proposed.stdout)
    assert (brief.renewal_of, brief.brand) == ("c1", "Acme")
    assert "posting_window: " in proposed.stderr
    assert running.returncode == 2
    assert "the campaign" in plain(running.stderr)


async def test_keys_are_rewrapped_by_the_first_master_key(database: str) -> None:
    """Then the second is not needed any more."""
    await a_creator(database)
    new = "2027=" + "bmV3" * 10 + "bmU="
    keys = {"GROUNDSWELL_SECRET_KEY": "x" * 40, "GROUNDSWELL_MASTER_KEYS": f"{new},{MASTER_KEYS}"}
    result = await asyncio.to_thread(partial(groundswell, "rewrap", DATABASE_URL=database, **keys))
    assert result.returncode == 0, result.stderr
    assert "1 keys are wrapped anew; all are by master key '2027' now." in result.stdout
