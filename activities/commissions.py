"""What commissions are reckoned on: the sales that a creator's links and codes have led to."""

from temporalio import activity

from activities.ports import TrackedOrders
from domain.money import Minor
from domain.values import Line, Value


class SalesRequest(Value):
    """Whose sales are asked for."""

    collaboration_id: Line


class TrackedSales(Value):
    """Orders that were not given back, and their revenue after refunds, in minor units of the campaign's currency."""

    orders: int
    revenue: Minor


class Commissions:
    """Looks up tracked sales."""

    def __init__(self, orders: TrackedOrders) -> None:
        self._orders = orders

    @activity.defn
    async def tracked_sales(self, request: SalesRequest) -> TrackedSales:
        """What a collaboration has sold so far."""
        orders, revenue = await self._orders.sold(request.collaboration_id)
        return TrackedSales(orders=orders, revenue=revenue)
