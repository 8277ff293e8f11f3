"""The board: one row a campaign, with its money and how far its creators are."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import asyncpg

from activities.store.pool import Pool
from activities.store.projections.spend import Spend
from activities.store.projections.states import Cells, Known
from activities.store.queries import QUERIES
from domain.campaign import Campaign, CampaignOutcome
from domain.lifecycle import Stage
from domain.outcomes import Outcome
from domain.values import Instant, Value


class CampaignSummary(Value):
    """A campaign as a list shows it. `version` is that of its stream; amounts are in minor currency units."""

    id: str
    brand: str
    product: str
    category: str
    stage: Stage
    outcome: CampaignOutcome | None
    """How it ended; None while it runs."""
    creators_wanted: int
    invited: int
    """Collaborations that were started, counted when the last of them ended."""
    stages: dict[Stage, int]
    """Collaborations that are under way, by stage; stages without any are missing."""
    outcomes: dict[Outcome, int]
    """Collaborations that have ended, by outcome; outcomes without any are missing."""
    spend: Spend
    version: int
    started_at: Instant
    updated_at: Instant


class CampaignBoard:
    """Shows each campaign's state in `campaign_board`; satisfies `View`."""

    table = "campaign_board"
    columns = (
        "campaign_id",
        "workspace",
        "brand",
        "product",
        "category",
        "creators_wanted",
        "invited",
        "stage",
        "outcome",
        "version",
        "started_at",
        "updated_at",
        "renewal_of",
    )

    def rows(self, known: Known[Campaign]) -> dict[str, Cells]:
        """See `View.rows`."""
        campaign, brief = known.state, known.state.agreed_brief
        return {
            campaign.id: (
                campaign.id,
                known.workspace,
                brief.brand,
                brief.product,
                brief.category,
                brief.creators_wanted,
                campaign.invited,
                campaign.stage,
                campaign.outcome,
                known.version,
                known.since,
                known.at,
                brief.renewal_of,
            )
        }


async def get_campaign(pool: Pool, workspace: str, campaign_id: str) -> CampaignSummary | None:
    """The campaign; None if the workspace has none of this id."""
    return next(iter(await _summaries(pool, await pool.fetch(QUERIES.get_campaign, workspace, campaign_id))), None)


async def list_campaigns(
    pool: Pool, workspace: str, after: tuple[datetime, str] | None = None, limit: int = 50
) -> list[CampaignSummary]:
    """A page of campaigns, newest first; `after` is (started_at, id) of the last one of the page before."""
    started_at, campaign_id = after or (None, None)
    return await _summaries(pool, await pool.fetch(QUERIES.list_campaigns, workspace, started_at, campaign_id, limit))


async def renewals_of(pool: Pool, workspace: str, campaign_id: str) -> tuple[str, ...]:
    """Ids of the campaigns whose briefs name this one as what they go on from, the earliest first."""
    return tuple(row["campaign_id"] for row in await pool.fetch(QUERIES.renewals_of, workspace, campaign_id))


async def unfinished_campaigns(pool: Pool, after: str = "", limit: int = 1_000) -> list[str]:
    """Ids of campaigns that have not ended, of all workspaces, in the order of ids."""
    return [row["campaign_id"] for row in await pool.fetch(QUERIES.unfinished_campaigns, after, limit)]


async def _summaries(pool: Pool, rows: Sequence[asyncpg.Record]) -> list[CampaignSummary]:
    ids = [row["campaign_id"] for row in rows]
    counts = await pool.fetch(QUERIES.count_collaborations, ids) if ids else []
    return [_summary(row, [count for count in counts if count["campaign_id"] == row["campaign_id"]]) for row in rows]


def _summary(row: asyncpg.Record, counts: Iterable[asyncpg.Record]) -> CampaignSummary:
    stages: dict[Stage, int] = {}
    outcomes: dict[Outcome, int] = {}
    for count in counts:
        if count["outcome"] is None:
            stages[Stage(count["stage"])] = count["collaborations"]
        else:
            outcome = Outcome(count["outcome"])
            outcomes[outcome] = outcomes.get(outcome, 0) + count["collaborations"]
    return CampaignSummary(
        id=row["campaign_id"],
        brand=row["brand"],
        product=row["product"],
        category=row["category"],
        stage=row["stage"],
        outcome=row["outcome"],
        creators_wanted=row["creators_wanted"],
        invited=row["invited"],
        stages=stages,
        outcomes=outcomes,
        spend=Spend(**{name: row[name] for name in Spend.model_fields}),
        version=row["version"],
        started_at=row["started_at"],
        updated_at=row["updated_at"],
    )
