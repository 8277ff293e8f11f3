"""Where a creator is paid: their connected account at Stripe, which the brand sets."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.dependencies import AsBrand, CreatorId, JsonOnly, Serving
from api.errors import problems
from api.preconditions import READ, TAGGED, IfMatch, as_json, edition_of, tag_of, with_etag
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
    response_model=PayoutAccountView,
    responses={**READ, **problems(401, 403, 404, 422)},
)
async def read_payout_account(request: Request, services: Serving, _: AsBrand, creator_id: CreatorId) -> Response:
    """The account that payouts go to which are decided from now on."""
    account = await services.creators.payout_account(creator_id)
    view = PayoutAccountView(account=account, payouts_enabled=await services.creators.payouts_enabled(creator_id))
    return with_etag(request, view, edition_of({"account": account}))


@router.put(
    "/creators/{creator_id}/payout-account",
    summary="Set where a creator is paid",
    dependencies=[JsonOnly],
    responses={**TAGGED, **problems(401, 403, 404, 415, 422)},
)
async def set_payout_account(
    response: Response, services: Serving, _: AsBrand, creator_id: CreatorId, if_match: IfMatch, body: PayoutAccount
) -> PayoutAccount:
    """From now on payouts go there, if the workers have a key of Stripe's. One that has been begun is not changed."""

    def must_be_as_read(account: str | None) -> None:
        if_match.must_hold("The payout account", {"account": account})

    if not await services.creators.set_payout_account(creator_id, body.account, when=must_be_as_read):
        raise NotFound(kind="creator", id=creator_id)
    response.headers["ETag"] = tag_of(as_json(body), edition_of({"account": body.account}))
    return body
