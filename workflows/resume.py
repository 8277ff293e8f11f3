"""Bring workflows back from their streams: after a lost Temporal cluster, a move to another, or a terminated run.

Running it twice, or beside live workflows, is harmless: a workflow that runs is left alone, one that runs twice by
accident meets itself in the event log, where only one of the two can write the next version.
"""

import asyncio
from typing import Protocol

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities.starting import (
    CAMPAIGN_WORKFLOW,
    COLLABORATION_WORKFLOW,
    RIGHTS_WORKFLOW,
    TASK_QUEUE,
    CampaignStart,
    CollaborationStart,
    RightsStart,
    campaign_stream,
    collaboration_stream,
    rights_stream,
)
from domain.values import Value

AT_ONCE = 20
"""How many workflows are started at the same time."""


class Unfinished(Protocol):
    """What has begun and not ended, from the read models."""

    async def campaigns(self) -> list[str]:
        """Ids of all campaigns that have not ended."""
        ...

    async def collaborations(self, campaign_id: str | None) -> list[str]:
        """Ids of all collaborations that have not ended, of one campaign or of all."""
        ...

    async def rights(self, campaign_id: str | None) -> list[str]:
        """Ids of all collaborations that something outlives, of one campaign or of all."""
        ...


class ResumeReport(Value):
    """How many workflows were asked to run; those that were running already are among them."""

    campaigns: int
    collaborations: int
    rights: int


async def resume(
    client: Client, unfinished: Unfinished, campaign_id: str | None = None, *, task_queue: str = TASK_QUEUE
) -> ResumeReport:
    """Start the workflow of every unfinished stream, or of one campaign's. Collaborations first: a campaign that
    looks for its collaborations then finds them running."""
    collaborations = await unfinished.collaborations(campaign_id)
    outlived = await unfinished.rights(campaign_id)
    campaigns = [c for c in await unfinished.campaigns() if campaign_id in (None, c)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def start(workflow: str, stream: str, argument: Value) -> None:
        async with gate:
            await client.start_workflow(
                workflow,
                argument,
                id=stream,
                task_queue=task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="resumed from its stream",
            )

    await asyncio.gather(
        *(
            start(COLLABORATION_WORKFLOW, collaboration_stream(c), CollaborationStart(collaboration_id=c))
            for c in collaborations
        )
    )
    await asyncio.gather(*(start(RIGHTS_WORKFLOW, rights_stream(c), RightsStart(collaboration_id=c)) for c in outlived))
    await asyncio.gather(
        *(start(CAMPAIGN_WORKFLOW, campaign_stream(c), CampaignStart(campaign_id=c)) for c in campaigns)
    )
    return ResumeReport(campaigns=len(campaigns), collaborations=len(collaborations), rights=len(outlived))
