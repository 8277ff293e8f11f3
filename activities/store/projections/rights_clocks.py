"""The clocks that run when a collaboration is over: one row for each post that may be used, and for exclusivity."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import asyncpg

from activities.store.pool import Pool
from activities.store.projections.states import Cells, Known
from activities.store.queries import QUERIES
from domain.rights import Rights
from domain.values import Instant, Value


class ClockKind(StrEnum):
    """What ends when a clock has run out."""

    USAGE = "usage"
    EXCLUSIVITY = "exclusivity"


class RightsClock(Value):
    """One thing that ends by itself."""

    stream: str
    name: str
    """What ends: `usage/2` is the right to use the post of deliverable 2; or `exclusivity`."""
    campaign_id: str
    collaboration_id: str
    creator_id: str
    kind: ClockKind
    deliverable: int | None
    """None of exclusivity."""
    ends_at: Instant
    told: bool
    """Whether the brand has been told that it ends soon."""


class RightsClocksView:
    """Shows the running clocks of each stream of rights in `rights_clocks`; satisfies `View`."""

    table = "rights_clocks"
    columns = (
        "stream",
        "name",
        "collaboration_id",
        "campaign_id",
        "workspace",
        "creator_id",
        "kind",
        "deliverable",
        "ends_at",
        "told",
    )

    def rows(self, known: Known[Rights]) -> dict[str, Cells]:
        """See `View.rows`."""
        rights = known.state
        of = (rights.id, rights.campaign_id, known.workspace, rights.creator_id)
        rows: dict[str, Cells] = {
            f"usage/{usage.deliverable}": (
                known.stream,
                f"usage/{usage.deliverable}",
                *of,
                ClockKind.USAGE,
                usage.deliverable,
                usage.expires_at,
                usage.deliverable in rights.announced,
            )
            for usage in rights.running
        }
        if rights.binding is not None:
            until = rights.binding.until
            rows["exclusivity"] = (known.stream, "exclusivity", *of, ClockKind.EXCLUSIVITY, None, until, False)
        return rows


async def list_rights_clocks(
    pool: Pool,
    workspace: str,
    *,
    expires_before: datetime | None = None,
    campaign_id: str | None = None,
    kind: ClockKind | None = None,
    after: tuple[datetime, str, str] | None = None,
    limit: int = 100,
) -> Sequence[RightsClock]:
    """A page of running clocks, what ends first first; `after` is (ends_at, stream, name) of the last one of the page
    before."""
    ends_at, stream, name = after or (None, None, None)
    rows = await pool.fetch(
        QUERIES.list_rights_clocks, workspace, expires_before, campaign_id, kind, ends_at, stream, name, limit
    )
    return [_clock(row) for row in rows]


def _clock(row: asyncpg.Record) -> RightsClock:
    columns: dict[str, Any] = dict(row)
    return RightsClock(**columns)


async def unfinished_rights(
    pool: Pool, after: str = "", limit: int = 1_000, campaign_id: str | None = None
) -> Sequence[str]:
    """Ids of collaborations whose clocks run, in the order of ids, of one campaign or of all workspaces."""
    rows = await pool.fetch(QUERIES.unfinished_rights, after, campaign_id, limit)
    return [row["collaboration_id"] for row in rows]


async def without_rights(
    pool: Pool, after: str = "", limit: int = 1_000, campaign_id: str | None = None
) -> Sequence[str]:
    """Ids of collaborations that have ended with a post live and have no stream of rights, as `unfinished_rights`.

    Whether anything outlives them is for their contracts to say.
    """
    rows = await pool.fetch(QUERIES.without_rights, after, campaign_id, limit)
    return [row["collaboration_id"] for row in rows]
