"""Documents by the hash of their content: what was signed is what is kept, sealed with its creator's key."""

import hashlib

from activities.ports import Document
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from activities.store.sealing import Sealer
from domain.errors import NotFound


class Documents:
    """Content-addressed documents; there is no way to change one."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer

    async def put(self, content: bytes, media_type: str, *, creator_id: str | None) -> str:
        """Keeps the content and returns its SHA-256 in hexadecimal; the same content again changes nothing.

        The media type is that of the first time. `creator_id` is whom the document is about, None for nobody.

        Raises:
            Erased: the creator has been erased.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        if creator_id is not None:
            content = await self._sealer.seal_document(creator_id, sha256, content)
        await self._pool.execute(QUERIES.put_document, sha256, media_type, content, creator_id)
        return sha256

    async def get(self, sha256: str) -> Document:
        """The document under this hash.

        Raises:
            NotFound: there is none.
            Erased: it was about a creator who has been erased.
        """
        row = await self._pool.fetchrow(QUERIES.get_document, sha256)
        if row is None:
            raise NotFound(kind="document", id=sha256)
        content = row["content"]
        if row["creator_id"] is not None:
            content = await self._sealer.open_document(row["creator_id"], sha256, content)
        return Document(sha256=sha256, media_type=row["media_type"], content=content)
