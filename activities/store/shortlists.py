"""Ranked lists of creators, kept once under the digest of their content and never changed."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from activities.ports import ShortlistEntry
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.discovery import Shortlist
from domain.errors import NotFound
from domain.ranking import Ranked


class Shortlists:
    """Lists by digest. One may have ten thousand entries, so reading is by pages."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put(self, ranked: Sequence[Ranked]) -> str:
        """Keeps the list, best first, and returns its digest; the same list again changes nothing.

        Raises:
            asyncpg.UniqueViolationError: a creator is on the list twice.
        """
        # Ten thousand entries take a second, during which everything else on this loop goes on.
        entries, digest = await asyncio.to_thread(_prepared, ranked)
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(QUERIES.insert_shortlist, digest, len(entries)) is not None:
                await connection.execute(QUERIES.insert_shortlist_entries, digest, entries)
        return digest

    async def get(self, digest: str) -> Shortlist:
        """The list's digest and size.

        Raises:
            NotFound: there is no such list.
        """
        size: int | None = await self._pool.fetchval(QUERIES.shortlist_size, digest)
        if size is None:
            raise NotFound(kind="shortlist", id=digest)
        return Shortlist(digest=digest, size=size)

    async def page(self, digest: str, *, after_rank: int = 0, limit: int = 100) -> list[ShortlistEntry]:
        """The next `limit` entries after a rank, best first; empty at the end, and for an unknown digest."""
        rows = await self._pool.fetch(QUERIES.read_shortlist, digest, after_rank, limit)
        return [
            ShortlistEntry(
                row["rank"],
                Ranked(
                    creator_id=row["creator_id"],
                    score=row["score"],
                    certainty=row["certainty"],
                    evidence=row["evidence"],
                ),
            )
            for row in rows
        ]


def _prepared(ranked: Sequence[Ranked]) -> tuple[list[dict[str, Any]], str]:
    """The list as it is kept, and its digest."""
    entries = [entry.model_dump(mode="json") for entry in ranked]
    return entries, hashlib.sha256(json.dumps(entries, sort_keys=True, allow_nan=False).encode()).hexdigest()
