"""Everything that follows visitors from a post to an order, put together."""

from dataclasses import dataclass
from typing import Self

from activities.click_filter import ClickFilter
from activities.store.clicks import ClickRecorder
from activities.store.orders import Orders
from activities.store.pool import Pool
from activities.store.tracked_links import TrackedLinks


@dataclass(frozen=True)
class Tracking:
    """Links, who follows them, and what they buy."""

    links: TrackedLinks
    clicks: ClickRecorder
    click_filter: ClickFilter
    orders: Orders
    shopify_secret: str | None = None
    """Signs Shopify's webhooks; without one none are taken."""

    @classmethod
    def on(cls, pool: Pool, secret: str, public_url: str, shopify_secret: str | None = None) -> Self:
        """On a database, with what is derived from the server's secret."""
        return cls(
            links=TrackedLinks(pool, secret, public_url),
            clicks=ClickRecorder(pool),
            click_filter=ClickFilter(secret),
            orders=Orders(pool),
            shopify_secret=shopify_secret,
        )
