"""The composition of the API process on real servers."""

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from activities.store.clicks import Click, ClickRecorder
from api.app import create_app, open_services
from tests.api.conftest import SECRET
from tests.domain.given import T0, a_brief
from tests.keys import MASTER_KEYS
from workflows.settings import Settings


def settings_on(database: str) -> Settings:
    return Settings(
        database_url=SecretStr(database),
        secret_key=SecretStr(SECRET),
        master_keys=SecretStr(MASTER_KEYS),
        api_keys=SecretStr("manager=key-1"),
        task_queue="nobody-polls-this",
    )


async def test_the_process_opens_what_it_needs_and_says_that_a_worker_is_missing(
    database: str, temporal_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a worker a campaign isn't lost: the caller is told to send the same request again."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    settings = settings_on(database)
    async with open_services(settings) as services:
        transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
        headers = {"Authorization": "Bearer key-1"}
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test", headers=headers) as client:
            ready = await client.get("/readyz")
            refused = await client.post("/v1/campaigns", json={**a_brief().model_dump(mode="json"), "fee_cap": 1})
            listed = await client.get("/v1/campaigns")

    assert ready.status_code == 503
    missing = {part["part"] for part in ready.json()["parts"] if part["needed"] and not part["ready"]}
    assert missing == {"temporal"}
    assert len(ready.json()["parts"]) == 6
    assert (refused.status_code, refused.json()["code"]) == (409, "brief_refused")
    assert listed.json() == {"items": [], "next": None}


async def test_a_process_that_stops_keeps_the_clicks_that_it_took(
    database: str, temporal_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are stored before the connections are closed."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setattr(ClickRecorder.aclose, "__defaults__", (60.0,))  # however busy this machine is
    async with open_services(settings_on(database)) as services:
        for number in range(1_200):
            services.tracking.clicks.record(Click(f"{number:024x}", "abcdefghjk", T0, "visitor", None, None))
    connection = await asyncpg.connect(database)
    try:
        assert await connection.fetchval("select count(*) from clicks") == 1_200
    finally:
        await connection.close()
