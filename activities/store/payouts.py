"""Payment orders: what finance transfers by hand, each made out once, under the id of its payout."""

import hashlib

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import IdempotencyKeyReused
from domain.money import Money
from domain.payouts import ORDERED


class PaymentOrders:
    """Payouts by order to a person, for whoever has no payment service connected."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def pay(self, payout_id: str, collaboration_id: str, amount: Money) -> str:
        """Makes out the order and returns its reference, which goes on the transfer; the same payout again changes
        nothing and returns the same.

        Raises:
            IdempotencyKeyReused: the payout was ordered before, with another amount or for another collaboration.
        """
        reference = ORDERED + hashlib.sha256(payout_id.encode()).hexdigest()[:16].upper()
        await self._pool.execute(
            QUERIES.insert_payment_order, payout_id, collaboration_id, amount.amount, amount.currency, reference
        )
        made = await self._pool.fetchrow(QUERIES.get_payment_order, payout_id)
        if made is None or (made["collaboration_id"], made["amount"], made["currency"]) != (
            collaboration_id,
            amount.amount,
            amount.currency,
        ):
            raise IdempotencyKeyReused(key=payout_id)
        return reference
