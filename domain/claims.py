"""Who holds a creator: campaigns they work for, and the exclusivity that keeps other campaigns away.

Two claims of different campaigns on one creator clash if one is exclusive where the other is present: for the same
category or brand, at the same time. That both work there, or that both keep others away, is no clash by itself.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from domain.brief import PostingWindow
from domain.clauses import Exclusivity
from domain.values import Instant, Line, Value


class Scope(StrEnum):
    """What a claim is about."""

    CATEGORY = "category"
    BRAND = "brand"


class Release(StrEnum):
    """What an end gives back."""

    ALL = "all"
    PRESENCE = "presence"
    """The work is done; exclusivity goes on until its date."""


class Claim(Value):
    """A campaign's hold on a creator in one category, or as to one brand.

    It holds as long as the collaboration runs, and an exclusive one until `until` if that is later.
    """

    scope: Scope
    name: str
    """Of the category or brand, as `folded`."""
    present: bool
    """Whether the creator works there for the campaign."""
    exclusive: bool
    """Whether the creator may not work there for others."""
    since: Instant
    until: Instant
    """When it is over, if the collaboration is: the end of the posting window and, if exclusive, the days after it."""


class Held(Value):
    """A claim as the ledger has it."""

    campaign_id: Line
    claim: Claim
    ended: bool
    """Whether the collaboration has ended, so that only `until` counts."""

    def facts(self, at: datetime) -> dict[str, str]:
        """What stands in the way of who comes at `at`, as `ExclusivityClash` states it."""
        late = self.claim.until <= at
        until = "its collaboration has ended" if late else f"{self.claim.until:%Y-%m-%d}"
        return {
            "campaign": self.campaign_id,
            "scope": self.claim.scope,
            "name": self.claim.name,
            "until": until,
        }


def claims_of(
    *, brand: str, category: str, exclusivity: Exclusivity, window: PostingWindow, at: datetime
) -> tuple[Claim, ...]:
    """What an offer that is accepted at `at` claims, one claim for each category and brand."""
    present = {(Scope.CATEGORY, folded(category)), (Scope.BRAND, folded(brand))}
    kept: set[tuple[Scope, str]] = set()
    if exclusivity.days:
        competitors = {(Scope.BRAND, folded(name)) for name in exclusivity.competitors}
        kept = {(Scope.CATEGORY, folded(exclusivity.category or category)), *competitors}
    return tuple(
        Claim(
            scope=scope,
            name=name,
            present=(scope, name) in present,
            exclusive=(scope, name) in kept,
            since=at,
            until=window.ends_at + timedelta(days=exclusivity.days if (scope, name) in kept else 0),
        )
        for scope, name in sorted(present | kept)
    )


def folded(name: str) -> str:
    """The name as it is compared: case, width and the amount of space between words do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def clash(wanted: Sequence[Claim], held: Iterable[Held], *, campaign_id: str) -> Held | None:
    """What keeps the campaign from claiming this now; of several claims the one that lasts longest."""
    in_the_way = [
        other
        for other in held
        if other.campaign_id != campaign_id and any(_exclude_each_other(claim, other) for claim in wanted)
    ]
    by_name = sorted(in_the_way, key=lambda other: (other.campaign_id, other.claim.scope, other.claim.name))
    # Of equal ones the first is taken, so that the answer is the same each time.
    return max(by_name, key=lambda other: (not other.ended, other.claim.until), default=None)


def _exclude_each_other(claim: Claim, other: Held) -> bool:
    theirs = other.claim
    if (claim.scope, claim.name) != (theirs.scope, theirs.name):
        return False
    # A new claim has no end as long as its collaboration runs, so whatever is not over yet overlaps with it.
    overlaps = not other.ended or theirs.until > claim.since
    return overlaps and ((claim.exclusive and theirs.present) or (claim.present and theirs.exclusive))
