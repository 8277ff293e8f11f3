"""A campaign's money: the ledger that the append keeps within its bounds (`schema/0003_budget.sql`)."""

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.values import Value


class Spend(Value):
    """Where a campaign's budget is, in minor units of `currency`."""

    campaign_id: str
    currency: str
    total: int
    reserved: int
    """Behind offers that wait for an answer."""
    committed: int
    """Agreed and not paid yet."""
    paid: int

    @property
    def available(self) -> int:
        """What offers can still be made with."""
        return self.total - self.reserved - self.committed - self.paid


async def get_spend(pool: Pool, campaign_id: str) -> Spend | None:
    """The campaign's ledger; None if it was never opened."""
    row = await pool.fetchrow(QUERIES.spend, campaign_id)
    return None if row is None else Spend(**dict(row))
