"""Keys: one for each creator and workspace, kept wrapped by a master key that comes from outside of the database.

Deleting a creator's key is what erases them. A process forgets a key that it has used after `KEY_LIFE` seconds: so
long, at most, may one that runs still read what has been erased.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Collection, Mapping
from time import monotonic

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from domain.errors import Erased

KEY_LIFE = 30.0
"""Seconds for which a process may use a key without asking the database whether it is still there."""

NONCE, KEY = 12, 32
"""Bytes: of the random nonce before each AES-256-GCM ciphertext, and of each key."""


class KeyUnavailable(Exception):
    """What was sealed cannot be opened, though it was not erased: the keys do not fit the database."""


def creators_key(creator_id: str) -> str:
    """Name of a creator's key."""
    return f"creator/{creator_id}"


def workspaces_key(workspace: str) -> str:
    """Name of the key for what belongs to a workspace and to no creator."""
    return f"workspace/{workspace}"


def encrypt(key: bytes, content: bytes, place: str) -> bytes:
    """Nonce and ciphertext (AES-256-GCM); it opens only under the same key and for the same place."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def decrypt(key: bytes, sealed: bytes, place: str) -> bytes:
    """The content.

    Raises:
        KeyUnavailable: another key sealed it, or for another place, or it was changed.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise KeyUnavailable(f"what is sealed in {place} does not open with its key") from error


def encrypt_alike(key: bytes, content: bytes, place: str) -> bytes:
    """As `encrypt`, but the same content always gives the same bytes (AES-SIV), so that they can be compared."""
    return AESSIV(_derived(key, "alike")).encrypt(content, [place.encode()])


def decrypt_alike(key: bytes, sealed: bytes, place: str) -> bytes:
    """As `decrypt`, for what `encrypt_alike` made."""
    try:
        return AESSIV(_derived(key, "alike")).decrypt(sealed, [place.encode()])
    except (InvalidTag, ValueError) as error:
        raise KeyUnavailable(f"what is sealed in {place} does not open with its key") from error


def keyed_hash(key: bytes, text: str) -> str:
    """A digest (hexadecimal) that only the key's holder can compute, or test a guess against."""
    return hmac.digest(_derived(key, "hash"), text.encode(), "sha256").hex()


def _derived(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, purpose.encode(), hashlib.sha512)


class MasterKeys:
    """The keys that wrap all others, by id. The first wraps what is new; the others still open what is old."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """
        Raises:
            ValueError: there is no key, or one is not 32 bytes long.
        """
        if not keys or not all(name and len(key) == KEY for name, key in keys.items()):
            raise ValueError("master keys are `id=key` pairs, each key 32 bytes in base64: openssl rand -base64 32")
        self._keys = dict(keys)
        self.current = next(iter(keys))

    @classmethod
    def parse(cls, text: str) -> "MasterKeys":
        """The keys in `2026=base64,2025=base64`, the current one first.

        Raises:
            ValueError: it is written otherwise, or an id comes twice. The message quotes no key.
        """
        pairs = [pair.strip().partition("=") for pair in text.split(",") if pair.strip()]
        try:
            keys = {name.strip(): base64.b64decode(key.strip(), validate=True) for name, _, key in pairs}
        except binascii.Error:
            keys = {}
        if len(keys) < len(pairs):
            raise ValueError("master keys are `id=key` pairs with different ids, each key in base64")
        return cls(keys)

    def wrap(self, owner: str, key: bytes) -> bytes:
        """The owner's key, encrypted by the current master key."""
        return encrypt(self._keys[self.current], key, owner)

    def unwrap(self, owner: str, master: str, wrapped: bytes) -> bytes:
        """The owner's key.

        Raises:
            KeyUnavailable: that master key is not among ours, or is another one under the same id.
        """
        if master not in self._keys:
            raise KeyUnavailable(f"GROUNDSWELL_MASTER_KEYS has no key {master!r}, which wraps the key of {owner}")
        return decrypt(self._keys[master], wrapped, owner)


class Keyring:
    """The keys of creators and workspaces.

    Whoever holds a connection passes it as `on`, lest everybody holds one and waits for another. A key is made on a
    connection of its own: a transaction that is undone must not take with it a key that something was sealed with.
    """

    def __init__(self, pool: Pool, masters: MasterKeys, *, key_life: float = KEY_LIFE) -> None:
        self._pool = pool
        self._masters = masters
        self._key_life = key_life
        self._known: OrderedDict[str, tuple[float, bytes | None]] = OrderedDict()
        """In the order in which they are to be forgotten."""

    async def to_seal(self, owner: str, on: "Connection | None" = None) -> bytes:
        """The owner's key, made now if they never had one.

        Raises:
            Erased: it has been deleted.
        """
        found = await self._look_up([owner], on)
        if owner not in found:
            await self._pool.execute(
                QUERIES.insert_key, owner, self._masters.current, self._masters.wrap(owner, os.urandom(KEY))
            )
            found = await self._look_up([owner], None)
        key = found[owner]
        if key is None:
            kind, _, name = owner.partition("/")
            raise Erased(kind=kind, id=name)
        return key

    async def to_open(self, owners: Collection[str], on: "Connection | None" = None) -> Mapping[str, bytes | None]:
        """The owners' keys; None is the key of somebody who has been erased.

        Raises:
            KeyUnavailable: an owner's key is missing without having been erased.
        """
        found = await self._look_up(owners, on)
        for owner in owners:
            if owner not in found:
                raise KeyUnavailable(f"the key of {owner} is missing: restore the table data_keys from its backup")
        return found

    async def _look_up(self, owners: Collection[str], on: "Connection | None") -> dict[str, bytes | None]:
        now = monotonic()
        known = {owner: self._known[owner] for owner in owners if owner in self._known}
        found = {owner: key for owner, (until, key) in known.items() if now < until}
        missing = [owner for owner in owners if owner not in found]
        if missing:
            while self._known and self._known[oldest := next(iter(self._known))][0] <= now:
                del self._known[oldest]
            for row in await (on or self._pool).fetch(QUERIES.read_keys, missing):
                key = row["wrapped"] and self._masters.unwrap(row["owner"], row["master"], row["wrapped"])
                found[row["owner"]] = key
                self._known[row["owner"]] = (now + self._key_life, key)
        return found

    async def forget(self, connection: Connection, owner: str) -> None:
        """Deletes the owner's key for ever, if the connection's transaction commits."""
        await connection.execute(QUERIES.forget_key, owner)
        self._known.pop(owner, None)

    async def rewrap(self) -> int:
        """Wraps every key by the current master key and returns their number; the other masters are then not needed.

        Safe to repeat, and while everything runs.
        """
        done = 0
        while rows := await self._pool.fetch(QUERIES.keys_of_other_masters, self._masters.current, 500):
            for row in rows:
                key = self._masters.unwrap(row["owner"], row["master"], row["wrapped"])
                wrapped = self._masters.wrap(row["owner"], key)
                await self._pool.execute(
                    QUERIES.rewrap_key, row["owner"], self._masters.current, wrapped, row["wrapped"]
                )
            done += len(rows)
        return done
