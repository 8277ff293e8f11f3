"""Members by their accounts at a provider of sign-ins (OpenID Connect): bound at the first sign-in, and for good.

A mail address may be somebody else's one day, an account may not: whoever has been bound is known by issuer and subject
from then on. Both are kept as a digest, since providers make subjects of names and addresses.
"""

import hashlib
from dataclasses import dataclass

from activities.store.access_members import Address, Member, member_in
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import NotFound


@dataclass(frozen=True)
class Recognised:
    """Whom an account is; nobody where `members` is empty."""

    members: tuple[Member, ...]
    """One for each workspace."""
    bound: tuple[str, ...] = ()
    """The ids of those to whom it was bound just now."""
    is_anothers: bool = False
    """Whether its address is a member's who comes by another account."""


class Identities:
    """The accounts of all members."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def recognise(self, issuer: str, subject: str, address: Address | None) -> Recognised:
        """The members that this account is. With an address, which its provider has verified, it is bound to those
        members with this address who have no account there yet."""
        print_ = _digest(issuer, subject)
        bound = [] if address is None else await self._pool.fetch(QUERIES.bind_identity, issuer, print_, address)
        found = await self._pool.fetch(QUERIES.members_with_identity, print_)
        known = not found and address and await self._pool.fetch(QUERIES.members_with_address, address)
        return Recognised(
            tuple(member_in(row) for row in found), tuple(row["member_id"] for row in bound), is_anothers=bool(known)
        )

    async def has_left(self, issuer: str, subject: str, workspace: str) -> bool:
        """Whether this account was a member's of the workspace who has left."""
        left: bool = await self._pool.fetchval(QUERIES.identity_left, _digest(issuer, subject), workspace)
        return left

    async def is_bound(self, member: Member, issuer: str) -> bool:
        """Whether a member comes by an account of this provider."""
        bound: bool = await self._pool.fetchval(QUERIES.is_bound, member.id, issuer)
        return bound

    async def forget(self, workspace: str, member_id: str) -> None:
        """Forgets which accounts are this member: the next one with their address is theirs. Their browsers are signed
        out.

        Raises:
            NotFound: this workspace has no such member.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchrow(QUERIES.forget_identities, workspace, member_id) is None:
                raise NotFound(kind="member", id=member_id[:64])
            await connection.execute(QUERIES.end_sessions_of_member, member_id)


def _digest(issuer: str, subject: str) -> bytes:
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).digest()
