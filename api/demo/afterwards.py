"""What goes on when the campaign is over: what was agreed for later, and the next campaign."""

import asyncio
from collections.abc import AsyncIterator

from rich.console import Console
from rich.table import Table

from api.client import Groundswell, models

PATIENCE = 20.0
"""Seconds in which the clocks of what outlives the campaign have been started."""
POLL_SECONDS = 0.3
SHOWN = 8
"""Changes of the next brief that are shown."""


async def let_one_go(api: Groundswell, campaign_id: str) -> None:
    """Release one creator from exclusivity, long before the agreed day.

    Raises:
        TimeoutError: nobody is bound.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            bound = [one async for one in _clocks(api, campaign_id, models.ClockKind.EXCLUSIVITY)]
            if bound:
                break
            await asyncio.sleep(POLL_SECONDS)
    await api.release_exclusivity(bound[0].collaboration_id)


async def show_what_goes_on(api: Groundswell, campaign_id: str, console: Console) -> None:
    """Until when posts may be used and creators stay away from others: durable timers that wait for months."""
    usages = [one async for one in _clocks(api, campaign_id, models.ClockKind.USAGE)]
    bound = [one async for one in _clocks(api, campaign_id, models.ClockKind.EXCLUSIVITY)]
    console.print(
        f"[bold]It goes on[/] {len(usages)} posts may be used until {_day(usages)}, then the brand is told;"
        f" {len(bound)} creators make nothing for competitors until {_day(bound)}, one was let go earlier.",
        highlight=False,
    )


async def show_next_brief(api: Groundswell, campaign_id: str, console: Console) -> None:
    """The brief of the next campaign as this one suggests it."""
    proposed = await api.renew_campaign(campaign_id, models.RenewalRequest(targets=models.Targets.AS_REACHED))
    table = Table("what", "because", box=None, padding=(0, 2, 0, 2))
    for change in proposed.changes[:SHOWN]:
        table.add_row(change.field, change.because)
    console.print("[bold]The next campaign[/] A brief is proposed; it differs from this one in:", highlight=False)
    console.print(table)


def _clocks(api: Groundswell, campaign_id: str, kind: models.ClockKind) -> AsyncIterator[models.RightsClock]:
    return api.list_rights(campaign_id=campaign_id, kind=kind)


def _day(clocks: list[models.RightsClock]) -> str:
    return max((clock.ends_at.date().isoformat() for clock in clocks), default="")
