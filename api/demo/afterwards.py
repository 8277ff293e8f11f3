"""What goes on when the campaign is over: what was agreed for later, and the next campaign."""

import asyncio
from collections.abc import AsyncIterator

from rich.console import Console
from rich.table import Table

from api.demo.client import Api, JsonObject

PATIENCE = 20.0
"""Seconds in which the clocks of what outlives the campaign have been started."""
POLL_SECONDS = 0.3
SHOWN = 8
"""Changes of the next brief that are shown."""


async def let_one_go(api: Api, campaign_id: str) -> None:
    """Release one creator from exclusivity, long before the agreed day.

    Raises:
        TimeoutError: nobody is bound.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            bound = [one async for one in _clocks(api, campaign_id, "exclusivity")]
            if bound:
                break
            await asyncio.sleep(POLL_SECONDS)
    await api.post(f"/v1/collaborations/{bound[0]['collaboration_id']}/rights/release-exclusivity")


async def show_what_goes_on(api: Api, campaign_id: str, console: Console) -> None:
    """Until when posts may be used and creators stay away from others: durable timers that wait for months."""
    usages = [one async for one in _clocks(api, campaign_id, "usage")]
    bound = [one async for one in _clocks(api, campaign_id, "exclusivity")]
    console.print(
        f"[bold]It goes on[/] {len(usages)} posts may be used until {_day(usages)}, then the brand is told;"
        f" {len(bound)} creators make nothing for competitors until {_day(bound)}, one was let go earlier.",
        highlight=False,
    )


async def show_next_brief(api: Api, campaign_id: str, console: Console) -> None:
    """The brief of the next campaign as this one suggests it."""
    proposed = await api.post(f"/v1/campaigns/{campaign_id}/renew", {"targets": "as_reached"})
    table = Table("what", "because", box=None, padding=(0, 2, 0, 2))
    for change in proposed["changes"][:SHOWN]:
        table.add_row(change["field"], change["because"])
    console.print("[bold]The next campaign[/] A brief is proposed; it differs from this one in:", highlight=False)
    console.print(table)


def _clocks(api: Api, campaign_id: str, kind: str) -> AsyncIterator[JsonObject]:
    return api.pages("/v1/rights", campaign_id=campaign_id, kind=kind)


def _day(clocks: list[JsonObject]) -> str:
    return max((clock["ends_at"] for clock in clocks), default="")[:10]
