"""Signed checkpoints: what the record was at one moment, in a document so small that it can be kept elsewhere.

A hash chain shows that a stream was changed, unless whoever changed it computed the chain anew, or removed the stream
altogether. A checkpoint that was signed before, and kept where they can't reach, shows that too. Positions are settled
in order, so everything up to the checkpoint's position can be read again at any later time, also from a dump.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from activities.store.feed import Feed
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.values import Instant, Sha256, Value

NOT_SIGNED = "The checkpoint was not signed with this key, or was changed since."
"""What is said of a checkpoint that is not to be believed."""


class Checkpoint(Value):
    """What the record was, up to a position of the feed, and whose word it is."""

    format: Literal["groundswell-checkpoint-1"] = "groundswell-checkpoint-1"
    taken_at: Instant
    position: int
    streams: int
    events: int
    digest: Sha256
    """Of the name, last version and last hash of every stream up to the position: see `Heads`."""
    signature: str = ""
    """Ed25519 over `signed`, hexadecimal."""

    @property
    def signed(self) -> bytes:
        """What the signature is of: the other fields as JSON with sorted keys and without spaces."""
        fields = self.model_dump(mode="json", exclude={"signature"})
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


@dataclass
class Heads:
    """The ends of all streams, rolled into one digest; they are given in the order of their names' code points."""

    streams: int = 0
    events: int = 0
    _sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, stream: str, version: int, hash: bytes) -> None:  # noqa: A002 - the column's name
        """Counts one stream in."""
        self.streams += 1
        self.events += version
        self._sha256.update(f"{stream} {version} {hash.hex()}\n".encode())

    @property
    def digest(self) -> str:
        """SHA-256 of a line for each stream, hexadecimal."""
        return self._sha256.hexdigest()


async def write_checkpoint(pool: Pool, key: Ed25519PrivateKey) -> Checkpoint:
    """A signed checkpoint of everything that is settled now. Verify the record first: a signature vouches for it."""
    position = await Feed(pool).settled()
    heads = await _heads_at(pool, position)
    unsigned = Checkpoint(
        taken_at=datetime.now(UTC),
        position=position,
        streams=heads.streams,
        events=heads.events,
        digest=heads.digest,
    )
    return unsigned.model_copy(update={"signature": key.sign(unsigned.signed).hex()})


async def verify_checkpoint(pool: Pool, checkpoint: Checkpoint, key: Ed25519PublicKey) -> list[str]:
    """What speaks against the record being the one that was signed, in sentences; nothing if it is.

    The hashes in the streams are taken as they are, so it says something only of a record whose chains verify.
    """
    if not signed_by(checkpoint, key):
        return [NOT_SIGNED]
    return differences(checkpoint, await _heads_at(pool, checkpoint.position))


def signed_by(checkpoint: Checkpoint, key: Ed25519PublicKey) -> bool:
    """Whether the checkpoint is as the holder of the key has signed it."""
    with suppress(InvalidSignature, ValueError):
        key.verify(bytes.fromhex(checkpoint.signature), checkpoint.signed)
        return True
    return False


def differences(checkpoint: Checkpoint, heads: Heads) -> list[str]:
    """How streams up to the checkpoint's position differ from those that it is of, in sentences."""
    found = [
        f"Up to position {checkpoint.position} there were {signed} {what}, and are {there}."
        for what, signed, there in (
            ("streams", checkpoint.streams, heads.streams),
            ("events", checkpoint.events, heads.events),
        )
        if signed != there
    ]
    if not found and checkpoint.digest != heads.digest:
        found = [f"Up to position {checkpoint.position} some stream is not what it was."]
    return found


def heads_of(last_events: Iterable[tuple[str, int, bytes]]) -> Heads:
    """The digest of the last events of streams (name, version, hash), in any order."""
    heads = Heads()
    for last in sorted(last_events):
        heads.add(*last)
    return heads


async def _heads_at(pool: Pool, position: int) -> Heads:
    heads = Heads()
    async for stream, version, hash_ in _last_events(pool, position):
        heads.add(stream, version, hash_)
    return heads


async def _last_events(pool: Pool, position: int) -> AsyncIterator[tuple[str, int, bytes]]:
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        async for row in connection.cursor(QUERIES.heads_at, position, prefetch=1_000):
            yield row["stream"], row["version"], row["hash"]


def create_key(path: Path) -> Ed25519PrivateKey:
    """A new private key, kept in a PEM file that only its owner can read; the public one is beside it, in `.pub`.

    Raises:
        FileExistsError: there is a file already.
    """
    key = Ed25519PrivateKey.generate()
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    path.with_name(f"{path.name}.pub").write_bytes(public)
    return key


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file.

    Raises:
        OSError: it can't be read.
        ValueError: it is no private Ed25519 key.
    """
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 key")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The key in a PEM file.

    Raises:
        OSError: it can't be read.
        ValueError: it is no public Ed25519 key.
    """
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path} is not an Ed25519 key")
    return key
