"""Documents by the hash of their content: what was signed is what is kept."""

import hashlib

from activities.ports import Document
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import NotFound


class Documents:
    """Content-addressed documents; there is no way to change one."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put(self, content: bytes, media_type: str) -> str:
        """Keeps the content and returns its SHA-256 in hexadecimal; the same content again changes nothing.

        The media type is that of the first time.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        await self._pool.execute(QUERIES.put_document, sha256, media_type, content)
        return sha256

    async def get(self, sha256: str) -> Document:
        """The document under this hash.

        Raises:
            NotFound: there is none.
        """
        row = await self._pool.fetchrow(QUERIES.get_document, sha256)
        if row is None:
            raise NotFound(kind="document", id=sha256)
        return Document(**dict(row))
