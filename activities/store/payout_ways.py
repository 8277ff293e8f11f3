"""By which way each payout goes: decided once, before anything is sent, so that no payout ever goes both ways."""

from enum import StrEnum
from typing import Any

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import IdempotencyKeyReused
from domain.money import Money
from domain.values import Instant, Value


class Way(StrEnum):
    """How money goes out."""

    ORDER = "order"
    STRIPE = "stripe"


class Decided(Value):
    """What was decided for a payout, and what came of it."""

    way: Way
    collaboration_id: str
    campaign_id: str | None
    account: str | None
    """Where to, as long as the transfer may be asked for; None once it was made or refused, or the creator erased."""
    transfer_id: str | None
    refused: str | None
    """Stripe's code for why it made no transfer."""
    decided_at: Instant
    first: bool
    """Whether it was decided just now: nothing can have been sent yet."""


class PayoutWays:
    """The decisions."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def decide(self, payout_id: str, collaboration_id: str, amount: Money, *, stripe: bool) -> Decided:
        """The payout's way; if it has none yet, by Stripe where `stripe` allows it and the creator has an account.

        Raises:
            IdempotencyKeyReused: the payout was decided before, with another amount or for another collaboration.
        """
        facts: tuple[Any, ...] = (payout_id, collaboration_id, amount.amount, amount.currency)
        first = await self._pool.fetchval(QUERIES.decide_payout_way, *facts, stripe) is not None
        row = await self._pool.fetchrow(QUERIES.get_payout_way, payout_id)
        if row is None or (row["payout_id"], row["collaboration_id"], row["amount"], row["currency"]) != facts:
            raise IdempotencyKeyReused(key=payout_id)
        kept = {name: row[name] for name in Decided.model_fields if name != "first"}
        return Decided(**kept, first=first)

    async def transferred(self, payout_id: str, transfer_id: str) -> None:
        """Notes the transfer that Stripe has made; again changes nothing."""
        await self._pool.execute(QUERIES.note_transfer, payout_id, transfer_id)

    async def refused(self, payout_id: str, code: str) -> None:
        """Notes that Stripe will not make the transfer; again changes nothing."""
        await self._pool.execute(QUERIES.note_refused_transfer, payout_id, code)
