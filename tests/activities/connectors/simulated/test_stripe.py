"""The twin answers as Stripe documents it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from activities.connectors.simulated.serving import served
from activities.connectors.simulated.stripe import KEY, WEBHOOK_SECRET, StripeTwin
from activities.connectors.stripe_events import SIGNATURE_HEADER, event_in, is_signed

FORM = {"amount": "500", "currency": "usd", "destination": "acct_1TwinMaya", "transfer_group": "g"}


@pytest.fixture
def twin() -> StripeTwin:
    return StripeTwin()


@pytest_asyncio.fixture
async def client(twin: StripeTwin) -> AsyncIterator[httpx.AsyncClient]:
    async with served(twin.app) as address, httpx.AsyncClient(base_url=address, auth=(KEY, "")) as client:
        yield client


async def post(client: httpx.AsyncClient, key: str = "1", **changed: str) -> tuple[int, Any, bool]:
    """Status, content, and whether it was said before."""
    answer = await client.post("/v1/transfers", data=FORM | changed, headers={"Idempotency-Key": key})
    return answer.status_code, answer.json(), "Idempotent-Replayed" in answer.headers


async def test_a_key_is_answered_alike(twin: StripeTwin, client: httpx.AsyncClient) -> None:
    """Until it is forgotten; with another body it is an error."""
    status, made, replayed = await post(client)
    assert (status, made["object"], replayed) == (200, "transfer", False)
    assert await post(client) == (200, made, True)
    status, error, _ = await post(client, amount="501")
    assert (status, error["error"]["type"]) == (400, "idempotency_error")
    twin.forget_keys()
    status, again, _ = await post(client)
    assert (status, again["id"] != made["id"], len(twin.transfers)) == (200, True, 2)


async def test_a_failure_is_kept_under_its_key_and_a_mistake_is_not(client: httpx.AsyncClient) -> None:
    """As Stripe has it: only what was begun is remembered."""
    assert (await client.post("/twin/balance", json={"usd": 0})).json() == {"usd": 0}
    status, error, _ = await post(client)
    assert (status, error["error"]["code"]) == (400, "balance_insufficient")
    await client.post("/twin/balance", json={"usd": 1_000})
    assert await post(client) == (400, error, True)
    assert (await post(client, "2", destination="acct_2"))[1]["error"]["code"] == "resource_missing"
    assert (await post(client, "2"))[0] == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"amount": "5.00"}, "parameter_invalid_integer"), ({"amount": "0"}, "parameter_invalid_integer")],
)
async def test_a_mistake_is_named(client: httpx.AsyncClient, changed: dict[str, str], code: str) -> None:
    """With the documented code."""
    status, error, _ = await post(client, **changed)
    assert (status, error["error"]["code"]) == (400, code)
    answer = await client.post("/v1/transfers", data={"amount": "500"})
    assert answer.json()["error"]["code"] == "parameter_missing"


async def test_transfers_are_listed_newest_first_by_group_in_pages(client: httpx.AsyncClient) -> None:
    """From one on, and since a time."""
    ids = [(await post(client, str(number)))[1]["id"] for number in range(3)]
    await post(client, "other", transfer_group="h")
    first = (await client.get("/v1/transfers", params={"transfer_group": "g", "limit": 2})).json()
    assert ([each["id"] for each in first["data"]], first["has_more"]) == ([ids[2], ids[1]], True)
    query = {"transfer_group": "g", "limit": 2, "starting_after": ids[1]}
    last = (await client.get("/v1/transfers", params=query)).json()
    assert ([each["id"] for each in last["data"]], last["has_more"]) == ([ids[0]], False)
    assert (await client.get("/v1/transfers", params={"created[gte]": 2**40})).json()["data"] == []


async def test_nobody_without_the_key_gets_anything(client: httpx.AsyncClient) -> None:
    """401, for reading as for paying."""
    wrong = httpx.BasicAuth("sk_other", "")
    assert (await client.get("/v1/transfers", auth=wrong)).status_code == 401
    assert (await client.post("/v1/transfers", data=FORM, auth=wrong)).status_code == 401


async def test_what_is_taken_back_is_told_signed_and_told_again_on_demand(
    twin: StripeTwin, client: httpx.AsyncClient
) -> None:
    """As Stripe does it: the event says how much came back in all, and a new signature goes with each attempt."""
    told: list[tuple[bytes, str]] = []

    async def take(request: Request) -> Response:
        told.append((await request.body(), request.headers[SIGNATURE_HEADER]))
        return Response(status_code=503 if len(told) == 1 else 200)

    await post(client)
    async with served(Starlette(routes=[Route("/hook", take, methods=["POST"])])) as address:
        await client.post("/twin/webhooks", content=json.dumps({"address": f"{address}/hook"}))
        path = "/twin/transfers/tr_1Twin000001/reverse"
        assert (await client.post(path, content='{"amount": 200}')).json() == {"deliveries": [503]}
        await client.post(path, content='{"amount": 9000}')
        await twin.repeat(0)
    assert (await client.post("/twin/transfers/tr_x/reverse", content='{"amount": 2}')).status_code == 404
    assert [status for _, _, status in twin.deliveries] == [503, 200, 200]
    assert all(is_signed(WEBHOOK_SECRET, body, given, datetime.now(UTC)) for body, given in told)
    assert told[0][0] == told[2][0]
    assert [event_in(body).transfer().amount_reversed for body, _ in told[:2]] == [200, 500]


async def test_an_account_that_pays_nothing_out_is_told(twin: StripeTwin, client: httpx.AsyncClient) -> None:
    """Also where nobody listens: it is only not sent again by itself."""
    twin.webhooks.append("http://127.0.0.1:9/nobody")
    await client.post("/twin/accounts/acct_1TwinA", content='{"payouts_enabled": false}')
    [(kind, body, status)] = twin.deliveries
    assert (kind, status) == ("account.updated", None)
    assert event_in(body).account().payouts_enabled is False
