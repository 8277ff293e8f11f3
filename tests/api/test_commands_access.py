"""Keys, members and the table of rules from the command line."""

import asyncio
import re

import pytest
from typer.testing import CliRunner

from activities.store.access_identities import Identities
from activities.store.access_keys import ApiKey, IssuedKeys
from activities.store.pool import open_pool
from api.access.rules import as_markdown
from api.cli import app
from tests.keys import MASTER_KEYS

RUN = CliRunner()


@pytest.fixture
def settings(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("GROUNDSWELL_SECRET_KEY", "a secret of at least thirty-two characters")
    monkeypatch.setenv("GROUNDSWELL_MASTER_KEYS", MASTER_KEYS)
    return database


def _said(*arguments: str, code: int = 0) -> str:
    result = RUN.invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result.output


def test_the_table_of_rules_is_printed() -> None:
    assert _said("access", "rules") == as_markdown()


def test_a_key_is_made_listed_and_revoked(settings: str) -> None:
    """The key is the only thing that is printed, so that it can go straight into a secret store."""
    key = _said(
        "keys", "create", "shop", "--role", "approver", "--limit", "50000 USD", "--expires-in-days", "30"
    ).strip()
    assert re.fullmatch(r"gsk_[0-9a-f]{16}_[\w-]{43}", key)
    id_ = key.split("_")[1]
    assert id_ in _said("keys", "list")
    assert "revoked" in _said("keys", "revoke", id_)
    assert "no key" in _said("keys", "revoke", "unknown", code=2)

    async def found() -> ApiKey | None:
        pool = await open_pool(settings)
        try:
            return await IssuedKeys(pool).behind(key)
        finally:
            await pool.close()

    assert asyncio.run(found()) is None


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("keys", "create", "x", "--role", "approver"), "an approver has a limit"),
        (("keys", "create", "x", "--limit", "many USD"), "is no limit"),
        (("keys", "create", "x", "--role", "creator"), "creators come by their links"),
        (("members", "add", "nobody", "--role", "ops"), "no mail address"),
        (("members", "remove", "nobody"), "There is no member nobody"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(settings: str, arguments: tuple[str, ...], wrong: str) -> None:
    assert wrong in _said(*arguments, code=2)


def test_a_member_is_let_in_listed_and_removed_in_a_workspace_of_their_own(settings: str) -> None:
    said = _said("members", "add", "robin@brand.example", "--role", "owner", "--workspace", "agency")
    assert "owner of agency" in said
    _said("members", "add", "sam@brand.example", "--role", "legal", "--workspace", "agency")
    listed = _said("members", "list", "--workspace", "agency")
    assert "robin@brand.example" in listed
    assert "robin@brand.example" not in _said("members", "list")

    (id_,) = re.findall(r"│ (\w{16}) │ sam@", listed)
    assert "has left" in _said("members", "remove", id_, "--workspace", "agency")
    assert "sam@" not in _said("members", "list", "--workspace", "agency")


def test_the_account_of_a_member_is_forgotten(settings: str) -> None:
    """So that they come in with another one; in their own workspace only."""
    said = _said("members", "add", "robin@brand.example", "--role", "ops")
    (id_,) = re.findall(r"\b[0-9a-f]{16}\b", said)

    async def found(subject: str) -> bool:
        pool = await open_pool(settings)
        try:
            return bool(
                (await Identities(pool).recognise("https://id.example", subject, "robin@brand.example")).members
            )
        finally:
            await pool.close()

    assert [asyncio.run(found(subject)) for subject in ("u-1", "u-2")] == [True, False]
    assert "no member" in _said("members", "forget-account", id_, "--workspace", "agency", code=2)
    assert "another account" in _said("members", "forget-account", id_)
    assert asyncio.run(found("u-2"))
