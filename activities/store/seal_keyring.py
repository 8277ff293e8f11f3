"""The keys that seal contracts, one for each workspace, kept encrypted with the workspace's own key."""

from collections.abc import Callable

from activities.ports import SealKeys
from activities.store.keys import Keyring, decrypt, encrypt, workspaces_key
from activities.store.pool import Pool
from activities.store.queries import QUERIES


class SealKeyring:
    """Keys and certificates by workspace."""

    def __init__(self, pool: Pool, keyring: Keyring, make: Callable[[str], SealKeys]) -> None:
        """`make` makes a new seal for an organisation."""
        self._pool = pool
        self._keyring = keyring
        self._make = make

    async def of(self, workspace: str) -> SealKeys:
        """The workspace's seal, made now if it never had one. Of several that are made at once the first stays."""
        place, key = f"seal/{workspace}", await self._keyring.to_seal(workspaces_key(workspace))
        row = await self._pool.fetchrow(QUERIES.get_seal, workspace)
        if row is None:
            new = self._make(f"Groundswell, workspace {workspace}")
            await self._pool.execute(
                QUERIES.put_seal, workspace, encrypt(key, new.private_key, place), new.certificates
            )
            row = await self._pool.fetchrow(QUERIES.get_seal, workspace)
            assert row is not None, "no seal is ever deleted"
        return SealKeys(private_key=decrypt(key, row["private_key"], place), certificates=row["certificates"])

    async def use(self, workspace: str, keys: SealKeys) -> None:
        """Seals the workspace's contracts with these from now on; those sealed before stay as they are."""
        key = await self._keyring.to_seal(workspaces_key(workspace))
        sealed = encrypt(key, keys.private_key, f"seal/{workspace}")
        await self._pool.execute(QUERIES.replace_seal, workspace, sealed, keys.certificates)
