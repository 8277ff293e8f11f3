"""Payouts by the way that fits: a transfer where the creator has an account, else an order to a person."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.connectors.stripe import CURRENCIES, NAME, Stripe
from activities.failures import OutsideFailure, outside_failure
from activities.ports import Payouts
from activities.store.payout_ways import Decided, PayoutWays, Way
from domain.money import Money

ERASED = "creator_erased"
"""Why no transfer is asked for any more: nobody knows the account."""


class PayoutsByWay:
    """Each payout goes one way, which is decided before anything is sent and never changed, but for this: if Stripe
    says that it will not make the transfer, a payment order is made out. `stripe` is None where it is not connected."""

    def __init__(self, ways: PayoutWays, orders: Payouts, stripe: Stripe | None) -> None:
        self._ways = ways
        self._orders = orders
        self._stripe = stripe

    async def pay(self, payout_id: str, collaboration_id: str, amount: Money) -> str:
        """See `Payouts.pay`; the reference is a transfer's (`tr_...`) or an order's (`PO-...`).

        Raises:
            IdempotencyKeyReused: the payout was asked for before, with another amount or for another collaboration.
            ApplicationError: Stripe failed, or is not connected any more while it may have paid; always retryable.
        """
        transfers = self._stripe is not None and amount.currency in CURRENCIES
        decided = await self._ways.decide(payout_id, collaboration_id, amount, stripe=transfers)
        if decided.transfer_id is not None:
            return decided.transfer_id
        if decided.way is Way.STRIPE and decided.refused is None:
            made = await self._transfer(payout_id, amount, decided)
            if made is not None:
                await self._ways.transferred(payout_id, made)
                return made
        return await self._orders.pay(payout_id, collaboration_id, amount)

    async def _transfer(self, payout_id: str, amount: Money, decided: Decided) -> str | None:
        """The transfer's id; None if it is certain, and noted, that there is none and will be none."""
        if self._stripe is None:
            why = "may have made this payout already and is not connected any more. Set GROUNDSWELL_STRIPE_SECRET_KEY"
            raise outside_failure(OutsideFailure.UNAVAILABLE, NAME, why)
        campaign_id = decided.campaign_id
        if not decided.first:
            # An attempt that nobody heard the end of may have paid, longer ago than Stripe remembers its key.
            found = await self._stripe.find(payout_id, campaign_id=campaign_id, since=decided.decided_at)
            if found is not None:
                return found
        if decided.account is None:
            await self._ways.refused(payout_id, ERASED)
            return None
        try:
            return await self._stripe.transfer(
                payout_id,
                amount,
                decided.account,
                campaign_id=campaign_id,
                collaboration_id=decided.collaboration_id,
            )
        except ApplicationError as error:
            if error.type != OutsideFailure.REFUSED:
                raise
            code = str(error.details[0]["code"])
            activity.logger.warning("a payout goes by payment order, Stripe has refused it: %s", code)
            await self._ways.refused(payout_id, code)
            return None
