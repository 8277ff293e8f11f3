"""Keys: what is sealed opens only with its key in its place, master keys rotate, and a deleted key stays deleted."""

import asyncio
import os

import pytest

from activities.store import keys
from activities.store.keys import Keyring, KeyUnavailable, MasterKeys
from activities.store.pool import Pool
from domain.errors import Erased
from tests.keys import MASTER_KEYS, MASTERS

OWNER = "creator/c1"
OTHER = "other=" + "b3Ro" * 10 + "b3I="


async def forget(pool: Pool, keyring: Keyring, owner: str = OWNER) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await keyring.forget(connection, owner)


def test_what_is_sealed_opens_only_with_its_key_in_its_place() -> None:
    """A ciphertext that is moved or touched is not read as something else."""
    key = os.urandom(32)
    for seal, open_ in ((keys.encrypt, keys.decrypt), (keys.encrypt_alike, keys.decrypt_alike)):
        sealed = seal(key, b"a name", "here")
        assert b"a name" not in sealed
        assert open_(key, sealed, "here") == b"a name"
        for wrong in ((os.urandom(32), sealed, "here"), (key, sealed, "there"), (key, sealed[:-1] + b"\0", "here")):
            with pytest.raises(KeyUnavailable):
                open_(*wrong)


def test_only_what_is_sealed_alike_is_alike() -> None:
    """Two ciphertexts of one text differ, unless they are made to be compared."""
    key = os.urandom(32)
    assert keys.encrypt(key, b"same", "here") != keys.encrypt(key, b"same", "here")
    assert keys.encrypt_alike(key, b"same", "here") == keys.encrypt_alike(key, b"same", "here")


@pytest.mark.parametrize("text", ["", "no-pair", "id=dG9vIHNob3J0", "id=not base64!", f"{OTHER},{OTHER}"])
def test_malformed_master_keys_are_refused(text: str) -> None:
    """With a sentence that quotes none of them."""
    with pytest.raises(ValueError, match="master keys are") as refused:
        MasterKeys.parse(text)
    assert "b3Ro" not in str(refused.value)


async def test_an_owner_has_one_key_however_many_ask_first(pool: Pool) -> None:
    """The first of several processes makes it; all get the same."""
    rings = [Keyring(pool, MASTERS) for _ in range(8)]
    assert len(set(await asyncio.gather(*(ring.to_seal(OWNER) for ring in rings)))) == 1
    assert await rings[0].to_seal("creator/c2") != await rings[0].to_seal(OWNER)


async def test_no_key_is_stored_open(pool: Pool) -> None:
    """What the database holds is of no use without the master key."""
    key = await Keyring(pool, MASTERS).to_seal(OWNER)
    assert key not in await pool.fetchval("select wrapped from data_keys")


async def test_a_deleted_key_is_deleted_for_ever(pool: Pool) -> None:
    """Nothing more can be sealed, what was sealed reads as erased, and nobody gets another key."""
    ring = Keyring(pool, MASTERS)
    await ring.to_seal(OWNER)
    await forget(pool, ring)
    await forget(pool, ring)
    for each in (ring, Keyring(pool, MASTERS)):
        assert await each.to_open([OWNER]) == {OWNER: None}
        with pytest.raises(Erased, match="creator c1"):
            await each.to_seal(OWNER)


async def test_somebody_who_never_had_a_key_gets_none_after_erasure(pool: Pool) -> None:
    """Whoever was erased before anything was stored stays erased."""
    ring = Keyring(pool, MASTERS)
    await forget(pool, ring)
    with pytest.raises(Erased):
        await ring.to_seal(OWNER)


async def test_another_process_forgets_a_deleted_key_in_bounded_time(pool: Pool) -> None:
    """It asks the database again when the key's life is over."""
    here, there = Keyring(pool, MASTERS), Keyring(pool, MASTERS, key_life=0.2)
    await there.to_seal(OWNER)
    await forget(pool, here)
    await asyncio.sleep(0.25)
    assert await there.to_open([OWNER]) == {OWNER: None}


async def test_a_missing_key_is_no_erasure(pool: Pool) -> None:
    """A database without its keys says so, instead of looking as if everybody had been erased."""
    with pytest.raises(KeyUnavailable, match="restore the table data_keys"):
        await Keyring(pool, MASTERS).to_open([OWNER])


async def test_an_unknown_master_key_is_named(pool: Pool) -> None:
    """So that whoever runs the engine knows which one to bring."""
    await Keyring(pool, MASTERS).to_seal(OWNER)
    with pytest.raises(KeyUnavailable, match="'tests'"):
        await Keyring(pool, MasterKeys.parse(OTHER)).to_open([OWNER])


async def test_master_keys_rotate(pool: Pool) -> None:
    """With both, old and new, everything opens; after rewrapping the new one is enough."""
    key = await Keyring(pool, MASTERS).to_seal(OWNER)
    await forget(pool, Keyring(pool, MASTERS), "creator/erased")
    both = Keyring(pool, MasterKeys.parse(f"{OTHER},{MASTER_KEYS}"))
    assert await both.to_seal(OWNER) == key
    assert await both.rewrap() == 1
    assert await both.rewrap() == 0
    assert await Keyring(pool, MasterKeys.parse(OTHER)).to_open([OWNER, "creator/erased"]) == {
        OWNER: key,
        "creator/erased": None,
    }


async def test_whoever_holds_a_connection_needs_no_other(pool: Pool) -> None:
    """Otherwise as many appends as the pool has connections would wait for each other for ever."""
    await Keyring(pool, MASTERS).to_seal(OWNER)
    held = [await pool.acquire() for _ in range(10)]
    try:
        async with asyncio.timeout(5):
            assert OWNER in await Keyring(pool, MASTERS).to_open([OWNER], held[0])
            assert await Keyring(pool, MASTERS).to_seal(OWNER, held[0])
    finally:
        for connection in held:
            await pool.release(connection)


def test_a_keyed_hash_needs_the_key() -> None:
    """The same text under the same key is the same; under another it is another."""
    one, other = os.urandom(32), os.urandom(32)
    assert keys.keyed_hash(one, "instagram/maya") == keys.keyed_hash(one, "instagram/maya")
    assert keys.keyed_hash(one, "instagram/maya") != keys.keyed_hash(other, "instagram/maya")
    assert keys.keyed_hash(one, "instagram/maya") != keys.keyed_hash(one, "tiktok/maya")
