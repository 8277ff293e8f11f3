"""What Stripe tells of transfers and accounts: whose they are, and money that came back after the end."""

from datetime import UTC, datetime

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import NotFound
from domain.values import Instant, Value


class Paid(Value):
    """The payout that a transfer has made. The campaign is None of one that an early release has made."""

    payout_id: str
    collaboration_id: str
    campaign_id: str | None
    workspace: str


class LateReversal(Value):
    """Money that came back when its collaboration was over. `amount` is all of the transfer's, in minor units."""

    transfer_id: str
    payout_id: str
    collaboration_id: str
    campaign_id: str
    amount: int
    currency: str
    reason: str
    noted_at: Instant


Place = tuple[datetime, str]
"""When the last one of a page was noted, and its transfer."""
BEGINNING: Place = (datetime(1970, 1, 1, tzinfo=UTC), "")


class LateReversals:
    """The ones that nobody has seen to yet, and how they come about."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def payout_of(self, transfer_id: str, said_to_be: str | None) -> Paid | None:
        """The payout of a transfer, which says itself what it is for; None if it is none of ours."""
        row = await self._pool.fetchrow(QUERIES.payout_of_transfer, transfer_id, said_to_be)
        return Paid(**dict(row)) if row is not None else None

    async def note(self, paid: Paid, transfer_id: str, amount: int, currency: str, reason: str) -> None:
        """Notes how much of a transfer came back in all; the same, or less, again changes nothing."""
        facts = (paid.payout_id, paid.collaboration_id, paid.campaign_id or "", paid.workspace)
        await self._pool.execute(QUERIES.note_late_reversal, transfer_id, *facts, amount, currency, reason)

    async def waiting(self, workspace: str, *, after: Place = BEGINNING, limit: int = 100) -> list[LateReversal]:
        """Those of a workspace that nobody has seen to, the oldest first."""
        rows = await self._pool.fetch(QUERIES.list_late_reversals, workspace, *after, limit)
        return [LateReversal(**dict(row)) for row in rows]

    async def settle(self, workspace: str, transfer_id: str, *, by: str) -> None:
        """Notes who has seen to it; again changes nothing.

        Raises:
            NotFound: nothing of this transfer came back late.
        """
        if await self._pool.fetchval(QUERIES.settle_late_reversal, workspace, transfer_id, by) is None:
            raise NotFound(kind="late reversal", id=transfer_id)

    async def tell_account(self, account: str, *, payouts_enabled: bool, at: datetime) -> bool:
        """Notes what Stripe says of a creator's account; False if nobody has it, or something later is known."""
        return bool(await self._pool.fetch(QUERIES.tell_payout_account, account, payouts_enabled, at))
