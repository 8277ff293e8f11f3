import asyncio
import os
import signal
from pathlib import Path

import pytest

from activities.store.keys import MasterKeys
from api.embedded.installation import (
    Installation,
    addresses,
    environment_of,
    keys_in,
    settings_of_services,
    until_stopped,
)
from api.embedded.process import EmbeddedError


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    """Links in mails that were sent must still work tomorrow."""
    keys = keys_in(tmp_path)
    assert keys_in(tmp_path) == keys
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
    assert len(keys.secret_key) >= 32


def test_keys_of_an_earlier_release_are_kept_and_completed(tmp_path: Path) -> None:
    """What is new is made once, beside what was there."""
    (tmp_path / "keys.json").write_text('{"api_key": "gsk_old", "secret_key": "an old secret of its own, long enough"}')
    keys = keys_in(tmp_path)
    assert keys.api_key == "gsk_old"
    assert MasterKeys.parse(keys.master_keys).current == "1"
    assert keys_in(tmp_path) == keys


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    """A link of one opens nothing in the other."""
    (tmp_path / "other").mkdir()
    assert keys_in(tmp_path).secret_key != keys_in(tmp_path / "other").secret_key


def test_the_settings_of_an_installation_are_read_as_a_shell_reads_them(tmp_path: Path) -> None:
    """`. environment` and `--data-dir` see the same, whatever characters are in a value."""
    content = "export DATABASE_URL='postgresql:///x?host=/a b'\nexport TEMPORAL_ADDRESS=127.0.0.1:7233\n"
    (tmp_path / "environment").write_text(content)
    assert environment_of(tmp_path) == {
        "DATABASE_URL": "postgresql:///x?host=/a b",
        "TEMPORAL_ADDRESS": "127.0.0.1:7233",
    }


def test_a_directory_without_an_installation_is_named(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(EmbeddedError, match="start one with `groundswell up`"):
        environment_of(tmp_path)


def test_settings_of_outside_services_are_passed_on_and_no_others() -> None:
    """A token that was exported reaches worker and API; another installation's database does not."""
    exported = {
        "GROUNDSWELL_INSTAGRAM_TOKEN": "t",
        "GROUNDSWELL_FOHR_URL": "u",
        "DATABASE_URL": "d",
        "GROUNDSWELL_API_KEYS": "k",
    }
    assert settings_of_services(exported) == {"GROUNDSWELL_INSTAGRAM_TOKEN": "t", "GROUNDSWELL_FOHR_URL": "u"}


def test_the_addresses_are_those_of_the_installation(tmp_path: Path) -> None:
    """The port that was asked for, until it turns out to be taken."""
    here = Installation(tmp_path, api_port=8123)
    here.keys = keys_in(tmp_path)
    assert here.api_url == "http://127.0.0.1:8123"
    assert addresses(here).row_count == 7


async def test_a_signal_ends_the_wait_and_the_next_one_is_the_systems_again() -> None:
    """So that a second Ctrl-C can end what hangs while it is being stopped."""
    for each in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(each)
        waiting = asyncio.create_task(until_stopped())
        await asyncio.sleep(0.01)
        os.kill(os.getpid(), each)
        await asyncio.wait_for(waiting, 5)
        assert signal.getsignal(each) in (before, signal.SIG_DFL, signal.default_int_handler)
