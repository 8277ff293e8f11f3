"""What one collaboration costs in Temporal: events, bytes and billable actions, next to the yardstick's."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle

from activities.starting import TASK_QUEUE
from activities.store.creators import Creators
from activities.store.event_log import PostgresEventLog
from api.bench import bare
from api.bench.crowd import Crowd, all_prompt
from api.bench.histories import HistorySize, size_of
from api.bench.opening import OpenCampaign
from api.bench.server_figures import ServerFigures, settled_figures
from api.bench.setting import Scene
from api.dependencies import DecisionEngine
from domain.values import Value

EVENTS_GOAL = 1.5
"""History events of a collaboration, without the activities that reach outside, as a multiple of the yardstick's."""
AT_REST = 1.0
"""Seconds without a new event after which a workflow is taken to have nothing to do."""

Figures = Callable[[], Awaitable[ServerFigures]]


class Spent(Value):
    """What one workflow has cost."""

    history: HistorySize
    actions: ServerFigures


class Cost(Value):
    """One collaboration beside the yardstick with as many decisions."""

    decisions: int
    ours: Spent
    bare: Spent

    @property
    def event_ratio(self) -> float:
        """Events without the activities that reach outside, as a multiple of the yardstick's; of the two ways to count
        these, the stricter one."""
        return self.ours.history.without_activities / self.bare.history.events

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.event_ratio <= EVENTS_GOAL


async def measure(
    client: Client,
    plain: Client,
    engine: DecisionEngine,
    log: PostgresEventLog,
    creators: Creators,
    figures: Figures,
    *,
    deliverables: int = 2,
    task_queue: str,
) -> Cost:
    """Let one collaboration happen, decision by decision, and then the yardstick with as many.

    `plain` is a client without encryption, for the yardstick. `figures` looks at the server's counters; nothing else
    may be going on there. A worker for both must run, ours on `task_queue`, the yardstick's on the same name with
    `-bare` behind it.
    """
    campaign = OpenCampaign(client, engine, creators, task_queue)
    await campaign.start(log, 1, deliverables=deliverables)
    await _at_rest(client.get_workflow_handle(f"campaign/{campaign.id}"))
    before = await figures()
    crowd = Crowd(engine, log, campaign.id, temper=all_prompt, at_once=1)
    async with crowd.playing():
        collaboration = await campaign.open(0)
        await collaboration.result()
    assert not crowd.refused, f"nobody does what the rules forbid: {crowd.refused}"
    between = await figures()
    decisions = len(crowd.took)
    yardstick = f"bare-{uuid4().hex}"
    await bare.live(plain, f"{task_queue}-bare", yardstick, decisions, [])
    after = await figures()
    cost = Cost(
        decisions=decisions,
        ours=Spent(history=await _size(collaboration), actions=between.since(before)),
        bare=Spent(history=await _size(plain.get_workflow_handle(yardstick)), actions=after.since(between)),
    )
    await campaign.stop()
    return cost


async def measured(scene: Scene, *, deliverables: int = 2) -> Cost:
    """The same on an installation, with its own worker."""

    async def figures() -> ServerFigures:
        return await settled_figures(scene.here.stack.temporal_metrics)

    services = scene.services
    async with bare.bare_worker(scene.plain, f"{TASK_QUEUE}-bare"):
        return await measure(
            scene.client,
            scene.plain,
            services.engine,
            services.log,
            services.creators,
            figures,
            deliverables=deliverables,
            task_queue=TASK_QUEUE,
        )


async def _size(workflow: WorkflowHandle[Any, Any]) -> HistorySize:
    return size_of((await workflow.fetch_history()).events)


async def _at_rest(workflow: WorkflowHandle[Any, Any]) -> None:
    """Wait until no events are coming by themselves."""
    length, now = -1, 0
    while length != now:
        length = now
        await asyncio.sleep(AT_REST)
        now = (await workflow.describe()).history_length
