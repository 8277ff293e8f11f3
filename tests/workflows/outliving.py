"""Collaborations that something outlives, and the stories of their clocks."""

import asyncio
from datetime import timedelta

from activities.records import rights_after
from activities.starting import rights_stream
from domain.clauses import Terms, UsageRights
from domain.decider import Role
from domain.monitoring import Metrics, RecordMetrics
from domain.rights import ReleaseExclusivity, Rights
from tests.domain.given import a_brief, exclusively
from tests.workflows.conftest import PEOPLE, Bench, Collaborating

ONE_REEL = [{"format": "reel"}]
TERMS = Terms(exclusivity=exclusively(30).exclusivity, usage_rights=UsageRights(months=3))
BOUND_ONLY = Terms(exclusivity=exclusively(30).exclusivity, usage_rights=UsageRights(months=0))
"""The post may not be used beyond its platform."""


async def seen_through(bench: Bench, terms: Terms = TERMS) -> Collaborating:
    """A collaboration that has ended with its one post live, measured and paid."""
    today = (await bench.now()).date()
    window = {"opens": today, "closes": today + timedelta(days=21)}
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, terms=terms, posting_window=window))
    await one.engage()
    await one.publish(1)
    await one.tell(RecordMetrics(deliverable=1, metrics=Metrics(likes=120)))
    await one.handle.result()
    return one


def outlived(one: Collaborating) -> str:
    """The stream of its rights."""
    return rights_stream(one.stream.partition("/")[2])


async def events(bench: Bench, stream: str) -> list[str]:
    return [envelope.type for envelope in await bench.log.read(stream)]


async def until_rights(bench: Bench, stream: str, event: str) -> Rights:
    """Wait, without letting workflow time pass, until the event has been recorded."""
    for _ in range(1_500):
        if event in await events(bench, stream):
            return rights_after(await bench.log.read(stream))
        await asyncio.sleep(0.02)
    raise AssertionError(f"{event} was not recorded: {await events(bench, stream)}")


async def run_out(bench: Bench, stream: str) -> None:
    """Let weeks pass until the last post may not be used any more."""
    for _ in range(20):
        if "RightsExpired" not in await events(bench, stream):
            await bench.let_pass(timedelta(days=7))


async def exclusivity_released(live: Bench) -> str:
    """The rights of a collaboration that was seen through, until the brand frees the creator."""
    one = await seen_through(live, BOUND_ONLY)
    stream = outlived(one)
    await until_rights(live, stream, "RightsOpened")
    await live.engine.decide(stream, ReleaseExclusivity(), actor=PEOPLE[Role.BRAND], command_id="free")
    await live.client.get_workflow_handle(stream).result()
    return stream


async def rights_run_out(bench: Bench) -> str:
    """Three months of clocks: exclusivity ends, the brand is warned, and the right to the post is over."""
    stream = outlived(await seen_through(bench))
    await until_rights(bench, stream, "RightsOpened")
    await run_out(bench, stream)
    return stream
