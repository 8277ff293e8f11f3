"""Payment orders: one for each payout, ever."""

import asyncio

import asyncpg
import pytest

from activities.store.payouts import PaymentOrders
from activities.store.pool import Pool
from domain.errors import IdempotencyKeyReused
from domain.money import Money

FIFTY = Money(amount=50_00, currency="USD")


async def test_a_payout_is_ordered_once_however_often_it_is_asked_for(pool: Pool) -> None:
    orders = PaymentOrders(pool)
    references = await asyncio.gather(*(orders.pay("x/upfront", "x", FIFTY) for _ in range(8)))
    assert len(set(references)) == 1
    assert await pool.fetchval("select sum(amount) from payment_orders") == FIFTY.amount


async def test_payouts_have_references_of_their_own(pool: Pool) -> None:
    orders = PaymentOrders(pool)
    assert await orders.pay("x/upfront", "x", FIFTY) != await orders.pay("x/balance", "x", FIFTY)


async def test_a_payout_of_another_amount_under_the_same_id_is_a_conflict(pool: Pool) -> None:
    orders = PaymentOrders(pool)
    await orders.pay("x/upfront", "x", FIFTY)
    with pytest.raises(IdempotencyKeyReused):
        await orders.pay("x/upfront", "x", Money(amount=51_00, currency="USD"))


async def test_an_order_can_not_be_changed_or_removed(pool: Pool) -> None:
    await PaymentOrders(pool).pay("x/upfront", "x", FIFTY)
    for change in ("update payment_orders set amount = 1", "delete from payment_orders"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await pool.execute(change)
