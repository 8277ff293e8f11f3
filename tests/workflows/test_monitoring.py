"""Monitoring: figures, payments and the end."""

from domain.brief import PaymentOrders, Policies
from domain.decider import Role
from domain.monitoring import Metrics, RecordMetrics
from domain.outcomes import Outcome
from domain.payouts import ConfirmPayment, RecordReversal, ReversalReason, SettleReversal
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


async def test_an_order_that_waits_for_finance_holds_up_the_end_and_nothing_else(bench: Bench) -> None:
    """Each payout is ordered once; the collaboration ends when finance has said of the last one that it was paid."""
    policies = Policies(payment_orders=PaymentOrders.WAIT_FOR_FINANCE)
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, policies=policies))
    await one.engage()
    await one.publish(1)
    await one.tell(RecordMetrics(deliverable=1, metrics=Metrics(impressions=4_000)))
    for name in ("upfront", "balance"):
        state = await one.until_waiting_for(f"confirm_payment/{name}")
        assert not state.ended
        paid = ConfirmPayment(
            payout_id=f"{state.id}/{name}", reference=f"SEPA {name}", paid_on=(await bench.now()).date()
        )
        await one.tell(paid, by=Role.BRAND)
    assert await one.handle.result() == Outcome.COMPLETED
    state = await one.state()
    assert state.fee is not None
    assert (await one.spend()).paid == state.fee.amount
    assert len(await bench.pool.fetch("select payout_id from payment_orders")) == 2


async def test_money_that_came_back_is_paid_again_once_a_person_says_so(bench: Bench) -> None:
    """By an order or a transfer of its own; what Stripe tells comes in as a command of the engine's."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    state = await one.until("PayoutMade")
    upfront = state.payouts[f"{state.id}/upfront"]
    back = RecordReversal(
        payout_id=upfront.id, reversed_in_all=upfront.amount.amount, reason=ReversalReason.TRANSFER_REVERSED
    )
    await one.tell(back, by=Role.ENGINE)
    await one.until_waiting_for("settle_reversal/upfront")
    assert (await one.spend()).paid == 0
    await one.tell(SettleReversal(payout_id=upfront.id, pay_again=True), by=Role.BRAND)
    state = await one.until("PayoutMade", times=2)
    assert (await one.spend()).paid == upfront.amount.amount
    assert {payout.name for payout in state.payouts.values() if payout.reference} == {"upfront", "upfront-2"}
