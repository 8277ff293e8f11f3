"""The twin of a Slack channel answers as Slack does."""

from collections.abc import AsyncIterator

import httpx
import pytest

from activities.connectors.simulated.serving import served
from activities.connectors.simulated.slack import PATH, SlackTwin


@pytest.fixture
def twin() -> SlackTwin:
    return SlackTwin()


@pytest.fixture
async def client(twin: SlackTwin) -> AsyncIterator[httpx.AsyncClient]:
    async with served(twin.app) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


async def test_a_text_is_kept_and_answered_with_ok(twin: SlackTwin, client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={"text": "Tea"})
    assert (answer.status_code, answer.text, twin.lines) == (200, "ok", ["Tea"])


async def test_two_texts_at_once_are_one_too_many(
    twin: SlackTwin, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.connectors.simulated.slack.TIGHTEST", 3_600)
    assert (await client.post(PATH, json={"text": "Tea"})).status_code in (200, 429)
    answer = await client.post(PATH, json={"text": "Coffee"})
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (429, "rate_limited", "1")
    assert "Coffee" not in twin.lines


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [("{", 400, "invalid_payload"), ("{}", 400, "invalid_payload"), ('{"text": ""}', 400, "no_text")],
)
async def test_what_is_no_message_is_refused(client: httpx.AsyncClient, body: str, status: int, text: str) -> None:
    answer = await client.post(PATH, content=body)
    assert (answer.status_code, answer.text) == (status, text)


async def test_an_archived_channel_is_gone(twin: SlackTwin, client: httpx.AsyncClient) -> None:
    twin.archived = True
    assert (await client.post(PATH, json={"text": "Tea"})).status_code == 410


async def test_a_webhook_whose_app_was_removed_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={"text": "Tea"}, headers={"X-Twin-Fault": "expired_token"})
    assert (answer.status_code, answer.text) == (404, "no_service")
