"""The pipeline: one row a collaboration, how far it is, whom it waits for and until when."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from activities.store.pool import Pool
from activities.store.projections.states import Cells, Known
from activities.store.queries import QUERIES
from domain.collaboration import Collaboration
from domain.decider import Role
from domain.lifecycle import Stage
from domain.outcomes import Outcome
from domain.values import Instant, Value


class CollaborationSummary(Value):
    """A collaboration as a list shows it. `version` is that of its stream."""

    id: str
    campaign_id: str
    creator_id: str
    rank: int
    """The creator's place in the shortlist, from 1."""
    stage: Stage
    waiting_on: tuple[Role, ...]
    """Whose turn it is: both sides while both are to sign, the engine while nothing waits for a person."""
    due_at: Instant | None
    """The earliest deadline of what waits for a person."""
    outcome: Outcome | None
    """How it ended; None while it runs."""
    fee: int | None
    """The agreed fee in minor units of `currency`; None before there is one."""
    currency: str
    version: int
    updated_at: Instant


class CollaborationPipeline:
    """Shows each collaboration's state in `collaboration_pipeline`; satisfies `View`."""

    table = "collaboration_pipeline"
    columns = (
        "collaboration_id",
        "campaign_id",
        "workspace",
        "creator_id",
        "rank",
        "stage",
        "waiting_on",
        "due_at",
        "outcome",
        "fee",
        "currency",
        "version",
        "updated_at",
    )

    def rows(self, known: Known[Collaboration]) -> dict[str, Cells]:
        """See `View.rows`."""
        collaboration = known.state
        return {
            collaboration.id: (
                collaboration.id,
                collaboration.campaign_id,
                known.workspace,
                collaboration.creator_id,
                collaboration.rank,
                collaboration.stage,
                _waiting_on(collaboration),
                min((task.due_at for task in collaboration.tasks.values()), default=None),
                collaboration.outcome,
                collaboration.fee.amount if collaboration.fee else None,
                collaboration.agreed.currency,
                known.version,
                known.at,
            )
        }


def _waiting_on(collaboration: Collaboration) -> list[Role]:
    if collaboration.ended:
        return []
    return sorted({task.assignee for task in collaboration.tasks.values()}) or [Role.ENGINE]


async def get_collaboration(pool: Pool, workspace: str, collaboration_id: str) -> CollaborationSummary | None:
    """The collaboration; None if the workspace has none of this id."""
    row = await pool.fetchrow(QUERIES.get_collaboration, workspace, collaboration_id)
    return None if row is None else _summary(row)


async def list_collaborations(
    pool: Pool,
    workspace: str,
    campaign_id: str,
    *,
    stage: Stage | None = None,
    waiting_on: Role | None = None,
    outcome: Outcome | None = None,
    after: tuple[int, str] = (0, ""),
    limit: int = 100,
) -> list[CollaborationSummary]:
    """A page of a campaign's collaborations, best first; `after` is (rank, id) of the last one of the page before."""
    rows = await pool.fetch(
        QUERIES.list_collaborations, workspace, campaign_id, stage, waiting_on, after[0], after[1], limit, outcome
    )
    return [_summary(row) for row in rows]


Urgency = tuple[datetime | None, int, str]
"""The deadline, rank and id of the last collaboration of a page."""
FIRST: Urgency = (datetime.fromisoformat("1970-01-01T00:00Z"), 0, "")


async def most_urgent_collaborations(
    pool: Pool, workspace: str, campaign_id: str, stage: Stage, *, after: Urgency = FIRST, limit: int = 100
) -> list[CollaborationSummary]:
    """A page of those under way in a stage: the earliest deadline first, and last those that wait for nobody."""
    rows = await pool.fetch(QUERIES.most_urgent_collaborations, workspace, campaign_id, stage, *after, limit)
    return [_summary(row) for row in rows]


class CampaignProgress:
    """How the collaborations of a campaign stand; satisfies `activities.ports.Progress`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def outcomes(self, campaign_id: str) -> Mapping[str, int]:
        """See `Progress.outcomes`."""
        rows = await self._pool.fetch(QUERIES.count_progress, campaign_id)
        return {row["standing"]: row["collaborations"] for row in rows}

    async def unfinished(self, campaign_id: str, *, after: str = "", limit: int) -> list[str]:
        """See `Progress.unfinished`."""
        return await unfinished_collaborations(self._pool, after, limit, campaign_id)

    async def ended(self, collaboration_ids: Sequence[str]) -> Collection[str]:
        """See `Progress.ended`."""
        rows = await self._pool.fetch(QUERIES.ended_collaborations, collaboration_ids)
        return {row["collaboration_id"] for row in rows}


async def unfinished_collaborations(
    pool: Pool, after: str = "", limit: int = 1_000, campaign_id: str | None = None
) -> list[str]:
    """Ids of collaborations that have not ended, in the order of ids, of one campaign or of all workspaces."""
    rows = await pool.fetch(QUERIES.unfinished_collaborations, after, campaign_id, limit)
    return [row["collaboration_id"] for row in rows]


def _summary(row: asyncpg.Record) -> CollaborationSummary:
    columns: dict[str, Any] = dict(row)
    del columns["workspace"]
    return CollaborationSummary(id=columns.pop("collaboration_id"), **columns)
