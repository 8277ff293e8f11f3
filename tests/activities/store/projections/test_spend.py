"""A campaign's ledger as it is read."""

from activities.store.projections.spend import get_spend
from domain.negotiation import AcceptOffer
from tests.activities.store.projections.desk import CREATOR, Desk, assignment


async def test_money_moves_through_the_ledger_with_the_negotiation(desk: Desk) -> None:
    await desk.start()
    fee = assignment().opening_fee
    await desk.offer("c1-a")
    spend = await get_spend(desk.pool, "c1")
    assert spend is not None
    assert (spend.reserved, spend.committed, spend.available) == (fee, 0, 1_000_00 - fee)
    await desk.on_collaboration("c1-a", AcceptOffer(version=1), CREATOR)
    spend = await get_spend(desk.pool, "c1")
    assert spend is not None
    assert (spend.reserved, spend.committed, spend.available) == (0, fee, 1_000_00 - fee)
    assert await get_spend(desk.pool, "unknown") is None
