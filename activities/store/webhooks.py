"""Webhooks: who is told of which events, how far each has come, and what the last attempts came to.

Each has its own place in the feed. Whoever sends holds a lease on it, which runs out if the process dies; what it notes
is fenced by that lease. So after any crash an event may be sent again, and none is left out.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from pydantic import Field

from activities.connectors.receivers import Reception, new_secret
from activities.store.feed import Feed
from activities.store.keys import Keyring, decrypt, encrypt, keyed_hash, workspaces_key
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from domain.errors import IdempotencyKeyReused, NotFound
from domain.events import Envelope
from domain.values import Instant, Value

LEASE = timedelta(seconds=90)
"""How long nobody else sends after a sign of life: longer than an attempt takes."""

KEPT = 1_000
"""Attempts of each webhook that its log holds."""

SLACK = "slack"
"""Id and kind of the channel whose address is in the environment."""


class Kind(StrEnum):
    """Who reads what is sent."""

    PROGRAM = "program"
    SLACK = SLACK


class Webhook(Value):
    """A webhook as it stands."""

    id: str
    workspace: str
    kind: Kind
    url: str | None
    """None of Slack's, whose address is in the environment."""
    types: tuple[str, ...] | None
    """Which types of events; None is all."""
    enabled: bool
    note: str | None
    """Why it was disabled, or what was wrong with the last attempt."""
    position: int
    """Everything up to here was received, or not wanted."""
    failures: int
    """In a row, of the first event after the position."""
    due_at: Instant
    """When that one is tried again, if there were failures."""
    created_at: Instant
    disabled_at: Instant | None


@dataclass(frozen=True)
class Claim:
    """A webhook that this process alone sends to, for a while."""

    webhook: Webhook
    lease: UUID


class Delivery(Value):
    """One attempt."""

    id: int = Field(ge=1)
    event_id: UUID
    type: str
    position: int
    attempt: int
    status: int | None
    failure: str | None
    """None if it was received."""
    milliseconds: int
    at: Instant


When = Callable[[Webhook], None]
"""Raises if a webhook that stands so is not to be changed."""


class Webhooks:
    """The webhooks of all workspaces."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring
        self._feed = Feed(pool)

    async def open(
        self, id_: str, workspace: str, url: str, types: Sequence[str] | None, *, command_id: str
    ) -> tuple[Webhook, bytes]:
        """A new webhook that is told of what happens from now on, and its secret; a repetition gives the same again.

        Raises:
            IdempotencyKeyReused: the id came with another request before.
        """
        key = await self._keyring.to_seal(workspaces_key(workspace))
        fingerprint = keyed_hash(key, "\n".join([url, *([] if types is None else ["types", *types])]))
        await self._pool.execute(
            QUERIES.open_webhook,
            *(id_, workspace, Kind.PROGRAM, url, encrypt(key, new_secret(), _place(id_)), types, fingerprint),
            await self._feed.settled(),
        )
        row = await self._pool.fetchrow(QUERIES.get_webhook, workspace, id_)
        if row is None or row["fingerprint"] != fingerprint:
            raise IdempotencyKeyReused(key=command_id)
        return _webhook(row), decrypt(key, row["secret"], _place(id_))

    async def open_slack(self, workspace: str, types: Sequence[str]) -> None:
        """Have the channel told of these types of events from now on, unless it is there."""
        await self._pool.execute(
            QUERIES.open_webhook, SLACK, workspace, Kind.SLACK, None, None, types, None, await self._feed.settled()
        )

    async def get(self, workspace: str, id_: str) -> Webhook:
        """A webhook.

        Raises:
            NotFound: there is none.
        """
        return _found(await self._pool.fetchrow(QUERIES.get_webhook, workspace, id_), id_)

    async def list(self, workspace: str) -> Sequence[Webhook]:
        """All of them, oldest first."""
        return [_webhook(row) for row in await self._pool.fetch(QUERIES.list_webhooks, workspace)]

    async def change(
        self,
        workspace: str,
        id_: str,
        *,
        url: str | None,
        types: Sequence[str] | None,
        enabled: bool,
        when: When = lambda _: None,
    ) -> Webhook:
        """Have it be so; enabled, it goes on where it stood. Raises as `get`.

        `when` is shown how it stands, which nobody else changes meanwhile; if it raises, nothing is changed.
        """
        async with self._held(workspace, id_, when) as connection:
            row = await connection.fetchrow(QUERIES.change_webhook, workspace, id_, url, types, enabled)
        return _found(row, id_)

    async def replay(
        self, workspace: str, id_: str, from_position: int, *, command_id: str, when: When = lambda _: None
    ) -> Webhook:
        """Have everything from a position of the feed on sent again, in order, before what comes.

        `when` as in `change`; raises as `get`.
        """
        async with self._held(workspace, id_, when) as connection:
            row = await connection.fetchrow(QUERIES.replay_webhook, workspace, id_, from_position, command_id)
        return _found(row, id_)

    async def close(self, workspace: str, id_: str, *, when: When = lambda _: None) -> None:
        """Have it forgotten. `when` as in `change`; raises as `get`."""
        async with self._held(workspace, id_, when) as connection:
            await connection.execute(QUERIES.close_webhook, workspace, id_)

    @asynccontextmanager
    async def _held(self, workspace: str, id_: str, when: When) -> AsyncIterator[Connection]:
        """A transaction in which nobody else changes it."""
        async with self._pool.acquire() as connection, connection.transaction():
            when(_found(await connection.fetchrow(QUERIES.hold_webhook, workspace, id_), id_))
            yield connection

    async def secret(self, workspace: str, id_: str) -> bytes | None:
        """What its messages are signed with; None of Slack's. Raises as `get`."""
        row = await self._pool.fetchrow(QUERIES.get_webhook, workspace, id_)
        if row is None:
            raise NotFound(kind="webhook", id=id_)
        if row["secret"] is None:
            return None
        key = await self._keyring.to_seal(workspaces_key(workspace))
        return decrypt(key, row["secret"], _place(id_))

    async def deliveries(self, id_: str, before: int | None, limit: int) -> Sequence[Delivery]:
        """The last attempts before one, newest first."""
        return [Delivery(**dict(row)) for row in await self._pool.fetch(QUERIES.webhook_deliveries, id_, before, limit)]

    # --------------------------------------------------------------------------------------------------- to send

    async def claim(self, kinds: Collection[Kind]) -> Claim | None:
        """One that is due and that nobody else sends to; None if there is none."""
        settled = await self._feed.settled(patience=0)
        lease = uuid4()
        row = await self._pool.fetchrow(QUERIES.claim_webhook, list(kinds), settled, lease, LEASE)
        return None if row is None else Claim(_webhook(row), lease)

    async def received(self, claim: Claim, position: int, *, pause: timedelta = timedelta(0)) -> bool:
        """Note that everything up to a position is done; the next is due after a pause. False if the lease is lost."""
        return bool(
            await self._pool.fetchval(QUERIES.webhook_received, claim.webhook.id, claim.lease, position, LEASE, pause)
        )

    async def failed(self, claim: Claim, note: str, again: timedelta | None) -> bool:
        """Note a failure, and try again after a while; if never, disable it. False if the lease is lost."""
        return bool(await self._pool.fetchval(QUERIES.webhook_failed, claim.webhook.id, claim.lease, again, note))

    async def release(self, claim: Claim, pause: timedelta = timedelta(0)) -> None:
        """Let others send, after a pause."""
        await self._pool.execute(QUERIES.release_webhook, claim.webhook.id, claim.lease, pause)

    async def log(self, webhook_id: str, envelope: Envelope, attempt: int, reception: Reception) -> None:
        """Note what an attempt came to."""
        await self._pool.execute(
            QUERIES.note_delivery,
            *(webhook_id, envelope.event_id, envelope.type, envelope.position, attempt),
            *(reception.status, reception.failure, reception.milliseconds),
        )

    async def forget_log(self, webhook_id: str) -> None:
        """Remove what is too old from the log."""
        await self._pool.execute(QUERIES.forget_deliveries, webhook_id, KEPT)

    async def to_tell_of(self) -> Sequence[Mapping[str, Any]]:
        """Those that were disabled, of which nobody has been told."""
        return [dict(row) for row in await self._pool.fetch(QUERIES.webhooks_to_tell_of)]

    async def told_of(self, webhook_id: str) -> None:
        """Note that somebody has been told."""
        await self._pool.execute(QUERIES.webhook_told_of, webhook_id)


def _place(id_: str) -> str:
    return f"webhook/{id_}"


def _found(row: asyncpg.Record | None, id_: str) -> Webhook:
    if row is None:
        raise NotFound(kind="webhook", id=id_)
    return _webhook(row)


def _webhook(row: asyncpg.Record) -> Webhook:
    return Webhook(**{name: row[name] for name in Webhook.model_fields})
