"""API keys: made once, shown once, kept as digests; each with a role, what it is narrowed to, and an end."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import IdempotencyKeyReused, NotFound
from domain.money import Money
from domain.values import Instant, Line, Value

PREFIX = "gsk"
"""What every key begins with, so that scanners for leaked secrets can know ours: `gsk_<id>_<secret>`."""

TOUCHED_EVERY = timedelta(minutes=1)
"""How exact the time of the last use is."""


class ApiKey(Value):
    """A key without its secret."""

    id: str
    """The part that may be shown and written down."""
    workspace: str
    name: Line
    role: str
    limit: Money | None
    """The most that one decision with it may commit; None is no limit."""
    campaign_id: str | None
    """The only campaign that it reaches; None is all of the workspace."""
    read_only: bool
    created_by: str
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    used_at: Instant | None
    """To the minute."""

    def counts(self, at: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class Wanted(Value):
    """What a key is asked to be."""

    name: Line
    role: str
    limit: Money | None = None
    campaign_id: str | None = None
    read_only: bool = False
    expires_in: timedelta | None = None
    """Counted from its making; None is until it is revoked."""

    def is_answered_by(self, key: ApiKey) -> bool:
        """Whether the key is what was asked for."""
        same = (self.name, self.role, self.limit, self.campaign_id, self.read_only)
        life = None if key.expires_at is None else key.expires_at - key.created_at
        return same == (key.name, key.role, key.limit, key.campaign_id, key.read_only) and self.expires_in == life


class IssuedKeys:
    """The keys of all workspaces. Those of the environment are not here: see `api.auth.ApiKeys`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create(self, workspace: str, wanted: Wanted, *, by: str, command_id: str) -> tuple[ApiKey, str | None]:
        """A new key and its whole text, which is shown this once. The same again is the same key without its text.

        Raises:
            IdempotencyKeyReused: the command id came with another wish before.
        """
        id_ = hashlib.sha256(f"key/{workspace}/{by}/{command_id}".encode()).hexdigest()[:16]
        now = datetime.now(UTC)
        text = f"{PREFIX}_{id_}_{secrets.token_urlsafe(32)}"
        row = await self._pool.fetchrow(
            QUERIES.create_api_key,
            id_,
            workspace,
            wanted.name,
            wanted.role,
            wanted.limit.amount if wanted.limit else None,
            wanted.limit.currency if wanted.limit else None,
            wanted.campaign_id,
            wanted.read_only,
            digest_of(text),
            by,
            now,
            None if wanted.expires_in is None else now + wanted.expires_in,
        )
        if row is not None:
            return _key(row), text
        made = await self.get(id_)
        if made is None or not wanted.is_answered_by(made):
            raise IdempotencyKeyReused(key=command_id)
        return made, None

    async def behind(self, presented: str) -> ApiKey | None:
        """The key that was presented, if it is one of ours and counts now. What it is compared in takes the same time
        for every secret."""
        prefix, _, rest = presented.partition("_")
        id_, _, secret = rest.partition("_")
        if prefix != PREFIX or not secret or len(presented) > 200 or not presented.isascii() or "\x00" in presented:
            return None
        row = await self._pool.fetchrow(QUERIES.find_api_key, id_)
        if row is None or not hmac.compare_digest(row["digest"], digest_of(presented)):
            return None
        key, now = _key(row), datetime.now(UTC)
        if not key.counts(now):
            return None
        if key.used_at is None or now - key.used_at > TOUCHED_EVERY:
            await self._pool.execute(QUERIES.touch_api_key, id_)
        return key

    async def get(self, key_id: str) -> ApiKey | None:
        """A key by its id, whether it counts or not."""
        row = await self._pool.fetchrow(QUERIES.find_api_key, key_id)
        return None if row is None else _key(row)

    async def of(self, workspace: str) -> list[ApiKey]:
        """All keys of a workspace, oldest first; those that have ended too."""
        return [_key(row) for row in await self._pool.fetch(QUERIES.list_api_keys, workspace)]

    async def revoke(
        self, workspace: str, key_id: str, *, by: str, when: Callable[[ApiKey], None] = lambda _: None
    ) -> ApiKey:
        """Ends a key from now on; again changes nothing.

        `when` is shown how it stands, which nobody else changes meanwhile; if it raises, nothing is changed.

        Raises:
            NotFound: this workspace has no such key.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(QUERIES.hold_api_key, workspace, key_id)
            if row is None:
                raise NotFound(kind="key", id=key_id[:64])
            when(_key(row))
            revoked = await connection.fetchrow(QUERIES.revoke_api_key, workspace, key_id, by)
            assert revoked is not None, "it is held"
        return _key(revoked)


def digest_of(secret: str) -> bytes:
    """What is kept in place of a secret with 256 random bits, which nobody finds by trying."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def limit_of(row: asyncpg.Record) -> Money | None:
    """The spend limit in a row."""
    amount = row["limit_amount"]
    return None if amount is None else Money(amount=amount, currency=row["limit_currency"])


def _key(row: asyncpg.Record) -> ApiKey:
    kept = {name: row[name] for name in ApiKey.model_fields if name != "limit"}
    return ApiKey(**kept, limit=limit_of(row))
