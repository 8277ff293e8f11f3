"""Collaborations without outreach: a real campaign that waits for its shortlist, and workflows started one by one."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle

from activities.ports import EventLog
from activities.starting import (
    COLLABORATION_WORKFLOW,
    CollaborationStart,
    campaign_stream,
    collaboration_id,
    collaboration_stream,
)
from activities.store.creators import Creators
from activities.store.pool import Pool
from api.bench import fiction
from api.bench.crowd import BRAND
from api.dependencies import DecisionEngine
from domain.assignment import assign
from domain.campaign import CancelCampaign
from domain.verification import OpenCollaboration
from workflows.search_attributes import first_row

WORKSPACE = "default"
LOOK_EVERY = 0.05
OPENED_AT_ONCE = 50
OFFERS_LOOKED_FOR_EVERY = 0.2


class OpenCampaign:
    """A campaign that was started for a measurement; each collaboration in it is with somebody else."""

    def __init__(self, client: Client, engine: DecisionEngine, creators: Creators, task_queue: str) -> None:
        self.id = uuid4().hex
        self._client = client
        self._engine = engine
        self._creators = creators
        self._task_queue = task_queue

    async def start(self, log: EventLog, size: int, *, deliverables: int = 2) -> None:
        """Start it, with money for so many creators, and wait until its shortlist waits for approval."""
        self._brief = fiction.brief(size, today=datetime.now(UTC).date(), deliverables=deliverables)
        people = [fiction.profile(number) for number in range(size)]
        self._ids = [one.id for one in await self._creators.upsert(WORKSPACE, people)]
        await self._engine.start_campaign(self.id, self._brief, actor=BRAND, command_id=uuid4().hex)
        while not any(  # noqa: ASYNC110 - another process makes it
            event.type == "ShortlistProposed" for event in await log.read(campaign_stream(self.id))
        ):
            await asyncio.sleep(LOOK_EVERY)

    async def open(self, number: int) -> WorkflowHandle[object, str]:
        """Start the collaboration with the creator of this number, from 0, as outreach would."""
        opening = OpenCollaboration(
            collaboration_id=collaboration_id(self.id, self._ids[number]),
            campaign_id=self.id,
            creator_id=self._ids[number],
            rank=number + 1,
            assignment=assign(self._brief, fiction.profile(number)),
        )
        return await self._client.start_workflow(
            COLLABORATION_WORKFLOW,
            CollaborationStart(collaboration_id=opening.collaboration_id, opening=opening),
            id=collaboration_stream(opening.collaboration_id),
            task_queue=self._task_queue,
            search_attributes=first_row(opening),
            static_summary=f"creator no. {opening.rank} of the shortlist",
            result_type=str,
        )

    async def open_all(self) -> Sequence[WorkflowHandle[object, str]]:
        """Start them with everybody, some at a time."""
        gate = asyncio.Semaphore(OPENED_AT_ONCE)

        async def one(number: int) -> WorkflowHandle[object, str]:
            async with gate:
                return await self.open(number)

        return await asyncio.gather(*(one(number) for number in range(len(self._ids))))

    async def stop(self) -> None:
        """Cancel it."""
        command = CancelCampaign(reason="the measurement is over")
        await self._engine.decide(campaign_stream(self.id), command, actor=BRAND, command_id=uuid4().hex)


async def until_offered(pool: Pool, campaign_ids: Sequence[str], count: int) -> None:
    """Wait until so many creators of these campaigns have an offer to answer."""
    query = "select count(*) from tasks where campaign_id = any($1) and name = 'answer_offer'"
    while await pool.fetchval(query, campaign_ids) < count:  # noqa: ASYNC110 - another process makes them
        await asyncio.sleep(OFFERS_LOOKED_FOR_EVERY)
