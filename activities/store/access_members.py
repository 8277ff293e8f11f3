"""Members: the people of a workspace, each with a role and, where they decide about money, a limit."""

import secrets
from collections.abc import Callable
from typing import Annotated

import asyncpg
from pydantic import StringConstraints

from activities.store.access_keys import limit_of
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import NotFound, Refused
from domain.money import Money
from domain.values import Instant, Value

OWNER = "owner"

Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, max_length=200, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$"
    ),
]
"""A mail address as it is compared: in lower case."""


class LastOwner(Refused):
    """Member {member} is the only owner: make somebody else one first."""


class Member(Value):
    """Somebody who may sign in."""

    id: str
    """Names them in the record: random, so that it says nothing about the person."""
    workspace: str
    address: str
    """Empty once they have left."""
    role: str
    limit: Money | None
    added_by: str
    added_at: Instant


When = Callable[[Member], None]
"""Raises if a member who stands so is not to be changed."""


class Members:
    """The members of all workspaces."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open_workspace(self, workspace: str) -> None:
        """Opens a workspace; one that exists stays as it is."""
        await self._pool.execute(QUERIES.add_workspace, workspace)

    async def add(self, workspace: str, address: Address, role: str, limit: Money | None, *, by: str) -> Member:
        """Takes somebody in. Who is a member already has this role and limit from now on.

        Raises:
            LastOwner: they are the only owner, and would not be one any more.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            owners = [row["id"] for row in await connection.fetch(QUERIES.hold_owners, workspace)]
            row = await connection.fetchrow(
                QUERIES.add_member, secrets.token_hex(8), workspace, address, role, *_limit(limit), by
            )
            member = member_in(row)
            if role != OWNER and owners == [member.id]:
                raise LastOwner(member=member.id)
            return member

    async def get(self, workspace: str, member_id: str) -> Member:
        """A member of a workspace.

        Raises:
            NotFound: this workspace has no such member.
        """
        return _found(await self._pool.fetchrow(QUERIES.get_member, workspace, member_id), member_id)

    async def change(
        self, workspace: str, member_id: str, role: str, limit: Money | None, *, when: When = lambda _: None
    ) -> Member:
        """Gives a member another role and limit, from their next request on.

        `when` is shown how they stand, which nobody else changes meanwhile; if it raises, nothing is changed.

        Raises:
            NotFound: this workspace has no such member.
            LastOwner: nobody would be an owner any more.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            owners = [row["id"] for row in await connection.fetch(QUERIES.hold_owners, workspace)]
            when(_found(await connection.fetchrow(QUERIES.hold_member, workspace, member_id), member_id))
            if role != OWNER and owners == [member_id]:
                raise LastOwner(member=member_id)
            row = await connection.fetchrow(QUERIES.change_member, workspace, member_id, role, *_limit(limit))
            return member_in(row)

    async def remove(self, workspace: str, member_id: str, *, when: When = lambda _: None) -> None:
        """Lets a member go: their address is forgotten, their browsers are signed out. `when` as in `change`.

        Raises:
            NotFound: this workspace has no such member.
            LastOwner: nobody would be an owner any more.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            owners = [row["id"] for row in await connection.fetch(QUERIES.hold_owners, workspace)]
            when(_found(await connection.fetchrow(QUERIES.hold_member, workspace, member_id), member_id))
            if owners == [member_id]:
                raise LastOwner(member=member_id)
            await connection.execute(QUERIES.remove_member, workspace, member_id)
            await connection.execute(QUERIES.end_sessions_of_member, member_id)

    async def of(self, workspace: str) -> list[Member]:
        """Who belongs to a workspace, in the order in which they came."""
        return [member_in(row) for row in await self._pool.fetch(QUERIES.list_members, workspace)]

    async def with_address(self, address: Address) -> list[Member]:
        """The memberships of an address, in all workspaces."""
        return [member_in(row) for row in await self._pool.fetch(QUERIES.members_with_address, address)]


def member_in(row: asyncpg.Record | None) -> Member:
    """The member in a row."""
    assert row is not None, "the statement returns the row that it has written"
    kept = {name: row[name] for name in Member.model_fields if name != "limit"}
    return Member(**kept, limit=limit_of(row))


def _found(row: asyncpg.Record | None, member_id: str) -> Member:
    if row is None:
        raise NotFound(kind="member", id=member_id[:64])
    return member_in(row)


def _limit(limit: Money | None) -> tuple[int | None, str | None]:
    return (None, None) if limit is None else (limit.amount, limit.currency)
