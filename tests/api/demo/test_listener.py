"""What the demo's program makes of what a webhook tells it."""

import base64
import json
from datetime import UTC, datetime

import httpx

from activities.connectors.receivers import new_secret, signature, written
from api.client import Groundswell
from api.demo.listener import TYPES, Listener

SECRET = new_secret()
WEBHOOK = {
    "id": "w",
    "kind": "program",
    "url": "http://listener.test/",
    "types": list(TYPES),
    "enabled": True,
    "note": None,
    "position": 0,
    "failures": 0,
    "next_attempt_at": None,
    "disabled_at": None,
    "created_at": "2026-03-02T10:00:00Z",
}


async def listening() -> tuple[Listener, httpx.AsyncClient]:
    asked: list[dict[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return httpx.Response(201, json={**WEBHOOK, "secret": written(SECRET)})

    listener = Listener()
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://api.test") as session:
        await listener.subscribe(Groundswell("", "key", session=session), "http://listener.test/")
    assert asked == [{"url": "http://listener.test/", "types": list(TYPES)}]
    return listener, httpx.AsyncClient(transport=httpx.ASGITransport(listener.app), base_url="http://listener.test")


async def tell(client: httpx.AsyncClient, id_: str, position: int, secret: bytes = SECRET) -> int:
    now = datetime.now(UTC)
    body = json.dumps({"type": "PayoutMade", "data": {"position": position}}).encode()
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(secret, id_, now, body),
    }
    return (await client.post("/", content=body, headers=headers)).status_code


async def test_an_event_that_is_told_twice_counts_once() -> None:
    """A message is sent again under the same id."""
    listener, client = await listening()
    async with client:
        assert [await tell(client, "e1", 1), await tell(client, "e1", 1), await tell(client, "e2", 2)] == [204] * 3
    assert listener.received == {"PayoutMade": 2}
    assert listener.faults == []


async def test_a_message_that_is_not_signed_by_the_secret_is_a_fault() -> None:
    """It is not believed."""
    listener, client = await listening()
    async with client:
        assert await tell(client, "e1", 1, base64.b64decode("c29tZWJvZHkgZWxzZQ==")) == 401
    assert not listener.received
    assert listener.faults == ["a webhook's message has a wrong signature"]


async def test_messages_out_of_order_are_a_fault() -> None:
    """An endpoint gets them in the order of the feed."""
    listener, client = await listening()
    async with client:
        await tell(client, "e2", 2)
        await tell(client, "e1", 1)
    assert listener.faults == ["a webhook's messages came out of order"]
