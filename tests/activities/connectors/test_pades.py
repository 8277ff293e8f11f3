"""The seal on contracts, as two validators see it: pyHanko's, and the command line's `openssl`."""

import re
import shutil
import subprocess
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
import typst
from pypdf import PdfReader

from activities.connectors.pades import PadesSeal, SealUnreadable, SealUnusable, self_signed, signed_part, verify
from activities.ports import SealKeys

REASON = "Contract collab-1, signed by both sides"


@cache  # a PDF has the second in it at which it was made
def pdf(text: str) -> bytes:
    content = typst.Compiler(f"= {text}\n#lorem(40)".encode()).compile(format="pdf")
    assert isinstance(content, bytes)
    return content


@pytest.fixture(scope="module")
def keys() -> SealKeys:
    return self_signed("Beanbarn")


@pytest.fixture
async def sealed(keys: SealKeys) -> bytes:
    return await PadesSeal.of(keys).seal(pdf("Contract"), pdf("Record"), reason=REASON)


async def test_a_sealed_contract_is_good_to_whoever_trusts_its_certificate(sealed: bytes, keys: SealKeys) -> None:
    found = await verify(sealed, keys.certificates)
    assert found.good
    assert "Beanbarn: contract seal" in found.sealed_by
    assert found.sealed_at is not None


async def test_it_begins_with_the_signed_document_byte_for_byte(sealed: bytes, keys: SealKeys) -> None:
    signed = pdf("Contract")
    assert sealed.startswith(signed)
    assert signed_part(sealed) == signed
    assert (await verify(sealed, keys.certificates)).signed_document == sha256(signed).hexdigest()


async def test_the_record_is_behind_it(sealed: bytes) -> None:
    pages = [page.extract_text() for page in PdfReader(BytesIO(sealed)).pages]
    assert [page.partition("\n")[0] for page in pages] == ["Contract", "Record"]


async def test_any_changed_byte_is_found(sealed: bytes, keys: SealKeys) -> None:
    """Wherever it is: in the signed document, in the record behind it, in the signature or behind that."""
    chance = Random(20261123)  # noqa: S311 - a sample of places
    for place in chance.sample(range(5, len(sealed)), 100):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert await is_found_out(bytes(changed), keys), place


async def is_found_out(content: bytes, keys: SealKeys) -> bool:
    try:
        return not (await verify(content, keys.certificates)).good
    except SealUnreadable:
        return True


async def test_what_is_added_after_the_seal_is_found(sealed: bytes, keys: SealKeys) -> None:
    assert not (await verify(sealed + b"\n% more\n", keys.certificates)).complete


async def test_a_seal_of_somebody_else_is_not_trusted(sealed: bytes) -> None:
    found = await verify(sealed, self_signed("Beanbarn").certificates)
    assert found.intact
    assert not found.trusted


async def test_a_file_without_a_seal_is_refused(keys: SealKeys) -> None:
    with pytest.raises(ValueError, match="has no seal"):
        await verify(pdf("Contract"), keys.certificates)
    with pytest.raises(ValueError, match="no PDF"):
        await verify(b"what is this?", keys.certificates)


def test_a_key_that_is_not_the_certificates_is_refused(keys: SealKeys) -> None:
    other = self_signed("Other")
    with pytest.raises(SealUnusable, match="not that of its key"):
        PadesSeal.of(SealKeys(private_key=keys.private_key, certificates=other.certificates))


def test_what_is_no_key_is_refused_without_being_quoted() -> None:
    with pytest.raises(SealUnusable, match="must be PEM") as refused:
        PadesSeal.of(SealKeys(private_key=b"secret", certificates=b"certificate"))
    assert "secret" not in str(refused.value)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
async def test_openssl_agrees(sealed: bytes, keys: SealKeys, tmp_path: Path) -> None:
    """Another implementation checks the same bytes against the same certificate."""
    ranges = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", sealed)
    assert ranges is not None
    before, first, second, after = (int(number) for number in ranges.groups())
    covered = sealed[before:first] + sealed[second : second + after]
    signature = bytes.fromhex(sealed[first + 1 : second - 1].decode())
    assert verified_by_openssl(tmp_path, covered, signature, keys.certificates)
    assert not verified_by_openssl(tmp_path, covered[:-1] + b"!", signature, keys.certificates)


def verified_by_openssl(folder: Path, covered: bytes, signature: bytes, certificate: bytes) -> bool:
    (folder / "covered").write_bytes(covered)
    (folder / "signature.der").write_bytes(signature)
    (folder / "seal.pem").write_bytes(certificate)
    command = "openssl cms -verify -cades -binary -inform DER -in signature.der -content covered -CAfile seal.pem"
    arguments = [*command.split(), "-purpose", "any", "-partial_chain", "-out", "/dev/null"]
    return subprocess.run(arguments, cwd=folder, capture_output=True, check=False).returncode == 0
