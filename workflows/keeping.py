"""Read models that follow the feed, kept up to date as long as a worker runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from activities.store.pool import Pool
from activities.store.subscriptions import Subscription

AGAIN = 30.0
"""Seconds until a read model that has failed is tried again. Campaigns never stand still for it."""


@asynccontextmanager
async def kept(pool: Pool, *subscriptions: Subscription, again: float = AGAIN) -> AsyncIterator[None]:
    """Runs the subscriptions for the length of the block. Any number of workers may: they take turns."""
    running = [asyncio.create_task(_keep(pool, subscription, again)) for subscription in subscriptions]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _keep(pool: Pool, subscription: Subscription, again: float) -> None:
    while True:
        try:
            await subscription.run(pool)
        except Exception:  # noqa: BLE001 - whatever it is, campaigns go on, and the operators read of it
            structlog.get_logger(__name__).exception("read model has failed", subscription=subscription.name)
            await asyncio.sleep(again)
