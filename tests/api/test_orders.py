"""Orders come in, from the shop's twin over real HTTP and through the API."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from activities.connectors.shopify import ORDER_TOPICS, REFUNDS_CREATE, signature
from activities.connectors.simulated.serving import served
from activities.connectors.simulated.shopify import SECRET, SHOP, ShopifyTwin
from activities.tracking import Tracking
from api.app import create_app
from api.dependencies import Services
from tests.api.conftest import API_KEY, Bench
from tests.api.test_tracked_links import PHONE, tracked

ADDRESS = "/v1/orders/shopify"
ORDERS = "/v1/campaigns/tea/orders"
NOW = datetime.now(UTC).isoformat()


@pytest.fixture
async def shop(bench: Bench) -> AsyncIterator[ShopifyTwin]:
    """A shop that tells this API of everything."""
    twin = ShopifyTwin(patience=60)
    async with served(bench.app) as address:
        for topic in (*ORDER_TOPICS, REFUNDS_CREATE):
            twin.subscribe(topic, f"{address}{ADDRESS}")
        yield twin


async def part(brand: httpx.AsyncClient) -> dict[str, Any]:
    """What the only creator has led to."""
    (only,) = (await brand.get("/v1/campaigns/tea/attribution")).json()["creators"]
    return dict(only)


def headers(body: bytes, **more: str) -> dict[str, str]:
    usual = {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Webhook-Id": "w-1",
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Hmac-Sha256": signature(SECRET, body),
    }
    return {**usual, **{name.replace("_", "-"): value for name, value in more.items()}}


async def test_from_the_post_to_the_order_and_back(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient, shop: ShopifyTwin
) -> None:
    """A visit by the link and an order with the code count for the creator, until the money goes back."""
    _, paths = await tracked(bench, brand)
    answer = await anonymous.get(paths["1"], headers=PHONE)
    await bench.services.tracking.clicks.flushed()
    landing = urlsplit(answer.headers["location"])
    await shop.buy("20.00", landing_site=f"{landing.path}?{landing.query}")
    await shop.buy("30.00", discount_code=paths["code"].lower())
    await shop.buy("40.00")
    found = await part(brand)
    assert (found["clicks"], found["unique_visitors"], found["orders"], found["revenue"]) == (1, 1, 2, 50_00)
    await shop.refund(1002, "10.00")
    assert ((await part(brand))["orders"], (await part(brand))["revenue"]) == (2, 40_00)
    await shop.cancel(1001)
    await shop.refund(1001, "20.00")
    found = await part(brand)
    assert (found["orders"], found["revenue"], found["conversion"]) == (1, 20_00, 1.0)


async def test_a_webhook_that_is_sent_again_changes_nothing(
    bench: Bench, brand: httpx.AsyncClient, shop: ShopifyTwin
) -> None:
    """Shopify repeats what it heard no answer to, under the same id."""
    _, paths = await tracked(bench, brand)
    await shop.buy("20.00", discount_code=paths["code"])
    await shop.refund(1001, "5.00")
    repeated = [await shop.repeat(n) for n in range(3)]
    assert [answer.json() for answer in repeated] == [{"status": "repeated"}] * 3
    assert ((await part(brand))["orders"], (await part(brand))["revenue"]) == (1, 15_00)


async def test_only_what_shopify_signed_is_taken(bench: Bench, brand: httpx.AsyncClient, shop: ShopifyTwin) -> None:
    """One character changed, or no signature, and nothing is."""
    _, paths = await tracked(bench, brand)
    await shop.buy("20.00", discount_code=paths["code"])
    sent, body, _ = shop.deliveries[0]
    async with bench.client() as client:
        forged = body.replace(b"20.00", b"99.00")
        for content, signed in ((forged, sent), (body, {**sent, "X-Shopify-Hmac-Sha256": ""})):
            answer = await client.post(ADDRESS, content=content, headers={**signed, "X-Shopify-Webhook-Id": "new"})
            assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert (await part(brand))["revenue"] == 20_00


async def test_money_in_another_currency_counts_for_nobody(
    bench: Bench, brand: httpx.AsyncClient, shop: ShopifyTwin
) -> None:
    """It is kept with the reason."""
    _, paths = await tracked(bench, brand)
    await shop.buy("20.00", currency="EUR", discount_code=paths["code"])
    view = (await brand.get("/v1/campaigns/tea/attribution")).json()
    assert view["unattributed"] == [{"reason": "other_currency", "orders": 1}]
    assert (view["orders"], view["revenue"]) == (0, 0)


async def test_what_is_not_asked_for_is_ignored_and_what_cannot_be_read_refused(
    bench: Bench, anonymous: httpx.AsyncClient
) -> None:
    """The answer names the field, and repeats nothing of what was sent, which is about a person."""
    test_order = json.dumps(
        {"id": 1, "created_at": NOW, "currency": "USD", "total_price": "1.00", "test": True}
    ).encode()
    other = await anonymous.post(ADDRESS, content=b"{}", headers=headers(b"{}", X_Shopify_Topic="app/uninstalled"))
    ignored = await anonymous.post(ADDRESS, content=test_order, headers=headers(test_order))
    assert [other.json(), ignored.json()] == [{"status": "ignored"}] * 2
    broken = b'{"id": 1, "email": "jon@example.com", "currency": "jon@example.com", "total_price": "1.00"}'
    refused = await anonymous.post(ADDRESS, content=broken, headers=headers(broken, X_Shopify_Webhook_Id="w-2"))
    assert refused.status_code == 422
    assert "created_at" in refused.text
    assert "jon@" not in refused.text
    unnamed = await anonymous.post(ADDRESS, content=b"{}", headers=headers(b"{}", X_Shopify_Webhook_Id=""))
    assert unnamed.json()["errors"][0]["field"] == "X-Shopify-Webhook-Id"
    assert await bench.services.pool.fetchval("select count(*) from shop_orders") == 0


async def test_a_refund_in_another_currency_is_ignored(
    bench: Bench, brand: httpx.AsyncClient, shop: ShopifyTwin
) -> None:
    """It is answered as taken care of: Shopify stops to tell whoever refuses what it tells."""
    _, paths = await tracked(bench, brand)
    await shop.buy("20.00", discount_code=paths["code"])
    shop.orders[1001]["currency"] = "EUR"
    await shop.refund(1001, "5.00")
    assert (await part(brand))["revenue"] == 20_00
    sent, body, _ = shop.deliveries[-1]
    async with bench.client() as client:
        answer = await client.post(ADDRESS, content=body, headers={**sent, "X-Shopify-Webhook-Id": "again"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})


async def test_without_a_secret_no_shop_is_connected(bench: Bench) -> None:
    """Nothing can be signed with an empty one."""
    tracking = Tracking.on(bench.services.pool, "a secret of at least thirty-two characters", "http://api.test")
    services = Services(**{**bench.services.__dict__, "tracking": tracking})
    async with Bench(services, bench.engine, create_app(services)).client() as client:
        answer = await client.post(ADDRESS, content=b"{}", headers={"X-Shopify-Hmac-Sha256": signature("", b"{}")})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_other_shops_tell_of_orders_through_the_api(bench: Bench, brand: httpx.AsyncClient) -> None:
    """The answer says whose it is; the same order again is answered alike, another one under its number refused."""
    id_, paths = await tracked(bench, brand)
    order = {"order_id": "A-1", "placed_at": NOW, "total": {"amount": 20_00, "currency": "USD"}}
    body = {**order, "discount_codes": [paths["code"]]}
    first, again = [await brand.post(ORDERS, json=body) for _ in range(2)]
    assert first.json() == again.json()
    assert (first.json()["collaboration_id"], first.json()["by"]) == (id_, "code")
    nobody = await brand.post(ORDERS, json={**order, "order_id": "A-2"})
    assert (nobody.json()["collaboration_id"], nobody.json()["reason"]) == (None, "no_trace")
    other = await brand.post(ORDERS, json={**body, "total": {"amount": 1, "currency": "USD"}})
    assert (other.status_code, other.json()["code"]) == (409, "order_differs")
    refund = {"refund_id": "R-1", "amount": {"amount": 5_00, "currency": "USD"}}
    assert [(await brand.post(f"{ORDERS}/A-1/refunds", json=refund)).status_code for _ in range(2)] == [204, 204]
    assert ((await part(brand))["orders"], (await part(brand))["revenue"]) == (1, 15_00)


@pytest.mark.parametrize("path", [ORDERS, f"{ORDERS}/A-1/refunds"])
async def test_other_currencies_are_refused_with_the_campaign_s(
    bench: Bench, brand: httpx.AsyncClient, path: str
) -> None:
    """So is an unknown campaign, and whoever has no key."""
    await bench.started()
    body: dict[str, Any] = {"order_id": "A-1", "placed_at": NOW, "total": {"amount": 1, "currency": "EUR"}}
    if path.endswith("refunds"):
        body = {"refund_id": "R-1", "amount": body["total"]}
    refused = await brand.post(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "currency_mismatch")
    assert "EUR" in refused.json()["detail"]
    assert (await brand.post(path.replace("tea", "mugs"), json=body)).status_code == 404
    async with bench.client() as anonymous:
        assert (await anonymous.post(path, json=body)).status_code == 401
    async with bench.client(API_KEY) as client:
        malformed = await client.post(path, json={**body, "surprise": 1})
    assert malformed.json()["errors"][0]["field"] == "surprise"
