"""The made-up people whom all twins know: those of the roster generator, so that a source and a roster tell one story.

The bundled roster is made of the same seed and count. After its people come as many as `NEWCOMERS`, whom only the
sources know: whoever looks for them discovers somebody.
"""

import hashlib
import random
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from activities.connectors.roster_generator import accounts
from domain.creators import Profile
from domain.values import Value

SEED = 7
COUNT = 300
NEWCOMERS = 20
MOST_POSTS = 90
"""Posts of one account that a twin makes up; older ones are only counted."""


class Person(NamedTuple):
    """Somebody with one account. `suspicious` is what no source says in so many words."""

    profile: Profile
    suspicious: bool
    newcomer: bool

    @property
    def number(self) -> str:
        """A number that services may use as the account's id."""
        return f"1784{_digits(self.profile.platform, self.profile.handle):013d}"


class Post(Value):
    """One of their posts."""

    number: str
    at: datetime
    likes: int
    comments: int


@cache
def people(seed: int = SEED, count: int = COUNT) -> Sequence[Person]:
    """Everybody, the roster's people first."""
    # Another seed, or a longer list by the same one, would change those of the roster.
    known = accounts(seed, count)
    handles = {account.profile.handle for account in known}
    new = [each for each in accounts(seed + 1_000, 2 * NEWCOMERS) if each.profile.handle not in handles][:NEWCOMERS]
    return tuple(
        Person(account.profile, account.suspicious, number >= len(known)) for number, account in enumerate(known + new)
    )


def named(everybody: Sequence[Person], platform: str, handles: Collection[str]) -> Sequence[Person]:
    """Those with these accounts."""
    return [each for each in everybody if each.profile.platform == platform and each.profile.handle in handles]


def matching(everybody: Sequence[Person], words: str) -> Sequence[Person]:
    """Those whose topics or biography have every one of the words in them."""
    wanted = words.casefold().split()
    texts = [" ".join((*each.profile.topics, each.profile.biography)).casefold() for each in everybody]
    return [each for each, text in zip(everybody, texts, strict=True) if all(word in text for word in wanted)]


def posts(person: Person, now: datetime) -> Sequence[Post]:
    """Their newest posts before `now`, newest first: as often as they post, as much liked as they are on average."""
    profile = person.profile
    chance = random.Random(profile.handle)  # noqa: S311 - reproducible data, nothing secret
    apart = timedelta(weeks=1) / (profile.posts_per_week or 1)
    made = []
    for nth in range(min(profile.posts or 0, MOST_POSTS)):
        # Two by two as much above the average as below it, so that any page comes close to it.
        if nth % 2 == 0:
            swing = chance.uniform(0, 0.4)
        spread = 1 + (swing if nth % 2 == 0 else -swing)
        made.append(
            Post(
                number=f"1795{_digits(person.number, str(nth)):013d}",
                at=(now - apart * (nth + 0.5)).replace(microsecond=0),
                likes=round((profile.average_likes or 0) * spread),
                comments=round((profile.average_comments or 0) * spread),
            )
        )
    return made


def audience(person: Person) -> Mapping[str, float]:
    """Shares of their audience by country, as a third party estimates them; what is left over is elsewhere."""
    profile = person.profile
    chance = random.Random(f"{profile.handle}/audience")  # noqa: S311 - reproducible data, nothing secret
    home = chance.uniform(0.15, 0.4) if person.suspicious else chance.uniform(0.55, 0.85)
    others = [country for country in ("US", "GB", "DE", "FR", "BR", "IN") if country != profile.country][:3]
    rest = [(1 - home) * share for share in (0.4, 0.25, 0.15)]
    return {profile.country or "US": round(home, 4), **{c: round(s, 4) for c, s in zip(others, rest, strict=True)}}


def fake_share(person: Person) -> float:
    """The share of their followers that a third party takes for fake."""
    chance = random.Random(f"{person.profile.handle}/fake")  # noqa: S311 - reproducible data, nothing secret
    return round(chance.uniform(0.35, 0.7) if person.suspicious else chance.uniform(0.04, 0.24), 4)


def _digits(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:8]) % 10**13
