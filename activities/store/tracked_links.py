"""What an agreed collaboration leads buyers with: a discount code, and a tracked link for each deliverable.

Both are derived from the collaboration's id with the server's secret, so no step has to make them: they are there when
somebody is first shown them. From then on what is stored counts, since it has been posted; whatever the secret.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.brief import Brief
from domain.collaboration import Collaboration
from domain.values import Line, Value

CODE_LENGTH = 10
DISCOUNT_LENGTH = 8
CLICK_PARAMETER = "gs_click"
"""Carries a click's id to the shop, which gives it back with the order as part of the landing page's address."""

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without letters that are mistaken for others (Crockford's base 32)."""
_MOST_TARGETS = 10_000
_ATTEMPTS = 8


class TrackedLink(Value):
    """The address to post with one deliverable."""

    deliverable: int
    code: Line
    url: str


class Tracked(Value):
    """What a creator puts into posts, so that visits and orders count for them."""

    discount_code: Line
    links: tuple[TrackedLink, ...]

    def link(self, deliverable: int) -> TrackedLink:
        """The link of one deliverable."""
        return next(link for link in self.links if link.deliverable == deliverable)


@dataclass(frozen=True)
class Target:
    """Where a link leads, and what the shop is told of where a visitor comes from."""

    code: str
    landing_url: str
    source: str
    campaign_id: str

    def address(self, click_id: str) -> str:
        """The landing page with the visit's parameters; those that it has itself stay as they are."""
        parts = urlsplit(self.landing_url)
        given = parse_qsl(parts.query, keep_blank_values=True)
        named = {name for name, _ in given}
        ours = {
            "utm_source": self.source,
            "utm_medium": "influencer",
            "utm_campaign": self.campaign_id,
            "utm_content": self.code,
        }
        added = [(name, value) for name, value in ours.items() if name not in named]
        kept = [(name, value) for name, value in given if name != CLICK_PARAMETER]
        return urlunsplit(parts._replace(query=urlencode([*kept, *added, (CLICK_PARAMETER, click_id)])))


class TrackedLinks:
    """The codes and links of all collaborations. `public_url` is where the API is reached from outside."""

    def __init__(self, pool: Pool, secret: str, public_url: str, workspace: str = "default") -> None:
        self._pool = pool
        self._key = hmac.digest(secret.encode(), b"tracked-links", "sha256")
        self._public_url = public_url.rstrip("/")
        self._workspace = workspace
        self._targets: dict[str, Target] = {}

    async def of(self, state: Collaboration, brief: Brief) -> Tracked | None:
        """A collaboration's code and links; None while its contract is not concluded, or where nothing is tracked."""
        if brief.shop is None or not state.works:
            return None
        rows = await self._stored(state.id)
        attempt = 0
        while not rows:
            await self._insert(state, brief, attempt)
            rows = await self._stored(state.id)
            attempt += 1
            assert attempt <= _ATTEMPTS, "so many codes in a row are not somebody else's by chance"
        links = (
            TrackedLink(deliverable=row["deliverable"], code=row["code"], url=f"{self._public_url}/l/{row['code']}")
            for row in rows
        )
        return Tracked(discount_code=rows[0]["discount_code"], links=tuple(links))

    async def _stored(self, collaboration_id: str) -> Sequence[asyncpg.Record]:
        rows: Sequence[asyncpg.Record] = await self._pool.fetch(QUERIES.tracked_of, collaboration_id)
        return rows

    async def _insert(self, state: Collaboration, brief: Brief, attempt: int) -> None:
        """Stores what the attempt gives, unless another has it: then the next one gives something else."""
        assert brief.shop is not None, "only with a shop is anything tracked"
        numbers = sorted(state.works)
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                inserted = await connection.fetchval(
                    QUERIES.insert_tracked_collaboration,
                    state.id,
                    self._workspace,
                    state.campaign_id,
                    state.creator_id,
                    f"{brief.shop.discount_prefix}-{self._letters(state.id, 0, attempt, DISCOUNT_LENGTH).upper()}",
                    brief.shop.landing_url,
                    brief.criteria.platform.value,
                    brief.shop.attribution_days,
                    brief.budget.currency,
                )
                if inserted:
                    codes = [self._letters(state.id, number, attempt, CODE_LENGTH) for number in numbers]
                    await connection.execute(QUERIES.insert_tracked_links, state.id, codes, numbers)
        except asyncpg.UniqueViolationError:
            return

    def _letters(self, collaboration_id: str, deliverable: int, attempt: int, length: int) -> str:
        about = f"{collaboration_id}/{deliverable}/{attempt}".encode()
        number = int.from_bytes(hmac.digest(self._key, about, hashlib.sha256))
        return "".join(_LETTERS[(number >> 5 * place) & 31] for place in range(length))

    async def target(self, code: str) -> Target | None:
        """Where a link leads; None if there is no such link. Known links go on to work while the database is away."""
        found = self._targets.get(code)
        if found is None:
            row = await self._pool.fetchrow(QUERIES.link_target, code)
            if row is None:
                return None
            found = Target(code=code, **dict(row))
            if len(self._targets) >= _MOST_TARGETS:
                self._targets.pop(next(iter(self._targets)))
            self._targets[code] = found
        return found
