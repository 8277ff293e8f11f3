"""Transfers that were made, each once, under the idempotency key that the payment service was given too."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import IdempotencyKeyReused
from domain.money import Money


@dataclass(frozen=True)
class Transfer:
    """A transfer that was made; `reference` is the payment service's name for it, or a person's proof."""

    payout_id: str
    campaign_id: str
    collaboration_id: str
    amount: Money
    reference: str
    created_at: datetime


class Payouts:
    """Transfers by the id of their payout."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(
        self, payout_id: str, *, campaign_id: str, collaboration_id: str, amount: Money, reference: str
    ) -> str:
        """Notes the transfer and returns its reference; if this payout was made before, the reference of that time.

        Raises:
            IdempotencyKeyReused: the payout was made before, with another amount or for another collaboration.
        """
        inserted: str | None = await self._pool.fetchval(
            QUERIES.insert_payout, payout_id, campaign_id, collaboration_id, amount.amount, amount.currency, reference
        )
        if inserted is not None:
            return inserted
        made = await self.get(payout_id)
        assert made is not None, "payouts are append-only, so the one that was in the way is there"
        if (made.campaign_id, made.collaboration_id, made.amount) != (campaign_id, collaboration_id, amount):
            raise IdempotencyKeyReused(key=payout_id)
        return made.reference

    async def get(self, payout_id: str) -> Transfer | None:
        """The transfer that was made for this payout; None if none was."""
        row = await self._pool.fetchrow(QUERIES.get_payout, payout_id)
        return None if row is None else _transfer(row)

    async def of_campaign(self, campaign_id: str) -> list[Transfer]:
        """All transfers of a campaign, oldest first."""
        return [_transfer(row) for row in await self._pool.fetch(QUERIES.payouts_of_campaign, campaign_id)]


def _transfer(row: asyncpg.Record) -> Transfer:
    return Transfer(
        payout_id=row["payout_id"],
        campaign_id=row["campaign_id"],
        collaboration_id=row["collaboration_id"],
        amount=Money(amount=row["amount"], currency=row["currency"]),
        reference=row["reference"],
        created_at=row["created_at"],
    )
