"""The commands about sealed contracts, as somebody types them."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from activities.connectors.pades import PadesSeal, self_signed
from api.cli import app
from tests.activities.connectors.test_pades import pdf
from tests.keys import MASTER_KEYS


@pytest.fixture
def environment(database: str) -> dict[str, str]:
    return {"DATABASE_URL": database, "GROUNDSWELL_MASTER_KEYS": MASTER_KEYS, "GROUNDSWELL_SECRET_KEY": "k" * 32}


def run(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, ["contract", *map(str, arguments)], env=env)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a sealed contract, the certificate and the key of its seal."""
    keys = self_signed("Beanbarn")
    sealed = asyncio.run(PadesSeal.of(keys).seal(pdf("Contract"), pdf("Record"), reason="signed by both"))
    for name, content in (
        ("contract.pdf", sealed),
        ("seal.pem", keys.certificates),
        ("key.pem", keys.private_key),
        ("other.pem", self_signed("Other").certificates),
    ):
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_a_good_contract_passes(files: Path) -> None:
    result = run("check", files / "contract.pdf", "--certificate", files / "seal.pem")
    assert result.exit_code == 0
    assert "Unchanged since it was sealed" in result.stdout


def test_a_changed_contract_fails(files: Path) -> None:
    changed = bytearray((files / "contract.pdf").read_bytes())
    changed[500] ^= 1
    (files / "contract.pdf").write_bytes(changed)
    result = run("check", files / "contract.pdf", "--certificate", files / "seal.pem")
    assert result.exit_code == 1
    assert "CHANGED after it was sealed" in result.stdout


def test_a_strangers_seal_fails(files: Path) -> None:
    result = run("check", files / "contract.pdf", "--certificate", files / "other.pem")
    assert result.exit_code == 1
    assert "NOT TRUSTED" in result.stdout


def test_a_file_that_is_no_contract_is_refused(files: Path) -> None:
    result = run("check", files / "key.pem", "--certificate", files / "seal.pem")
    assert result.exit_code == 2
    assert result.stderr.startswith("key.pem: this is no PDF")


def test_the_certificate_is_printed_for_whoever_checks(environment: dict[str, str]) -> None:
    """Twice the same: it is made once."""
    first, second = run("certificate", env=environment), run("certificate", env=environment)
    assert first.stdout.startswith("-----BEGIN CERTIFICATE-----")
    assert first.stdout == second.stdout


def test_an_operators_certificate_takes_its_place(environment: dict[str, str], files: Path) -> None:
    seal = "--key", files / "key.pem", "--certificates", files / "seal.pem"
    assert run("seal-with", *seal, env=environment).exit_code == 0
    assert run("certificate", env=environment).stdout == (files / "seal.pem").read_text()


def test_a_certificate_of_another_key_is_refused(environment: dict[str, str], files: Path) -> None:
    result = run("seal-with", "--key", files / "key.pem", "--certificates", files / "other.pem", env=environment)
    assert result.exit_code == 2
    assert "not that of its key" in result.stderr
