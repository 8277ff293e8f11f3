"""Orders come in: from Shopify by its webhooks, from other shops through the API."""

import re
from types import NoneType
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from activities.connectors.shopify import (
    ORDER_TOPICS,
    REFUNDS_CREATE,
    SIGNATURE_HEADER,
    OrderPayload,
    RefundPayload,
    is_signed,
)
from activities.records import brief_of
from activities.store.orders import Order, OrderDiffers, Refund
from activities.store.pool import Connection
from activities.store.projections.campaign_board import get_campaign
from api.auth import NotAuthenticated
from api.dependencies import AsBrand, CampaignId, JsonOnly, Services, Serving
from api.errors import problems
from api.idempotency import Once
from api.pagination import WrittenOut
from domain.attribution import Attribution
from domain.brief import Brief
from domain.errors import CurrencyMismatch, NotFound
from domain.money import Money
from domain.values import Instant, Line, Value

router = APIRouter(prefix="/v1", tags=["Attribution"])


class WebhookTaken(Value):
    """What became of a webhook. Everything but `taken` changed nothing, and is no reason to send it again."""

    status: Literal["taken", "repeated", "ignored"]


class PlaceOrder(Value):
    """An order in a shop. `total` is what was paid, in minor units of the campaign's currency."""

    order_id: Line = Field(examples=["A-1001"])
    """The shop's own number; the same order may be sent again."""
    placed_at: Annotated[Instant, WrittenOut]
    total: Money
    discount_codes: tuple[Line, ...] = Field(default=(), max_length=20)
    click_ids: tuple[Annotated[str, Field(pattern="^[0-9a-f]{24}$")], ...] = Field(default=(), max_length=100)
    """What the shop was given as `gs_click` in the addresses by which the buyer came."""
    cancelled_at: Annotated[Instant, WrittenOut] | None = None


class RefundOrder(Value):
    """Money given back: all of an order's, or a part."""

    refund_id: Line
    amount: Money


@router.post("/orders/shopify", include_in_schema=False)
async def take_shopify_webhook(
    request: Request,
    services: Serving,
    signature: Annotated[str, Header(alias=SIGNATURE_HEADER, max_length=200)] = "",
    webhook_id: Annotated[str, Header(alias="X-Shopify-Webhook-Id", max_length=200)] = "",
    topic: Annotated[str, Header(alias="X-Shopify-Topic", max_length=100)] = "",
    shop: Annotated[str, Header(alias="X-Shopify-Shop-Domain", max_length=200)] = "",
) -> WebhookTaken:
    """Takes orders/create, orders/paid, orders/cancelled and refunds/create, each delivery once. Test orders and other
    topics are ignored. The signature is that of the raw body, made with `GROUNDSWELL_SHOPIFY_SECRET`."""
    secret = services.tracking.shopify_secret
    if secret is None:
        raise NotFound(kind="shop connected here", id="shopify")
    body = await request.body()
    if not is_signed(secret, body, signature):
        raise NotAuthenticated(why=f"{SIGNATURE_HEADER} does not fit the body: it was made with another secret.")
    for name, value in (("X-Shopify-Webhook-Id", webhook_id), ("X-Shopify-Shop-Domain", shop)):
        if not re.fullmatch(r"[\w.-]{1,200}", value, re.ASCII):
            raise _malformed(("header", name), "is needed: letters, digits, points and dashes", value)
    if topic not in (*ORDER_TOPICS, REFUNDS_CREATE):
        return WebhookTaken(status="ignored")
    async with services.tracking.orders.taking(webhook_id, topic) as connection:
        if connection is None:
            return WebhookTaken(status="repeated")
        try:
            taken = await _take(services, topic, body, shop, connection)
        except ValidationError as error:
            # What is wrong is named, what was sent is not: it is about a person.
            rule = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise _malformed(("body", topic), rule[:1_000], "") from None
        return WebhookTaken(status="taken" if taken else "ignored")


async def _take(services: Services, topic: str, body: bytes, shop: str, connection: Connection) -> bool:
    orders = services.tracking.orders
    if topic == REFUNDS_CREATE:
        refund = RefundPayload.model_validate_json(body).refund(shop)
        try:
            if refund is not None:
                await orders.refund(refund, on=connection)
        except (CurrencyMismatch, OrderDiffers) as refusal:
            # A refusal would have Shopify send it again, and in the end nothing at all any more.
            structlog.get_logger(__name__).warning("refund ignored", error=refusal.code)
            return False
        return refund is not None
    payload = OrderPayload.model_validate_json(body)
    if not payload.test:
        await orders.record(payload.order(shop), on=connection)
    return not payload.test


def _malformed(location: tuple[str, str], rule: str, value: str) -> RequestValidationError:
    return RequestValidationError([{"type": "shopify", "loc": location, "msg": rule, "input": value}])


@router.post(
    "/campaigns/{campaign_id}/orders",
    summary="Tell of an order in another shop",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 409, 415, 422),
)
async def place_order(
    services: Serving, _: AsBrand, campaign_id: CampaignId, once: Once, body: PlaceOrder
) -> Attribution:
    """Whose it is: the creator's whose code was used, or else whose link was followed last. The same order again is
    answered alike; with `cancelled_at` it stops to count."""
    brief = await _brief(services, campaign_id)
    _must_be_in(brief, body.total)
    order = Order(
        shop=_shop(campaign_id),
        id=body.order_id,
        placed_at=body.placed_at,
        total=body.total,
        discount_codes=body.discount_codes,
        click_ids=body.click_ids,
        cancelled_at=body.cancelled_at,
    )

    async def recorded() -> Attribution:
        return await services.tracking.orders.record(order, campaign_id=campaign_id)

    return await once.carry_out(Attribution, recorded, of=body)


@router.post(
    "/campaigns/{campaign_id}/orders/{order_id}/refunds",
    status_code=204,
    summary="Tell of money given back",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 409, 415, 422),
)
async def refund_order(
    services: Serving,
    _: AsBrand,
    campaign_id: CampaignId,
    order_id: Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")],
    once: Once,
    body: RefundOrder,
) -> None:
    """It is taken off the creator's revenue. The same refund again changes nothing; it may come before its order."""
    _must_be_in(await _brief(services, campaign_id), body.amount)
    refund = Refund(shop=_shop(campaign_id), id=body.refund_id, order_id=order_id, amount=body.amount)

    async def recorded() -> None:
        await services.tracking.orders.refund(refund)

    await once.carry_out(NoneType, recorded, of=body)


async def _brief(services: Services, campaign_id: str) -> Brief:
    if await get_campaign(services.pool, services.workspace, campaign_id) is None:
        raise NotFound(kind="campaign", id=campaign_id)
    return await brief_of(services.log, campaign_id)


def _shop(campaign_id: str) -> str:
    return f"campaign/{campaign_id}"


def _must_be_in(brief: Brief, amount: Money) -> None:
    if amount.currency != brief.budget.currency:
        raise CurrencyMismatch(given=amount.currency, needed=brief.budget.currency)
