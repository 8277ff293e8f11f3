"""What was tracked stands in the report in the place of what was reported, never beside it."""

from typing import Any

from activities.store.orders import TrackedFigures
from api.report.build import build_report, render_html
from api.report.figures import reckon
from api.report.history import fold
from api.report.tracked import UNTRACKED, Tracked
from domain.brief import Measure
from domain.monitoring import Metrics
from tests.api.report.story import CAMPAIGN, Story, Told


def story() -> Story:
    """Ada and Ben have posted, and say how many clicks and orders they had."""
    told = Story().begin()
    for name in ("Ada", "Ben"):
        told.invite(name).agree(name).publish(name)
        told.measure(name, Metrics(clicks=70, orders=3), Metrics(clicks=30))
    return told


def figures(told: Story, *, clicks: int = 0, orders: int = 0, revenue: int = 0) -> TrackedFigures:
    """Of the first creator."""
    first = reckon(fold(told.envelopes), told.creators).creators[0].collaboration_id
    facts: Any = {"creator_id": "c", "discount_code": "GS-1", "currency": "USD", "visitors": clicks, "bots": 0}
    return TrackedFigures(collaboration_id=first, clicks=clicks, orders=orders, revenue=revenue, **facts)


def test_tracked_figures_win_and_are_not_added() -> None:
    """Whoever has none of them has led to nothing, whatever they say."""
    told = story()
    tracked = Tracked.of([figures(told, clicks=9, orders=2, revenue=50_00)], orders_known=True)
    report = reckon(fold(told.envelopes), told.creators, tracked=tracked)
    assert [(row.clicks, row.orders, row.revenue) for row in report.creators] == [(9, 2, 50_00), (0, 0, 0)]
    impressions, clicks = report.objectives
    assert (clicks.reached, clicks.tracked) == (9, True)
    assert (impressions.reached, impressions.tracked) == (None, False)


def test_orders_are_reported_ones_until_a_shop_has_told_of_any() -> None:
    """A shop that is not connected does not make them zero."""
    told = story()
    tracked = Tracked.of([figures(told, clicks=9)], orders_known=False)
    report = reckon(fold(told.envelopes), told.creators, tracked=tracked)
    assert report.tracked == (Measure.CLICKS,)
    assert [(row.clicks, row.orders, row.revenue) for row in report.creators] == [(9, 3, None), (0, 3, None)]


def test_without_tracking_everything_is_as_it_was_reported() -> None:
    """Sums over the posts."""
    told = story()
    report = reckon(fold(told.envelopes), told.creators)
    assert UNTRACKED.measures == report.tracked == ()
    assert [(row.clicks, row.orders) for row in report.creators] == [(100, 3), (100, 3)]
    assert report.objectives[1].reached == 200


async def test_the_page_says_where_the_figures_come_from() -> None:
    """In a table of its own, which there is only where something is tracked."""
    told = story()
    tracked = Tracked.of([figures(told, clicks=1_234, orders=2, revenue=50_00)], orders_known=True)
    page = render_html(await build_report(Told(told), Told(told), CAMPAIGN, tracked))
    assert "what people reported is left out" in page
    assert "1,234" in page
    assert "$50.00" in page
    assert "What the posts led to" not in render_html(await build_report(Told(told), Told(told), CAMPAIGN))
