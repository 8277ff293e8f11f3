"""The seals' keys: made once, kept encrypted, replaced by an operator's."""

import asyncio

from activities.connectors.pades import self_signed
from activities.store.pool import Pool
from activities.store.seal_keyring import SealKeyring
from tests.keys import a_sealer


def a_keyring(pool: Pool) -> SealKeyring:
    return SealKeyring(pool, a_sealer(pool).keyring, make=self_signed)


async def test_a_workspace_keeps_its_seal(pool: Pool) -> None:
    """Whichever process asks, and however many at once."""
    found = await asyncio.gather(*(a_keyring(pool).of("default") for _ in range(5)))
    assert len({keys.certificates for keys in found}) == 1
    assert len({keys.private_key for keys in found}) == 1


async def test_workspaces_have_seals_of_their_own(pool: Pool) -> None:
    assert await a_keyring(pool).of("default") != await a_keyring(pool).of("other")


async def test_the_key_is_not_stored_in_clear(pool: Pool) -> None:
    keys = await a_keyring(pool).of("default")
    stored = await pool.fetchval("select private_key from seals")
    assert b"PRIVATE KEY" in keys.private_key
    assert b"PRIVATE KEY" not in stored
    assert "PRIVATE KEY" not in repr(keys)


async def test_an_operators_seal_takes_the_place_of_the_one_made_here(pool: Pool) -> None:
    keyring, own = a_keyring(pool), self_signed("From an authority")
    await keyring.of("default")
    await keyring.use("default", own)
    assert await a_keyring(pool).of("default") == own
