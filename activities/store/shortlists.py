"""Ranked lists of creators, kept once under the digest of their content and never changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import NotFound


@dataclass(frozen=True)
class Entry:
    """One creator of a list; `evidence` says how the score came about."""

    creator_id: str
    score: float
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Ranked(Entry):
    """An entry with its place in the list, from 1."""

    rank: int


class Shortlists:
    """Lists by digest. One may have ten thousand entries, so reading is by pages."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def write(self, entries: Sequence[Entry]) -> str:
        """Keeps the list, best first, and returns its digest; the same list again changes nothing.

        Raises:
            asyncpg.UniqueViolationError: a creator is on the list twice.
        """
        digest = _digest(entries)
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(QUERIES.insert_shortlist, digest, len(entries)) is not None:
                await connection.execute(
                    QUERIES.insert_shortlist_entries,
                    digest,
                    [entry.creator_id for entry in entries],
                    [entry.score for entry in entries],
                    [entry.evidence for entry in entries],
                )
        return digest

    async def size(self, digest: str) -> int:
        """How many creators the list has.

        Raises:
            NotFound: there is no such list.
        """
        size: int | None = await self._pool.fetchval(QUERIES.shortlist_size, digest)
        if size is None:
            raise NotFound(kind="shortlist", id=digest)
        return size

    async def page(self, digest: str, after_rank: int = 0, limit: int = 100) -> list[Ranked]:
        """The next `limit` entries after a rank; empty at the end, and for an unknown digest."""
        rows = await self._pool.fetch(QUERIES.read_shortlist, digest, after_rank, limit)
        return [Ranked(row["creator_id"], row["score"], row["evidence"], row["rank"]) for row in rows]


def _digest(entries: Sequence[Entry]) -> str:
    content = [[entry.creator_id, entry.score, entry.evidence] for entry in entries]
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()
