"""Where a creator is paid: their connected account at Stripe, which the brand sets."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.dependencies import AsBrand, CreatorId, JsonOnly, Serving
from api.errors import problems
from domain.errors import NotFound
from domain.lifecycle import Stage
from domain.values import Value

router = APIRouter(prefix="/v1", tags=[Stage.MONITORING.label])


class PayoutAccount(Value):
    """A connected account at Stripe; null is none, and payouts are payment orders for finance."""

    account: Annotated[str, Field(pattern=r"^acct_[A-Za-z0-9]{1,100}$")] | None = Field(
        examples=["acct_1032D82eZvKYlo2C"]
    )


class PayoutAccountView(PayoutAccount):
    """An account, and what Stripe last said of it."""

    payouts_enabled: bool | None
    """False: what arrives there goes on to no bank, so new payouts are payment orders. Null: it has said nothing."""


@router.get(
    "/creators/{creator_id}/payout-account",
    summary="Where a creator is paid",
    responses=problems(401, 403, 404, 422),
)
async def read_payout_account(services: Serving, _: AsBrand, creator_id: CreatorId) -> PayoutAccountView:
    """The account that payouts go to which are decided from now on."""
    account = await services.creators.payout_account(creator_id)
    return PayoutAccountView(account=account, payouts_enabled=await services.creators.payouts_enabled(creator_id))


@router.put(
    "/creators/{creator_id}/payout-account",
    summary="Set where a creator is paid",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 415, 422),
)
async def set_payout_account(
    services: Serving, _: AsBrand, creator_id: CreatorId, body: PayoutAccount
) -> PayoutAccount:
    """From now on payouts go there, if the workers have a key of Stripe's. One that has been begun is not changed."""
    if not await services.creators.set_payout_account(creator_id, body.account):
        raise NotFound(kind="creator", id=creator_id)
    return body
