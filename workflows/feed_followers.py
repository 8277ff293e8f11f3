"""What follows the feed, read models and webhooks, kept going as long as a worker runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import structlog

from activities.store.pool import Pool
from activities.store.subscriptions import try_again_after

AGAIN = 30.0
"""Seconds until a read model that has failed is tried again. Campaigns never stand still for it."""


class Follower(Protocol):
    """Something that follows the feed: a `Subscription`, or the delivery of webhooks."""

    name: str

    async def run(self, pool: Pool) -> None:
        """Follows until it is cancelled. Raises what it cannot go on with."""
        ...


@asynccontextmanager
async def kept(pool: Pool, *subscriptions: Follower, again: float = AGAIN) -> AsyncIterator[None]:
    """Runs the subscriptions for the length of the block. Any number of workers may: they take turns."""
    running = [asyncio.create_task(_keep(pool, subscription, again)) for subscription in subscriptions]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _keep(pool: Pool, subscription: Follower, again: float) -> None:
    while True:
        try:
            await subscription.run(pool)
        except Exception as error:  # noqa: BLE001 - whatever it is, campaigns go on, and the operators read of it
            structlog.get_logger(__name__).exception("follower of the feed has failed", subscription=subscription.name)
            await try_again_after(error, again)
