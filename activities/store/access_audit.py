"""The audit of access: what was refused to whom and why, and who was given or lost access. Ids only, append-only."""

import hashlib
from collections.abc import Mapping

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.values import Instant, Value

NEWEST = 2**62
"""A place before all entries."""


class Entry(Value):
    """One thing that happened, or was kept from happening."""

    id: int
    at: Instant
    workspace: str | None
    kind: str | None
    """`key`, `member` or `creator`; None where nobody could be recognised."""
    principal: str | None
    role: str | None
    action: str
    """The method and the route's template, or what was done: `key.created`."""
    about: dict[str, str]
    """By id: `{"campaign_id": "..."}`."""
    refused: str | None
    """The code of the refusal; None where it was done."""
    request_id: str


class AccessAudit:
    """The audit of all workspaces."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def note(
        self,
        action: str,
        *,
        workspace: str | None,
        kind: str | None,
        principal: str | None,
        role: str | None,
        about: Mapping[str, str],
        refused: str | None,
        request_id: str,
    ) -> None:
        """Notes it for ever."""
        await self._pool.execute(
            QUERIES.audit_access, workspace, kind, principal, role, action, dict(about), refused, request_id
        )

    async def page(self, workspace: str, before: int = NEWEST, limit: int = 100) -> list[Entry]:
        """What is noted of a workspace, newest first, from below an entry's id on."""
        rows = await self._pool.fetch(QUERIES.list_access_audit, workspace, before, limit)
        return [Entry(**dict(row)) for row in rows]


class UsedLinks:
    """Links of creators that work once, and have; known by their digests."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def used_with(self, token: str) -> str | None:
        """The idempotency key with which the link was used; None if it was not."""
        found: str | None = await self._pool.fetchval(QUERIES.creator_link_use, _digest(token))
        return found

    async def use(self, token: str, collaboration_id: str, step: str, command_id: str) -> None:
        """Notes that the link was used; one that was used before stays as it was."""
        await self._pool.execute(QUERIES.use_creator_link, _digest(token), collaboration_id, step, command_id)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
