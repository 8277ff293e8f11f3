"""The creators' directory: the one place with names and addresses. Everything else knows a creator by id.

Of somebody who has been erased a row stays that says nothing but that: its handle is a keyed hash of the account, so
that an import recognises it without anybody knowing it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
from pydantic import Field

from activities.store.keys import Keyring, keyed_hash, workspaces_key
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from domain.audience import AudienceAudit
from domain.creators import Country, Creator, Followers, Language, Platform, Profile
from domain.errors import NotFound
from domain.peers import Peers, peers_of
from domain.ranking import Wanted
from domain.values import Value

Account = tuple[str, str]
"""Platform and handle."""


@dataclass(frozen=True)
class Upserted:
    """What became of one profile of an import."""

    id: str
    created: bool
    erased: bool = False
    """Whether the account is of somebody who has been erased: then nothing of the profile was kept."""


@dataclass(frozen=True)
class Listed:
    """A creator as the directory lists them, opted out or not."""

    creator: Creator
    opted_out: bool

    @property
    def place(self) -> "Place":
        """Where the list goes on after them."""
        return self.creator.profile.followers, self.creator.id


Place = tuple[int, str]
"""Followers and id of the last account of a page."""
MOST_FOLLOWERS = 2**31 - 1

PEERS = 100
"""Similar accounts that are looked at on either side of a creator's followers."""

LOOKED_AT = 4_000
"""Accounts that a search goes through in their order at first."""
LOOKED_AT_MOST = 20_000
"""As many if it fits so many that these will fill the page. What fits fewer is so rare that all of it can be sorted."""


class Search(Value):
    """What to list of the directory. Followers are inclusive; None is no filter.

    `words` are as in a web search: `travel or food -meat`. They are looked for in topics, biography, name and handle.
    """

    words: str = Field(default="", max_length=500)
    platform: Platform | None = None
    country: Country | None = None
    language: Language | None = None
    followers_min: Followers = 0
    followers_max: Followers | None = None

    @property
    def filters(self) -> list[str]:
        """The filters as parts of a tsquery, over the words that `0021_directory_search.sql` makes of a row."""
        named = {"platform": self.platform, "country": self.country, "language": self.language}
        filters = [_lexeme(f"{name}={value}") for name, value in named.items() if value is not None]
        if self.followers_min or self.followers_max is not None:
            most = MOST_FOLLOWERS if self.followers_max is None else self.followers_max
            lengths = range((self.followers_min + 1).bit_length(), (most + 1).bit_length() + 1)
            filters.append(f"({' | '.join(_lexeme(f'reach={length}') for length in lengths) or _lexeme('reach=')})")
        return filters


class Creators:
    """Accounts by workspace, platform and handle."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring

    async def upsert(self, workspace: str, profiles: Sequence[Profile]) -> list[Upserted]:
        """Adds each account or renews its profile; one result a profile, in order. All of them or none.

        Of several profiles of one account the last one counts. Ids never change, and an opt-out is kept.
        The account of somebody who has been erased is left out.
        """
        key = await self._keyring.to_seal(workspaces_key(workspace))
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(QUERIES.hold_directory, workspace)
            return await self._upsert(connection, key, workspace, profiles)

    async def _upsert(
        self, connection: Connection, key: bytes, workspace: str, profiles: Sequence[Profile]
    ) -> list[Upserted]:
        accounts = {(str(profile.platform), profile.handle) for profile in profiles}
        erased = await _erased(connection, key, workspace, accounts)
        latest = {
            account: profile
            for profile in profiles
            if (account := (str(profile.platform), profile.handle)) not in erased
        }
        rows = await connection.fetch(
            QUERIES.upsert_creators,
            workspace,
            [uuid4().hex for _ in latest],
            [platform for platform, _ in latest],
            [handle for _, handle in latest],
            [profile.followers for profile in latest.values()],
            [profile.country for profile in latest.values()],
            [profile.language for profile in latest.values()],
            [profile.model_dump(mode="json") for profile in latest.values()],
        )
        results = erased | {(row["platform"], row["handle"]): Upserted(row["id"], row["created"]) for row in rows}
        return [results[str(profile.platform), profile.handle] for profile in profiles]

    async def get(self, ids: Sequence[str]) -> dict[str, Creator]:
        """The creators with these ids, by id, opted out or not; missing are unknown ids and those who were erased."""
        rows = await self._pool.fetch(QUERIES.get_creators, ids)
        return {row["id"]: _creator(row) for row in rows}

    async def peers(self, creator_id: str) -> Peers | None:
        """What is usual among accounts near a creator's size on their platform; None if no figures are known."""
        rows = await self._pool.fetch(QUERIES.comments_per_like_of_peers, creator_id, PEERS)
        return peers_of(row["ratio"] for row in rows)

    async def of_accounts(self, workspace: str, accounts: Collection[Account]) -> dict[Account, Profile]:
        """What is known of these accounts; missing are unknown ones and those of people who were erased."""
        rows = await self._pool.fetch(
            QUERIES.profiles_of_accounts,
            workspace,
            [platform for platform, _ in accounts],
            [handle for _, handle in accounts],
        )
        profiles = [Profile.model_validate(row["profile"]) for row in rows]
        return {(str(profile.platform), profile.handle): profile for profile in profiles}

    async def candidates(
        self,
        wanted: Wanted,
        *,
        workspace: str = "default",
        campaign_id: str | None = None,
        limit: int = 10_000,
    ) -> list[Creator]:
        """Up to `limit` creators that a brief may want, those whose topics and biography match best first.

        Both bounds of followers are included. An account whose country or language is unknown is not excluded by them:
        that is for the ranking to weigh. Whoever opted out is never among them. With a campaign they are of its
        workspace, whichever that is.
        """
        if campaign_id is not None:
            workspace = await self._pool.fetchval(QUERIES.workspace_of_campaign, campaign_id) or workspace
        words = " or ".join('"{}"'.format(topic.replace('"', " ")) for topic in wanted.topics)
        rows = await self._pool.fetch(
            QUERIES.candidates,
            workspace,
            wanted.platform,
            wanted.followers_min,
            wanted.followers_max,
            wanted.country,
            wanted.language,
            words,
            limit,
        )
        return [_creator(row) for row in rows]

    async def search(
        self, workspace: str, wanted: Search | None = None, after: Place | None = None, limit: int = 100
    ) -> list[Listed]:
        """A page of the directory, most followers first, after a place in it."""
        wanted = wanted or Search()
        most = MOST_FOLLOWERS if wanted.followers_max is None else wanted.followers_max + 1
        place = min(after or (most, ""), (most, ""))
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            words = await connection.fetchval(QUERIES.words_asked_for, wanted.words.replace("\0", " "))
            if words is None and wanted.words.strip():
                return []
            parts = [*([f"({words})"] if words else []), *wanted.filters]
            # Without words and filters everybody fits, in the order of another index.
            query = " & ".join([*parts, _lexeme(f"workspace={workspace}")]) if parts else None
            rows: list[asyncpg.Record] = []
            here, window, budget = place, limit if query is None else LOOKED_AT, LOOKED_AT_MOST
            while window:
                seen = await connection.fetch(
                    QUERIES.browse_creators, workspace, *here, query, window, limit - len(rows), wanted.followers_min
                )
                rows += [row for row in seen if row["id"] is not None]
                if query is None or len(rows) == limit or seen[0]["looked_at"] < window:
                    break
                here, budget = (seen[0]["followers"], seen[0]["last"]), budget - window
                window = _enough(LOOKED_AT_MOST - budget, len(rows), limit, budget)
            else:
                await connection.execute(QUERIES.prefer_the_inverted_index)
                rows = await connection.fetch(
                    QUERIES.find_creators, workspace, *place, query, limit, wanted.followers_min
                )
        return [Listed(_creator(row), row["opted_out"]) for row in rows]

    async def keep_audience(self, creator_id: str, audit: AudienceAudit) -> bool:
        """Keeps what an audit said, in the place of an earlier one; False if there is no such creator."""
        kept = await self._pool.fetchval(QUERIES.keep_audience, creator_id, audit.model_dump(mode="json"))
        return kept is not None

    async def set_payout_account(
        self, creator_id: str, account: str | None, *, when: Callable[[str | None], None] = lambda _: None
    ) -> bool:
        """Has the creator's payouts go to an account at Stripe, None for payment orders; False if there is no such
        creator. Payouts whose way was decided before are not changed by it.

        `when` is shown the account of before, which nobody else changes meanwhile; if it raises, nothing is changed.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(QUERIES.hold_payout_account, creator_id)
            if row is None:
                return False
            when(row["payout_account"])
            return await connection.fetchval(QUERIES.set_payout_account, creator_id, account) is not None

    async def payout_account(self, creator_id: str) -> str | None:
        """The creator's account at Stripe; None if there is none.

        Raises:
            NotFound: there is no such creator.
        """
        row = await self._pool.fetchrow(QUERIES.get_payout_account, creator_id)
        if row is None:
            raise NotFound(kind="creator", id=creator_id)
        account: str | None = row["payout_account"]
        return account

    async def payouts_enabled(self, creator_id: str) -> bool | None:
        """Whether that account pays out, as Stripe said last; None if it has said nothing of it, or there is none."""
        row = await self._pool.fetchrow(QUERIES.get_payout_account, creator_id)
        enabled: bool | None = row["payout_account_enabled"] if row is not None else None
        return enabled

    async def opt_out(self, creator_id: str) -> bool:
        """Keeps the creator out of every future campaign; False if there is no such creator."""
        return await self._pool.fetchval(QUERIES.opt_out, creator_id) is not None


async def _erased(
    connection: Connection, key: bytes, workspace: str, accounts: Collection[Account]
) -> dict[Account, Upserted]:
    """Those of the accounts whose owners have been erased."""
    hashes = {account_hash(key, *account): account for account in accounts}
    rows = await connection.fetch(QUERIES.erased_accounts, workspace, list(hashes))
    return {hashes[row["handle"]]: Upserted(row["id"], created=False, erased=True) for row in rows}


def account_hash(key: bytes, platform: str, handle: str) -> str:
    """What stands in the place of an erased account's handle; no handle looks like it."""
    return f"erased:{keyed_hash(key, f'{platform}/{handle}')}"


def _enough(looked_at: int, fitting: int, limit: int, budget: int) -> int:
    """How many more accounts to look at for a full page, if so many of those looked at fit; 0 if beyond the budget."""
    if not fitting:
        return 0
    needed = looked_at * (limit - fitting) * 5 // (4 * fitting) + 100  # chance wants its share
    return needed if needed <= budget else 0


def _lexeme(word: str) -> str:
    """A word as a tsquery has it, whatever is in it."""
    return "'{}'".format(word.replace("\\", "\\\\").replace("'", "''"))


def _creator(row: asyncpg.Record) -> Creator:
    return Creator(id=row["id"], profile=Profile.model_validate(row["profile"]), audience=row.get("audience"))
