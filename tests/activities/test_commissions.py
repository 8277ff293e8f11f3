"""What commissions are reckoned on, as the activity finds it."""

from temporalio.testing import ActivityEnvironment

from activities.commissions import Commissions, SalesRequest, TrackedSales
from activities.store.orders import Orders
from tests.activities.conftest import Store
from tests.activities.store.test_orders import a_refund, an_order, track


async def test_sales_are_what_is_left_after_refunds(store: Store) -> None:
    """Of one collaboration alone: another creator's orders, cancelled ones and returned money are not in it."""
    await track(store.pool, "ben", "ada")
    orders = Orders(store.pool)
    for number, amount in enumerate((20_00, 30_00, 40_00), start=1):
        await orders.record(an_order(f"{number}", amount))
    await orders.record(an_order("4", 90_00, discount_codes=("GS-BEN",)))
    await orders.refund(a_refund(5_00, order_id="2"))
    await orders.refund(a_refund(40_00, "r2", order_id="3"))
    commissions = Commissions(orders)
    request = SalesRequest(collaboration_id="ada")
    assert await ActivityEnvironment().run(commissions.tracked_sales, request) == TrackedSales(orders=2, revenue=45_00)


async def test_without_an_order_there_are_no_sales(store: Store) -> None:
    """A collaboration that nobody bought through has sold nothing, and is no error."""
    request = SalesRequest(collaboration_id="nobody")
    found = await ActivityEnvironment().run(Commissions(Orders(store.pool)).tracked_sales, request)
    assert found == TrackedSales(orders=0, revenue=0)
