"""The commands that look after the record, as somebody types them."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from activities.store.pool import Pool, open_pool
from api.cli import app
from tests.activities.store.appending import append
from tests.activities.store.projections.desk import Desk, whole_story
from tests.keys import MASTER_KEYS


class Terminal:
    """Runs commands on a database, and prepares it between them."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(
            app, arguments, env={"DATABASE_URL": self._dsn, "GROUNDSWELL_MASTER_KEYS": MASTER_KEYS}
        )

    def prepare(self, work: Callable[[Pool], Awaitable[Any]]) -> None:
        async def connected() -> None:
            pool = await open_pool(self._dsn)
            await work(pool)
            await pool.close()

        asyncio.run(connected())


@pytest.fixture
def terminal(database: str) -> Terminal:
    return Terminal(database)


async def edit(pool: Pool) -> None:
    await pool.execute("alter table events disable trigger append_only")
    await pool.execute("""update events set data = '{"what":"x"}' where stream = 'collaboration/a'""")


def test_a_sound_record_verifies(terminal: Terminal) -> None:
    terminal.prepare(lambda pool: append(pool, "a"))
    result = terminal.run("verify")
    assert (result.exit_code, result.stdout) == (0, "1 events in 1 streams, nothing broken.\n")


def test_a_broken_row_is_named_and_the_exit_code_says_so(terminal: Terminal) -> None:
    terminal.prepare(lambda pool: append(pool, "a"))
    terminal.prepare(edit)
    result = terminal.run("verify")
    assert result.exit_code == 1
    assert "collaboration/a: version 1 is edited" in result.stdout


def test_a_checkpoint_is_printed_and_verified_with_the_public_key(terminal: Terminal, tmp_path: Path) -> None:
    terminal.prepare(lambda pool: append(pool, "a"))
    key, document = tmp_path / "key.pem", tmp_path / "checkpoint.json"
    signed = terminal.run("checkpoint", "--key", str(key), "--new-key")
    assert signed.exit_code == 0
    document.write_text(signed.stdout)
    terminal.prepare(lambda pool: append(pool, "b"))
    compare = ("verify", "--checkpoint", str(document), "--key", f"{key}.pub")
    assert "the one that was signed" in terminal.run(*compare).stdout
    document.write_text(signed.stdout.replace('"events": 1', '"events": 2'))
    result = terminal.run(*compare)
    assert result.exit_code == 1
    assert "not signed with this key" in result.stdout


def test_a_broken_record_is_not_signed(terminal: Terminal, tmp_path: Path) -> None:
    terminal.prepare(lambda pool: append(pool, "a"))
    terminal.prepare(edit)
    result = terminal.run("checkpoint", "--key", str(tmp_path / "key.pem"), "--new-key")
    assert result.exit_code == 1
    assert "signature" not in result.stdout


def signed_and_exported(terminal: Terminal, directory: Path) -> tuple[Path, Path, Path]:
    """A checkpoint, the public key, and an export of what was appended until after the checkpoint."""
    terminal.prepare(lambda pool: append(pool, "a", "b"))
    key, document, record = directory / "key.pem", directory / "checkpoint.json", directory / "record.jsonl"
    document.write_text(terminal.run("checkpoint", "--key", str(key), "--new-key").stdout)
    terminal.prepare(lambda pool: append(pool, "c"))
    assert terminal.run("export", "--output", str(record)).exit_code == 0
    assert not record.with_name("record.jsonl.part").exists()
    return document, directory / "key.pem.pub", record


def audit(*arguments: str) -> Result:
    """What an auditor runs, who has no database and no secret."""
    return CliRunner().invoke(app, ["verify", *arguments], env={"DATABASE_URL": None, "GROUNDSWELL_MASTER_KEYS": None})


def test_an_export_is_verified_with_the_public_key_alone(terminal: Terminal, tmp_path: Path) -> None:
    document, public, record = signed_and_exported(terminal, tmp_path)
    against = ("--checkpoint", str(document), "--key", str(public))
    result = audit("--export", str(record), *against)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "3 events in 2 streams, nothing broken.")
    assert "the one that was signed" in result.stdout
    packed = tmp_path / "record.jsonl.gz"
    packed.write_bytes(gzip.compress(record.read_bytes()))
    assert audit("--export", str(packed), *against).exit_code == 0
    assert terminal.run("export").stdout.splitlines()[1:] == record.read_text().splitlines()[1:]


def test_the_first_broken_line_of_an_export_is_named(terminal: Terminal, tmp_path: Path) -> None:
    document, public, record = signed_and_exported(terminal, tmp_path)
    lines = record.read_text().splitlines(keepends=True)
    record.write_text("".join([*lines[:2], lines[2].replace("default", "another"), *lines[3:]]))
    result = audit("--export", str(record), "--checkpoint", str(document), "--key", str(public))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "line 3: collaboration/a: version 2 is edited"


def test_an_export_is_not_compared_with_what_somebody_else_signed(terminal: Terminal, tmp_path: Path) -> None:
    document, public, record = signed_and_exported(terminal, tmp_path)
    other = tmp_path / "other.pem"
    terminal.run("checkpoint", "--key", str(other), "--new-key")
    result = audit("--export", str(record), "--checkpoint", str(document), "--key", f"{other}.pub")
    assert (result.exit_code, "not signed with this key" in result.stdout) == (1, True)
    assert audit("--export", str(record), "--checkpoint", str(document), "--key", str(record)).exit_code == 2
    assert audit("--export", str(record), "--checkpoint", str(public), "--key", str(public)).exit_code == 2


def test_an_export_that_was_packed_badly_is_a_sentence(tmp_path: Path) -> None:
    packed = tmp_path / "record.jsonl.gz"
    packed.write_bytes(gzip.compress(b"x" * 1_000)[:-9])
    result = audit("--export", str(packed))
    assert (result.exit_code, "can't be unpacked" in result.stderr) == (2, True)


def test_a_missing_key_is_a_sentence_that_says_how_to_make_one(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal.run("checkpoint", "--key", str(tmp_path / "none.pem"))
    assert result.exit_code == 2
    assert "--new-key" in result.stderr


def test_a_rebuild_says_what_it_has_put_right(terminal: Terminal) -> None:
    async def spoil(pool: Pool) -> None:
        await whole_story(Desk(pool))
        await pool.execute("delete from campaign_board")

    terminal.prepare(spoil)
    result = terminal.run("rebuild", "all")
    assert result.exit_code == 0
    assert "campaign_board: 0 rows removed, 1 added" in result.stdout
    assert "collaboration_pipeline: as it was" in result.stdout


def test_a_read_model_that_there_is_not_is_a_sentence(terminal: Terminal) -> None:
    result = terminal.run("rebuild", "events")
    assert result.exit_code == 2
    assert "There is no read model events" in result.stderr


def test_no_database_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 2
    assert "DATABASE_URL" in result.stderr
