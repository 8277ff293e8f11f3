"""Documents under the hash of their content."""

import hashlib

import asyncpg
import pytest

from activities.store.documents import Documents
from activities.store.pool import Pool
from domain.errors import NotFound
from tests.keys import a_sealer


async def test_a_document_is_found_under_the_hash_of_its_content(pool: Pool) -> None:
    documents = Documents(pool, a_sealer(pool))
    content = bytes(range(256)) * 1_000
    sha256 = await documents.put(content, "application/pdf", creator_id=None)
    assert sha256 == hashlib.sha256(content).hexdigest()
    found = await documents.get(sha256)
    assert (found.media_type, found.content) == ("application/pdf", content)


async def test_the_same_content_again_changes_nothing(pool: Pool) -> None:
    documents = Documents(pool, a_sealer(pool))
    first = await documents.get(await documents.put(b"same", "text/plain", creator_id=None))
    assert await documents.get(await documents.put(b"same", "text/html", creator_id=None)) == first


async def test_an_unknown_hash_is_not_found(pool: Pool) -> None:
    with pytest.raises(NotFound):
        await Documents(pool, a_sealer(pool)).get("0" * 64)


async def test_the_database_refuses_content_under_another_hash(pool: Pool) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="content_addressed"):
        await pool.execute("insert into documents (sha256, media_type, content) values ('0', 'text/plain', 'x')")
