"""Shopify's webhooks: whether one is Shopify's, and what an order or a refund in it says.

Read is what Shopify documents of the `Order` and `Refund` resources; everything else in them, people's names and
addresses above all, is dropped at once.
"""

import base64
import hmac
import re
from decimal import Decimal
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from babel.numbers import get_currency_precision
from pydantic import BaseModel, ConfigDict, Field

from activities.store.orders import Order, Refund
from activities.store.tracked_links import CLICK_PARAMETER
from domain.money import Currency, Money
from domain.values import Instant

SIGNATURE_HEADER = "X-Shopify-Hmac-Sha256"

ORDERS_CREATE, ORDERS_PAID, ORDERS_CANCELLED = "orders/create", "orders/paid", "orders/cancelled"
REFUNDS_CREATE = "refunds/create"
ORDER_TOPICS = (ORDERS_CREATE, ORDERS_PAID, ORDERS_CANCELLED)
TOPICS = (*ORDER_TOPICS, REFUNDS_CREATE)

Amount = Annotated[Decimal, Field(ge=0, le=10**10)]


class _Payload(BaseModel):
    """Shopify adds fields as it likes."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class DiscountCode(_Payload):
    """A code that a buyer entered."""

    code: str = ""


class OrderPayload(_Payload):
    """What orders/create, orders/paid and orders/cancelled bring."""

    id: int = Field(ge=0)
    created_at: Instant
    cancelled_at: Instant | None = None
    currency: Currency
    total_price: Amount
    discount_codes: tuple[DiscountCode, ...] = ()
    landing_site: str | None = None
    """Path and parameters of the first page that the buyer came to."""
    test: bool | None = False

    def order(self, shop: str) -> Order:
        """The order, without the person."""
        codes = (discount.code.strip() for discount in self.discount_codes)
        return Order(
            shop=shop,
            id=str(self.id),
            placed_at=self.created_at,
            total=Money(amount=_minor(self.total_price, self.currency), currency=self.currency),
            discount_codes=tuple(code for code in codes if re.fullmatch(r"[!-~]{1,100}", code)),
            click_ids=click_ids(self.landing_site or ""),
            cancelled_at=self.cancelled_at,
        )


class Transaction(_Payload):
    """Money that moved, or was meant to."""

    kind: str
    status: str
    amount: Amount
    currency: Currency


class RefundPayload(_Payload):
    """What refunds/create brings."""

    id: int = Field(ge=0)
    order_id: int = Field(ge=0)
    transactions: tuple[Transaction, ...] = ()

    def refund(self, shop: str) -> Refund | None:
        """The money that was given back; None if it was goods alone."""
        moved = [each for each in self.transactions if (each.kind, each.status) == ("refund", "success")]
        if not moved:
            return None
        currency = moved[0].currency
        amount = sum(_minor(each.amount, currency) for each in moved if each.currency == currency)
        return Refund(
            shop=shop, id=str(self.id), order_id=str(self.order_id), amount=Money(amount=amount, currency=currency)
        )


def signature(secret: str, body: bytes) -> str:
    """What Shopify sends in `X-Shopify-Hmac-Sha256` with a body: HMAC-SHA256 with the app's secret, in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def is_signed(secret: str, body: bytes, given: str) -> bool:
    """Whether somebody who knows the secret sent this body; takes the same time whatever is wrong with it."""
    return hmac.compare_digest(signature(secret, body).encode(), given.encode("utf-8", "replace"))


def click_ids(landing_site: str) -> tuple[str, ...]:
    """The ids of our clicks in the address of a landing page."""
    try:
        given = parse_qs(urlsplit(landing_site).query).get(CLICK_PARAMETER, [])
    except ValueError:
        return ()
    return tuple(each for each in given if re.fullmatch(r"[0-9a-f]{24}", each))


def _minor(amount: Decimal, currency: str) -> int:
    return int((amount * 10 ** get_currency_precision(currency)).to_integral_value())
