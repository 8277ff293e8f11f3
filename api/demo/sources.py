"""The demo's outside source: Instagram's twin, asked for people whom the roster has and for some whom it has not."""

import asyncio

from rich.console import Console

from activities.connectors.simulated.people import people
from api.demo.client import Api, JsonObject
from domain.creators import Platform

TWINS = ("instagram", "shopify", "stripe")
KNOWN = 10
"""People of the roster whose figures are renewed."""
POLL_SECONDS = 0.3


async def ask_instagram(api: Api, console: Console) -> JsonObject:
    """Have accounts looked up, wait for the end, and show what came of it."""
    on_instagram = [one for one in people() if one.profile.platform is Platform.INSTAGRAM]
    renewed = [one.profile.handle for one in on_instagram if not one.newcomer][:KNOWN]
    new = [one.profile.handle for one in on_instagram if one.newcomer]
    discovery = await api.post("/v1/creators/discover", {"source": "instagram", "handles": [*renewed, *new]})
    while discovery["state"] == "running":
        await asyncio.sleep(POLL_SECONDS)
        discovery = await api.get(f"/v1/creators/discoveries/{discovery['id']}")
    outcome = discovery["outcome"]
    left_out = len(outcome["unknown_at"]) + outcome["without_address"]
    console.print(
        f"Instagram (its twin): {outcome['looked_at']} accounts looked at, {outcome['created']} creators discovered,"
        f" {outcome['updated']} renewed, {left_out} left out.",
        highlight=False,
    )
    return discovery
