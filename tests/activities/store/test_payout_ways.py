"""A payout's way is decided once, and keeps an account no longer than it is needed."""

import asyncio

import asyncpg
import pytest

from activities.store.creators import Creators
from activities.store.payout_ways import PayoutWays, Way
from activities.store.pool import Pool
from domain.errors import IdempotencyKeyReused
from domain.money import Money
from tests.domain.given import a_profile
from tests.keys import a_sealer

FIFTY = Money(amount=50_00, currency="USD")


@pytest.fixture
async def creators(pool: Pool) -> Creators:
    """The directory, with one creator who has an account, in collaboration `c1`."""
    creators = Creators(pool, a_sealer(pool).keyring)
    [added] = await creators.upsert("default", [a_profile()])
    await creators.set_payout_account(added.id, "acct_1")
    await pool.execute(
        "insert into collaboration_pipeline values "
        "('c1', 'camp-1', 'default', $1, 1, 'monitoring', '{}', null, null, null, 'USD', 1, now())",
        added.id,
    )
    return creators


async def test_it_is_decided_once_however_many_decide(pool: Pool, creators: Creators) -> None:
    """Only one of them is the first; all of them get the same."""
    ways = PayoutWays(pool)
    wishes = [ways.decide("c1/upfront", "c1", FIFTY, stripe=bool(number % 2)) for number in range(6)]
    decided = await asyncio.gather(*wishes)
    assert sum(one.first for one in decided) == 1
    assert len({(one.way, one.account, one.decided_at) for one in decided}) == 1


async def test_stripe_is_the_way_only_where_it_may_be_and_leads_somewhere(pool: Pool, creators: Creators) -> None:
    """Else it is an order, as for a collaboration that nobody knows."""
    ways = PayoutWays(pool)
    by_stripe = await ways.decide("c1/upfront", "c1", FIFTY, stripe=True)
    assert (by_stripe.way, by_stripe.account, by_stripe.campaign_id) == (Way.STRIPE, "acct_1", "camp-1")
    by_order = await ways.decide("c1/balance", "c1", FIFTY, stripe=False)
    assert (by_order.way, by_order.account) == (Way.ORDER, None)
    unknown = await ways.decide("c2/upfront", "c2", FIFTY, stripe=True)
    assert (unknown.way, unknown.campaign_id) == (Way.ORDER, None)


async def test_the_account_goes_when_the_transfer_is_made_or_refused(pool: Pool, creators: Creators) -> None:
    """And what was noted first stays: a transfer that was made is not refused later."""
    ways = PayoutWays(pool)
    for payout_id in ("c1/upfront", "c1/balance"):
        await ways.decide(payout_id, "c1", FIFTY, stripe=True)
    await ways.transferred("c1/upfront", "tr_1")
    await ways.transferred("c1/upfront", "tr_2")
    await ways.refused("c1/balance", "balance_insufficient")
    made = await ways.decide("c1/upfront", "c1", FIFTY, stripe=True)
    refused = await ways.decide("c1/balance", "c1", FIFTY, stripe=True)
    assert (made.account, made.transfer_id, made.refused, made.first) == (None, "tr_1", None, False)
    assert (refused.account, refused.transfer_id, refused.refused) == (None, None, "balance_insufficient")
    with pytest.raises(asyncpg.CheckViolationError):
        await ways.refused("c1/upfront", "balance_insufficient")


async def test_another_payout_under_the_same_id_is_a_conflict(pool: Pool, creators: Creators) -> None:
    """Of another amount, currency or collaboration."""
    ways = PayoutWays(pool)
    await ways.decide("c1/upfront", "c1", FIFTY, stripe=True)
    for collaboration_id, money in (
        ("c1", Money(amount=51_00, currency="USD")),
        ("c1", Money(amount=50_00, currency="EUR")),
        ("c2", FIFTY),
    ):
        with pytest.raises(IdempotencyKeyReused):
            await ways.decide("c1/upfront", collaboration_id, money, stripe=True)
