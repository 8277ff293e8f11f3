"""Erasing a creator: their key, row of the directory and track record go, and a note stays that this was done."""

from collections.abc import Sequence

import asyncpg

from activities.store.creators import account_hash
from activities.store.keys import Keyring, creators_key, workspaces_key
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import NotFound, StillUnderWay
from domain.values import Instant, Value


class Erasure(Value):
    """That a creator was erased: at whose word, when, and of how much nothing can be read since."""

    creator_id: str
    requested_by: str
    collaborations: int
    documents: int
    """Files that the creator uploaded are among them."""
    erased_at: Instant
    """The first time, however often it was asked for."""


class Erasures:
    """Erases creators."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring

    async def collaborations(self, creator_id: str) -> tuple[Sequence[str], Sequence[str]]:
        """Ids of the creator's collaborations: those under way, and those that have ended."""
        rows = await self._pool.fetch(QUERIES.collaborations_with, creator_id)
        under_way = [row["collaboration_id"] for row in rows if not row["ended"]]
        return under_way, [row["collaboration_id"] for row in rows if row["ended"]]

    async def get(self, creator_id: str) -> Erasure | None:
        """The note on an erasure; None if there was none."""
        row = await self._pool.fetchrow(QUERIES.get_erasure, creator_id)
        return None if row is None else _noted(row)

    async def erase(self, creator_id: str, *, requested_by: str) -> Erasure:
        """Makes everything about a creator unreadable, for ever; again changes nothing and returns the first note.

        Raises:
            NotFound: there is no such creator.
            StillUnderWay: a collaboration with them has not ended.
        """
        workspace = await self._pool.fetchval(QUERIES.workspace_of_creator, creator_id)
        if workspace is None:
            raise NotFound(kind="creator", id=creator_id)
        key = await self._keyring.to_seal(workspaces_key(workspace))
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(QUERIES.hold_directory_alone, workspace)
            row = await connection.fetchrow(QUERIES.lock_creator, creator_id)
            assert row is not None, "no creator is ever deleted"
            if row["erased_at"] is not None:
                return _noted(await connection.fetchrow(QUERIES.get_erasure, creator_id))
            rows = await connection.fetch(QUERIES.collaborations_with, creator_id)
            if under_way := [each["collaboration_id"] for each in rows if not each["ended"]]:
                raise still_under_way(creator_id, under_way)
            await connection.execute(
                QUERIES.blank_creator, creator_id, account_hash(key, row["platform"], row["handle"])
            )
            await self._keyring.forget(connection, creators_key(creator_id))
            await connection.execute(QUERIES.forget_track_record, creator_id)
            await connection.execute(QUERIES.forget_payout_accounts, creator_id)
            await connection.execute(QUERIES.forget_files, creator_id)
            documents = await connection.fetchval(QUERIES.documents_about, creator_id)
            noted = await connection.fetchrow(
                QUERIES.record_erasure, creator_id, workspace, requested_by, len(rows), documents
            )
        await self._sweep()
        return _noted(noted)

    async def _sweep(self) -> None:
        """Has the server drop the rows' former versions, which no query shows but its files still hold."""
        async with self._pool.acquire() as connection:
            for table in ("data_keys", "creators", "creator_track_records", "payout_ways", "file_parts"):
                await connection.execute(f"vacuum {table}")


def _noted(row: asyncpg.Record | None) -> Erasure:
    assert row is not None, "whoever was erased has a note"
    return Erasure(**dict(row))


def still_under_way(creator_id: str, collaborations: Sequence[str]) -> StillUnderWay:
    """The refusal to erase somebody with whom there is still something to settle."""
    todo = "End them first, or have them cancelled with --cancel."
    return StillUnderWay(creator=creator_id, collaborations=", ".join(collaborations), todo=todo)
