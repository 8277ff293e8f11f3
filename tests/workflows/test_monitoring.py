"""Monitoring: figures, payments and the end."""

from domain.decider import Role
from domain.monitoring import Metrics, RecordMetrics
from domain.outcomes import Outcome
from domain.work import WorkStatus
from tests.domain.given import a_brief
from tests.workflows.conftest import Bench

ONE_REEL = [{"format": "reel"}]


async def test_the_balance_is_paid_once_every_post_is_live(bench: Bench) -> None:
    """Half at the signature, the rest when the last post is published."""
    one = await bench.collaborate()
    await one.engage()
    await one.publish(1)
    assert (await one.events()).count("PayoutScheduled") == 1
    await one.publish(2)
    state = await one.until("PayoutMade", times=2)
    assert state.fee is not None
    assert (await one.spend()).paid == state.fee.amount


async def test_figures_that_nobody_reports_are_missing_and_do_not_hold_up_the_end(bench: Bench) -> None:
    """After a reminder and an extension the collaboration completes with an unknown result, not a zero."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.publish(1)
    assert await one.handle.result() == Outcome.COMPLETED
    state = await one.state()
    assert state.works[1].status is WorkStatus.UNMEASURED
    assert state.metrics == {}
    assert {"TaskExtended", "MetricsMissing"} <= set(await one.events())


async def test_the_brand_may_report_figures_as_well(bench: Bench) -> None:
    """Whoever has them."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.publish(1)
    await one.tell(RecordMetrics(deliverable=1, metrics=Metrics(impressions=4_000)), by=Role.BRAND)
    assert await one.handle.result() == Outcome.COMPLETED
    assert (await one.state()).metrics[1].impressions == 4_000


async def test_each_payout_is_ordered_once(bench: Bench) -> None:
    """The orders add up to the fee."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.publish(1)
    await one.handle.result()
    state = await one.state()
    orders = await bench.pool.fetch("select amount from payment_orders")
    assert len(orders) == 2
    assert state.fee is not None
    assert sum(order["amount"] for order in orders) == state.fee.amount
