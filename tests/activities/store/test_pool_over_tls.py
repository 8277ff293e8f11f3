"""PostgreSQL over TLS, as managed services have it: `sslmode` and `sslrootcert` in DATABASE_URL are what it takes."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from activities.store.migrate import pending
from activities.store.pool import open_pool
from tests.certificates import Authority
from tests.tls_fronts import PostgresFront


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Whom the server's certificate is signed by."""
    return Authority(tmp_path / "certificates")


@pytest.fixture
async def front(database: str, authority: Authority) -> AsyncIterator[PostgresFront]:
    """A server that takes no connection without TLS."""
    where = parse_qs(urlsplit(database).query)
    async with PostgresFront(authority.server_side(), where["host"][0], int(where.get("port", ["5432"])[0])) as front:
        yield front


def dsn(front: PostgresFront, database: str, **options: str) -> str:
    """DATABASE_URL of the server behind the front."""
    name = urlsplit(database).path
    return f"postgresql://postgres@{front.address}{name}?" + "&".join(f"{key}={it}" for key, it in options.items())


async def test_the_store_works_over_tls_and_checks_whom_it_talks_to(
    front: PostgresFront, database: str, authority: Authority
) -> None:
    """Certificate and host name, with the settings that every connection of ours has."""
    verified = dsn(front, database, sslmode="verify-full", sslrootcert=str(authority.certificate))
    assert await pending(verified) == []
    pool = await open_pool(verified, application_name="tests")
    assert await pool.fetchval("show statement_timeout") == "30s"
    await pool.close()


async def test_a_server_that_we_have_no_reason_to_trust_is_refused(
    front: PostgresFront, database: str, tmp_path: Path
) -> None:
    """Another authority has signed for it."""
    stranger = Authority(tmp_path / "stranger")
    with pytest.raises(ssl.SSLCertVerificationError):
        await pending(dsn(front, database, sslmode="verify-full", sslrootcert=str(stranger.certificate)))


async def test_without_tls_there_is_no_connection(front: PostgresFront, database: str) -> None:
    """`sslmode=disable` does not get in, and no password is sent before that is clear."""
    with pytest.raises(asyncpg.PostgresConnectionError):
        await pending(dsn(front, database, sslmode="disable"))
