"""Campaigns under test: briefs that are in a hurry, and what to wait for."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from activities.starting import campaign_stream
from domain.brief import Brief, Policies
from domain.deadlines import DeadlinePolicy, OnExpiry
from domain.decider import Role
from tests.domain.given import a_brief, a_profile
from tests.workflows.conftest import PEOPLE, Bench

BRAND = PEOPLE[Role.BRAND]


def a_current_brief(**facts: Any) -> Brief:
    """The usual brief with dates that are still to come."""
    today = datetime.now(UTC).date()
    window = {"opens": today + timedelta(days=7), "closes": today + timedelta(days=28)}
    objective = {"kind": "awareness", "measure": "impressions", "target": 200_000, "by": today + timedelta(days=60)}
    return a_brief(**{"posting_window": window, "objectives": [objective], **facts})


def quick(on_expiry: OnExpiry = OnExpiry.DECLINE, seconds: float = 0.5) -> DeadlinePolicy:
    """A deadline in half a second: shortened by the brief, as anybody may."""
    return DeadlinePolicy(within=timedelta(seconds=seconds), on_expiry=on_expiry)


def impatient(**policies: Any) -> Policies:
    """A brief's policies under which an offer that nobody answers lapses at once."""
    return Policies(**{"offer": quick(), **policies})


async def start(live: Bench, brief: Brief, *, creators: int = 3, key: str = "start") -> str:
    """Start a campaign in a directory with so many fitting creators; returns its stream."""
    await live.add_creators(*(a_profile(handle=f"fits{n}", country="US", language="en") for n in range(creators)))
    campaign_id = uuid4().hex
    await live.engine.start_campaign(campaign_id, brief, actor=BRAND, command_id=key)
    return campaign_stream(campaign_id)


async def types(live: Bench, stream: str) -> list[str]:
    """The types of a stream's events."""
    return [envelope.type for envelope in await live.log.read(stream)]


async def until(live: Bench, stream: str, event: str) -> list[str]:
    """Wait until the event has been recorded."""
    for _ in range(200):
        if event in (recorded := await types(live, stream)):
            return recorded
        await asyncio.sleep(0.05)
    raise AssertionError(f"{event} was not recorded: {await types(live, stream)}")


async def offers(live: Bench, count: int) -> None:
    """Wait until so many offers are out."""
    for _ in range(400):
        if await live.pool.fetchval("select count(*) from tasks where name = 'answer_offer'") >= count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the offers were not made")


async def outcome(live: Bench, stream: str) -> str:
    """How the workflow ended."""
    return str(await live.client.get_workflow_handle(stream, result_type=str).result())
