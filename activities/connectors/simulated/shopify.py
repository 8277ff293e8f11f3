"""The twin of a Shopify shop: people buy, give back and cancel, and subscribers are told, signed as Shopify signs.

    curl -d '{"webhook": {"topic": "orders/create", "address": "http://127.0.0.1:8000/v1/orders/shopify"}}' \\
        http://127.0.0.1:8105/admin/api/2026-01/webhooks.json
    curl -d '{"total_price": "24.50", "discount_code": "GS-..."}' http://127.0.0.1:8105/twin/orders
    curl -d '{"amount": "10.00"}' http://127.0.0.1:8105/twin/orders/1001/refund
    curl -d '{}' http://127.0.0.1:8105/twin/orders/1001/cancel
"""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from activities.connectors.shopify import (
    ORDERS_CANCELLED,
    ORDERS_CREATE,
    ORDERS_PAID,
    REFUNDS_CREATE,
    SIGNATURE_HEADER,
    TOPICS,
    signature,
)
from activities.connectors.simulated.faults import Twin

SECRET = "twin-shopify-secret"  # noqa: S105 - the twin's own, known to everybody
SHOP = "lumen-tea.myshopify.com"
API_VERSION = "2026-01"
PATIENCE = 5.0
"""Seconds that Shopify waits for an answer to a webhook."""

JsonObject = dict[str, Any]


class ShopifyTwin(Twin):
    """One shop. Orders are numbered from 1001; `patience` is how many seconds it waits for an answer to a webhook."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        super().__init__()
        self._patience = patience
        self.orders: dict[int, JsonObject] = {}
        self.deliveries: list[tuple[dict[str, str], bytes, str]] = []
        """What was sent: headers, body, address; to be sent again as a repetition."""
        self._subscriptions: list[tuple[str, str]] = []
        self._refunds = 0

    def routes(self) -> list[Route]:
        """Shopify's address to subscribe at, and what buyers do."""
        return [
            self.route(f"/admin/api/{API_VERSION}/webhooks.json", self._subscribe, "POST"),
            self.route("/twin/orders", self._buy, "POST"),
            self.route("/twin/orders/{number:int}/refund", self._refund, "POST"),
            self.route("/twin/orders/{number:int}/cancel", self._cancel, "POST"),
        ]

    def rate_limited(self, retry_after: int) -> Response:
        """429 with the wait in seconds."""
        errors = {"errors": "Exceeded 2 calls per second for api client. Reduce request rates to resume."}
        return JSONResponse(errors, 429, headers={"Retry-After": str(retry_after)})

    def expired(self) -> Response:
        """401."""
        return JSONResponse({"errors": "[API] Invalid API key or access token"}, 401)

    def subscribe(self, topic: str, address: str) -> None:
        """Have a topic told to an address."""
        self._subscriptions.append((topic, address))

    async def buy(
        self,
        total_price: str,
        *,
        currency: str = "USD",
        discount_code: str | None = None,
        landing_site: str | None = None,
        placed_at: datetime | None = None,
    ) -> JsonObject:
        """Somebody buys and pays; the order as it was told."""
        number = 1001 + len(self.orders)
        order = {
            "id": number,
            "admin_graphql_api_id": f"gid://shopify/Order/{number}",
            "created_at": (placed_at or datetime.now(UTC)).isoformat(),
            "cancelled_at": None,
            "currency": currency,
            "current_total_price": total_price,
            "total_price": total_price,
            "discount_codes": []
            if discount_code is None
            else [{"code": discount_code, "amount": "5.00", "type": "percentage"}],
            "landing_site": landing_site,
            "name": f"#{number}",
            "email": "a.buyer@example.com",
            "customer": {"id": 7, "first_name": "A.", "last_name": "Buyer", "email": "a.buyer@example.com"},
            "line_items": [{"id": 1, "title": "Cold brew tea", "quantity": 1, "price": total_price}],
            "test": False,
        }
        self.orders[number] = order
        await self._tell(ORDERS_CREATE, {**order, "financial_status": "pending"})
        await self._tell(ORDERS_PAID, {**order, "financial_status": "paid"})
        return order

    async def refund(self, number: int, amount: str) -> None:
        """Some of the money goes back."""
        self._refunds += 1
        order = self.orders[number]
        transaction = {"kind": "refund", "status": "success", "amount": amount, "currency": order["currency"]}
        refund = {"id": 500 + self._refunds, "order_id": number, "created_at": order["created_at"], "note": None}
        await self._tell(REFUNDS_CREATE, {**refund, "transactions": [{"id": 900 + self._refunds, **transaction}]})

    async def cancel(self, number: int) -> None:
        """The order is called off."""
        self.orders[number]["cancelled_at"] = datetime.now(UTC).isoformat()
        await self._tell(ORDERS_CANCELLED, self.orders[number])

    async def repeat(self, delivery: int) -> httpx.Response:
        """Sends a webhook again, byte by byte, as Shopify does when it heard no answer."""
        headers, body, address = self.deliveries[delivery]
        return await self._post(address, body, headers)

    async def _tell(self, topic: str, payload: JsonObject) -> None:
        body = json.dumps(payload).encode()
        for wanted, address in self._subscriptions:
            if wanted == topic:
                headers = {
                    "Content-Type": "application/json",
                    "X-Shopify-Topic": topic,
                    SIGNATURE_HEADER: signature(SECRET, body),
                    "X-Shopify-Shop-Domain": SHOP,
                    "X-Shopify-API-Version": API_VERSION,
                    "X-Shopify-Webhook-Id": str(uuid4()),
                    "X-Shopify-Triggered-At": datetime.now(UTC).isoformat(),
                }
                self.deliveries.append((headers, body, address))
                with suppress(httpx.TransportError):  # Shopify sends it again later: `repeat`
                    await self._post(address, body, headers)

    async def _post(self, address: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(timeout=self._patience) as client:
            return await client.post(address, content=body, headers=headers)

    async def _subscribe(self, request: Request) -> Response:
        webhook = json.loads(await request.body()).get("webhook", {})
        if webhook.get("topic") not in TOPICS:
            return JSONResponse({"errors": {"topic": ["Invalid topic specified"]}}, 422)
        self.subscribe(webhook["topic"], str(webhook.get("address")))
        return JSONResponse({"webhook": {"id": len(self._subscriptions), **webhook, "format": "json"}}, 201)

    async def _buy(self, request: Request) -> Response:
        wanted: JsonObject = json.loads(await request.body())
        try:
            order = await self.buy(**wanted)
        except TypeError as error:
            return JSONResponse({"errors": str(error)}, 422)
        return JSONResponse({"order": order}, 201)

    async def _refund(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number not in self.orders:
            return JSONResponse({"errors": "Not Found"}, 404)
        await self.refund(number, json.loads(await request.body())["amount"])
        return JSONResponse({"refund": {"order_id": number}}, 201)

    async def _cancel(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number not in self.orders:
            return JSONResponse({"errors": "Not Found"}, 404)
        await self.cancel(number)
        return JSONResponse({"order": self.orders[number]})
