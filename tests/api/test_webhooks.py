"""Webhooks through the API: made, tried, changed, sent to, told again, and never to an address within."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from activities.connectors.simulated.serving import served
from activities.store.webhooks import Webhooks
from activities.webhook_delivery import Ways, WebhookDelivery
from api.app import create_app
from api.dependencies import Services
from tests.activities.receiving import PATH, ReceivingTwin
from tests.api.conftest import API_KEY, Bench

ADDRESS = "/v1/webhooks"
LONG = 90.0


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """The brand's, of an API that may reach this machine."""
    services = Services(**{**bench.services.__dict__, "webhooks_allow_private": True})
    async with Bench(services, bench.engine, create_app(services)).client(API_KEY) as client:
        yield client


@pytest.fixture
def twin() -> ReceivingTwin:
    return ReceivingTwin()


@pytest.fixture
async def hook(twin: ReceivingTwin) -> AsyncIterator[str]:
    async with served(twin.app) as address:
        yield f"{address}{PATH}"


async def made(client: httpx.AsyncClient, twin: ReceivingTwin, hook: str, **facts: Any) -> str:
    """A webhook whose secret the twin was given; its address."""
    answer = await client.post(ADDRESS, json={"url": hook, **facts})
    assert answer.status_code == 201, answer.text
    twin.secret = b64decode(answer.json()["secret"].removeprefix("whsec_"))
    return str(answer.headers["location"])


async def test_events_that_are_decided_arrive_and_are_listed(
    bench: Bench, client: httpx.AsyncClient, twin: ReceivingTwin, hook: str
) -> None:
    """Thin: ids and places, by which the rest can be read with a key."""
    where = await made(client, twin, hook, types=["OfferMade"])
    sending = asyncio.create_task(
        WebhookDelivery(bench.services.webhooks, Ways(allow_private=True)).run(bench.services.pool)
    )
    collaboration = await bench.offered()
    async with asyncio.timeout(LONG):
        while not (log := (await client.get(f"{where}/deliveries")).json()["items"]):  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.02)
        while (await client.get(where)).json()["position"] < log[0]["position"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    ((message_id, content),) = twin.received
    assert (content["type"], content["data"]["stream"]) == ("OfferMade", f"collaboration/{collaboration}")
    assert (log[0]["event_id"], log[0]["status"], log[0]["failure"]) == (message_id, 200, None)
    read = (await client.get(f"/v1/collaborations/{collaboration}/events")).json()["items"]
    (event,) = [each for each in read if each["version"] == content["data"]["version"]]
    assert event["type"] == "OfferMade"


async def test_the_secret_is_shown_once(client: httpx.AsyncClient, twin: ReceivingTwin, hook: str) -> None:
    """To whoever made it, and whoever repeats that request because the answer was lost."""
    key = {"Idempotency-Key": "once"}
    first = await client.post(ADDRESS, json={"url": hook}, headers=key)
    assert first.json()["secret"].startswith("whsec_")
    assert first.headers["cache-control"] == "no-store"
    assert (await client.post(ADDRESS, json={"url": hook}, headers=key)).json() == first.json()
    other = await client.post(ADDRESS, json={"url": f"{hook}2"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    (listed,) = (await client.get(ADDRESS)).json()
    assert "secret" not in listed
    assert listed == {name: value for name, value in first.json().items() if name != "secret"}


async def test_a_test_message_says_what_came_of_it(client: httpx.AsyncClient, twin: ReceivingTwin, hook: str) -> None:
    """The same key is the same message, sent once; and a failure neither disables nor counts."""
    where = await made(client, twin, hook)
    key = {"Idempotency-Key": "try"}
    first, again = [(await client.post(f"{where}/test", json={}, headers=key)).json() for _ in range(2)]
    assert (first["received"], first["status"], first["failure"]) == (True, 200, None)
    assert again == first
    ((_, content),) = twin.received
    assert content["type"] == "webhook.test"
    twin.gone = True
    failed = (await client.post(f"{where}/test", json={})).json()
    assert (failed["received"], failed["status"]) == (False, 410)
    standing = (await client.get(where)).json()
    assert (standing["enabled"], standing["failures"]) == (True, 0)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "https://localhost/x",
        "http://1.1.1.1/",
        "https://[::1]/",
    ],
)
async def test_an_address_within_is_refused_with_the_rule(brand: httpx.AsyncClient, url: str) -> None:
    """When it is made and when it is changed; nothing is stored."""
    answer = await brand.post(ADDRESS, json={"url": url})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "url"
    assert "public internet" in error["rule"] or "https://" in error["rule"]
    assert (await brand.get(ADDRESS)).json() == []


async def test_a_change_is_what_was_named_and_nothing_else(
    brand: httpx.AsyncClient, client: httpx.AsyncClient, twin: ReceivingTwin, hook: str
) -> None:
    where = await made(client, twin, hook, types=["OfferMade"])
    disabled = (await client.patch(where, json={"enabled": False})).json()
    assert (disabled["enabled"], disabled["note"]) == (False, "disabled by a person")
    assert (disabled["url"], disabled["types"]) == (hook, ["OfferMade"])
    changed = (await client.patch(where, json={"types": None, "enabled": True})).json()
    assert (changed["enabled"], changed["note"], changed["types"]) == (True, None, None)
    assert (await client.patch(where, json={})).status_code == 422
    assert (await client.patch(where, json={"url": None})).status_code == 422
    assert (await brand.patch(where, json={"url": "https://10.0.0.1/"})).status_code == 422
    assert (await client.get(where)).json()["url"] == hook


async def test_types_that_do_not_exist_are_refused(client: httpx.AsyncClient, hook: str) -> None:
    """Otherwise nobody would notice that nothing comes."""
    answer = await client.post(ADDRESS, json={"url": hook, "types": ["OfferMade", "OfferMad"]})
    assert answer.status_code == 422
    assert "no events of type OfferMad;" in answer.json()["errors"][0]["rule"]


async def test_a_replay_moves_its_place_back(
    bench: Bench, client: httpx.AsyncClient, twin: ReceivingTwin, hook: str
) -> None:
    await bench.started()
    where = await made(client, twin, hook)
    assert (await client.get(where)).json()["position"] > 0
    back = await client.post(f"{where}/replay", json={"from_position": 1})
    assert (back.status_code, back.json()["position"]) == (200, 0)
    assert (await client.post(f"{where}/replay", json={"from_position": 0})).status_code == 422


async def test_what_is_deleted_is_gone(client: httpx.AsyncClient, twin: ReceivingTwin, hook: str) -> None:
    where = await made(client, twin, hook)
    assert (await client.delete(where)).status_code == 204
    answers = [
        await client.get(where),
        await client.get(f"{where}/deliveries"),
        await client.delete(where),
        await client.patch(where, json={"enabled": True}),
        await client.post(f"{where}/test", json={}),
        await client.post(f"{where}/replay", json={"from_position": 1}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 6


async def test_the_log_comes_in_pages(bench: Bench, client: httpx.AsyncClient, twin: ReceivingTwin, hook: str) -> None:
    where = await made(client, twin, hook)
    await bench.services.pool.execute(
        "insert into webhook_deliveries (webhook_id, event_id, type, position, attempt, milliseconds) "
        "select $1, gen_random_uuid(), 'T', n, 1, 1 from generate_series(1, 5) as n",
        where.rpartition("/")[2],
    )
    page = (await client.get(f"{where}/deliveries?limit=3")).json()
    rest = (await client.get(f"{where}/deliveries?limit=3&cursor={page['next']}")).json()
    assert [item["position"] for item in page["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert rest["next"] is None


async def test_the_channel_s_address_is_not_the_api_s_to_change(bench: Bench, client: httpx.AsyncClient) -> None:
    """It is in the environment of the workers; what it is told of can be chosen here."""
    webhooks: Webhooks = bench.services.webhooks
    await webhooks.open_slack("default", ["OfferMade"])
    (listed,) = (await client.get(ADDRESS)).json()
    assert (listed["id"], listed["kind"], listed["url"]) == ("slack", "slack", None)
    chosen = await client.patch(f"{ADDRESS}/slack", json={"types": ["PostPublished"]})
    assert chosen.json()["types"] == ["PostPublished"]
    refused = await client.patch(f"{ADDRESS}/slack", json={"url": "http://127.0.0.1/"})
    assert (refused.status_code, refused.json()["code"]) == (409, "has_no_address")
    assert (await client.post(f"{ADDRESS}/slack/test", json={})).status_code == 409


async def test_creators_and_strangers_have_no_webhooks(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get(ADDRESS)).status_code == 401
    async with bench.as_creator(await bench.offered()) as creator:
        assert (await creator.get(ADDRESS)).status_code == 403
        assert (await creator.post(ADDRESS, json={"url": "https://1.1.1.1/"})).status_code == 403
