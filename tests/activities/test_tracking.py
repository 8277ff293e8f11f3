"""The parts of tracking belong together."""

from typing import Any

from activities.tracking import Tracking


def test_what_tracking_needs_is_made_of_one_secret() -> None:
    """The address of links is the public one; without Shopify's secret there is none."""
    no_pool: Any = None
    tracking = Tracking.on(no_pool, "a secret of at least thirty-two characters", "https://groundswell.example/")
    assert tracking.shopify_secret is None
    assert tracking.orders is not Tracking.on(no_pool, "x", "https://groundswell.example").orders
