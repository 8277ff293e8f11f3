"""Payouts: one transfer for each, ever."""

import asyncio

import asyncpg
import pytest

from activities.store.payouts import Payouts
from activities.store.pool import Pool
from domain.errors import IdempotencyKeyReused
from domain.money import Money

FIFTY = Money(amount=50_00, currency="USD")


async def record(payouts: Payouts, reference: str, *, amount: Money = FIFTY) -> str:
    return await payouts.record("x/upfront", campaign_id="c1", collaboration_id="x", amount=amount, reference=reference)


async def test_a_repeated_payout_has_the_reference_of_the_first_time(pool: Pool) -> None:
    payouts = Payouts(pool)
    results = await asyncio.gather(*(record(payouts, f"tr_{n}") for n in range(8)))
    assert len(set(results)) == 1
    [transfer] = await payouts.of_campaign("c1")
    assert (transfer.reference, transfer.amount) == (results[0], FIFTY)
    assert await payouts.get("x/upfront") == transfer


async def test_a_payout_of_another_amount_under_the_same_id_is_a_conflict(pool: Pool) -> None:
    payouts = Payouts(pool)
    await record(payouts, "tr_1")
    with pytest.raises(IdempotencyKeyReused):
        await record(payouts, "tr_2", amount=Money(amount=51_00, currency="USD"))


async def test_an_unknown_payout_was_not_made(pool: Pool) -> None:
    assert await Payouts(pool).get("x/balance") is None


async def test_a_transfer_can_not_be_changed_or_removed(pool: Pool) -> None:
    await record(Payouts(pool), "tr_1")
    for change in ("update payouts set amount = 1", "delete from payouts"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await pool.execute(change)
