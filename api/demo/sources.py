"""The demo's outside source: Instagram's twin, asked for people whom the roster has and for some whom it has not."""

import asyncio

from rich.console import Console

from activities.connectors.simulated.people import people
from api.client import Groundswell, models
from domain.creators import Platform

TWINS = ("instagram", "shopify", "stripe")
KNOWN = 10
"""People of the roster whose figures are renewed."""
POLL_SECONDS = 0.3


async def ask_instagram(api: Groundswell, console: Console) -> models.SourcingView:
    """Have accounts looked up, wait for the end, and show what came of it."""
    on_instagram = [one for one in people() if one.profile.platform is Platform.INSTAGRAM]
    renewed = [one.profile.handle for one in on_instagram if not one.newcomer][:KNOWN]
    new = [one.profile.handle for one in on_instagram if one.newcomer]
    wanted = models.DiscoverCreators(source="instagram", handles=[*renewed, *new])
    discovery = await api.discover_creators(wanted)
    while discovery.state is models.JobState.RUNNING:
        await asyncio.sleep(POLL_SECONDS)
        discovery = await api.read_discovery(discovery.id)
    outcome = discovery.outcome
    left_out = len(outcome.unknown_at) + outcome.without_address
    console.print(
        f"Instagram (its twin): {outcome.looked_at} accounts looked at, {outcome.created} creators discovered,"
        f" {outcome.updated} renewed, {left_out} left out.",
        highlight=False,
    )
    return discovery
