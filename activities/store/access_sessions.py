"""Signing in: links that work once, and the sessions of browsers. Both are known by their digests only."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from activities.store.access_keys import digest_of
from activities.store.access_members import Member, member_in
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES

LINK_LIFE = timedelta(minutes=15)
LINKS_AT_MOST = 5
"""So many links a member gets within `LINKS_WITHIN`: enough for lost mails, too few to flood a mailbox."""
LINKS_WITHIN = timedelta(hours=1)

IDLE = timedelta(hours=12)
"""A session ends when it was not used for so long."""
ABSOLUTE = timedelta(days=7)
"""A session ends after so long, however much it is used."""
ROTATED_AFTER = timedelta(hours=1)
"""A session's token is replaced when it is older."""
SEEN_EVERY = timedelta(minutes=1)
"""How exact the time of the last use is."""


@dataclass(frozen=True)
class Session:
    """A browser that is signed in, as a member or with a key.

    `token` is what its cookie must be from now on, or None if it is that already.
    """

    id: str
    who: "Member | ShownKey"
    token: str | None = None


class ShownKey(NamedTuple):
    """The key that was shown to sign in: its id, or name in the environment, and what tells that it is the same."""

    id: str
    print: str


class Sessions:
    """The sign-in links and sessions of all members."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def link(self, member: Member) -> str | None:
        """The token of a link that signs this member in once; None if they have had too many lately."""
        token = secrets.token_urlsafe(32)
        made = await self._pool.fetchval(
            QUERIES.create_sign_in_link, digest_of(token), member.id, LINK_LIFE, LINKS_WITHIN, LINKS_AT_MOST
        )
        return None if made is None else token

    async def sign_in(self, token: str) -> Session | None:
        """A new session for whoever has this link, which is used up with it; None if the link does not count."""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(QUERIES.use_sign_in_link, digest_of(token))
            if row is None:
                return None
            return await self._open(connection, member_in(row))

    async def sign_in_with_account(self, member: Member) -> Session:
        """A new session for a member whom somebody else has recognised."""
        async with self._pool.acquire() as connection:
            return await self._open(connection, member)

    async def sign_in_with_key(self, key: ShownKey) -> Session:
        """A new session for whoever has shown this key, which ends with it."""
        async with self._pool.acquire() as connection:
            return await self._open(connection, key)

    async def _open(self, connection: Connection, who: Member | ShownKey) -> Session:
        id_, cookie = secrets.token_hex(8), secrets.token_urlsafe(32)
        columns = (None, *who) if isinstance(who, ShownKey) else (who.id, None, None)
        await connection.execute(QUERIES.open_session, id_, *columns, digest_of(cookie))
        return Session(id_, who, cookie)

    async def behind(self, token: str) -> Session | None:
        """The session of a cookie; None if there is none, or it has ended."""
        digest = digest_of(token)
        row = await self._pool.fetchrow(QUERIES.find_session, digest, IDLE, ABSOLUTE)
        if row is None:
            return None
        who = ShownKey(row["key_id"], row["key_print"]) if row["key_id"] else member_in(row)
        session = Session(row["session_id"], who)
        if row["current"] and row["changing"]:
            await self._pool.execute(QUERIES.settle_session, session.id, digest)
        elif row["current"] and row["now"] - row["rotated_at"] > ROTATED_AFTER:
            fresh = secrets.token_urlsafe(32)
            if await self._pool.fetchval(QUERIES.rotate_session, session.id, digest, digest_of(fresh)):
                return Session(session.id, who, fresh)
        elif row["now"] - row["seen_at"] > SEEN_EVERY:
            await self._pool.execute(QUERIES.touch_session, session.id)
        return session

    async def end(self, session_id: str) -> None:
        """Signs a browser out; again changes nothing."""
        await self._pool.execute(QUERIES.end_session, session_id)
