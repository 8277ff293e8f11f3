"""The twin of a shop: it tells whoever subscribed, signed, and as Shopify documents it."""

import json

import httpx
import pytest

from activities.connectors.shopify import OrderPayload, RefundPayload, is_signed
from activities.connectors.simulated.serving import served
from activities.connectors.simulated.shopify import API_VERSION, SECRET, ShopifyTwin
from activities.connectors.simulated.slack import SlackTwin


async def test_buying_and_giving_back_are_told_to_subscribers() -> None:
    """Each delivery has its own id and a signature of its body; what is in it can be read."""
    twin = ShopifyTwin()
    async with served(twin.app) as shop, served(SlackTwin().app) as listener, httpx.AsyncClient() as client:
        for topic in ("orders/create", "refunds/create", "orders/cancelled"):
            webhook = {"topic": topic, "address": f"{listener}/nowhere", "format": "json"}
            answer = await client.post(f"{shop}/admin/api/{API_VERSION}/webhooks.json", json={"webhook": webhook})
            assert answer.status_code == 201
        bought = await client.post(f"{shop}/twin/orders", json={"total_price": "24.50", "discount_code": "GS-1"})
        number = bought.json()["order"]["id"]
        assert (await client.post(f"{shop}/twin/orders/{number}/refund", json={"amount": "4.50"})).status_code == 201
        assert (await client.post(f"{shop}/twin/orders/{number}/cancel", json={})).status_code == 200
    topics = [headers["X-Shopify-Topic"] for headers, _, _ in twin.deliveries]
    assert topics == ["orders/create", "refunds/create", "orders/cancelled"]
    assert len({headers["X-Shopify-Webhook-Id"] for headers, _, _ in twin.deliveries}) == 3
    assert all(is_signed(SECRET, body, headers["X-Shopify-Hmac-Sha256"]) for headers, body, _ in twin.deliveries)
    order, refund, cancelled = [body for _, body, _ in twin.deliveries]
    assert OrderPayload.model_validate_json(order).order("s").total.amount == 24_50
    money = RefundPayload.model_validate_json(refund).refund("s")
    assert money is not None
    assert money.amount.amount == 4_50
    assert OrderPayload.model_validate_json(cancelled).cancelled_at is not None


async def test_a_listener_that_is_away_is_told_later() -> None:
    """Nobody's order fails because of it, and the delivery is there to be sent again."""
    twin = ShopifyTwin(patience=60)
    twin.subscribe("orders/create", "http://127.0.0.1:1/nobody-listens-here")
    assert (await twin.buy("24.50"))["id"] == 1001
    with pytest.raises(httpx.TransportError):
        await twin.repeat(0)


async def test_what_the_shop_does_not_know_is_refused() -> None:
    """Topics that there are not, orders that nobody placed, and anything at all when it has had enough."""
    twin = ShopifyTwin()
    async with served(twin.app) as shop, httpx.AsyncClient(base_url=shop) as client:
        subscribing = f"/admin/api/{API_VERSION}/webhooks.json"
        unknown = {"webhook": {"topic": "orders/dreamt", "address": "http://x.example"}}
        assert (await client.post(subscribing, json=unknown)).status_code == 422
        assert (await client.post("/twin/orders/1/refund", json={"amount": "1.00"})).status_code == 404
        assert (await client.post("/twin/orders/1/cancel", json={})).status_code == 404
        assert (await client.post("/twin/orders", content=json.dumps({"price": "1"}))).status_code == 422
        limited = await client.post(subscribing, json={}, headers={"X-Twin-Fault": "rate_limited; retry_after=2"})
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "2")
        assert (await client.post(subscribing, headers={"X-Twin-Fault": "expired_token"})).status_code == 401
