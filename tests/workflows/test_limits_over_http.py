"""Limits that callers can meet, over HTTP and with everything real behind it: each answer says what to do next."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from temporalio.client import Client

from api.app import create_app, open_services
from api.embedded.mail import MailSink
from tests.workflows.campaigning import a_current_brief, outcome, start, until
from tests.workflows.conftest import Bench, working
from workflows import client as engine
from workflows.settings import Settings

MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def _temporal(temporal_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)


@asynccontextmanager
async def calling(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that is put together as a process does it."""
    settings = settings.model_copy(update={"api_keys": SecretStr("manager=a key")})
    async with open_services(settings) as services:
        transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
        headers = {"Authorization": "Bearer a key"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://api.test", headers=headers, timeout=60
        ) as client:
            yield client


async def proposed(live: Bench) -> tuple[str, str]:
    """A campaign whose shortlist waits for approval: its stream, and its address."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    return stream, f"/v1/campaigns/{stream.partition('/')[2]}"


async def test_the_eleventh_decision_at_the_same_time_is_429_and_may_be_sent_again(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten wait for the database; the others are told to come back while these still wait, and find out with the same
    key what became of it."""
    monkeypatch.setattr(engine, "ANSWER_WITHIN", timedelta(seconds=60))
    stream, campaign = await proposed(live)
    async with calling(live.settings) as api:

        async def approve(key: str) -> httpx.Response:
            return await api.post(f"{campaign}/shortlist/approve", json={}, headers={"Idempotency-Key": key})

        async with live.pool.acquire() as connection, connection.transaction():
            await connection.execute("select from streams where stream = $1 for update", stream)
            asked = [asyncio.create_task(approve(f"key-{nth}"), name=f"key-{nth}") for nth in range(20)]
            async with asyncio.timeout(50):
                while sum(task.done() for task in asked) < 10:
                    await asyncio.wait([task for task in asked if not task.done()], return_when=FIRST_COMPLETED)
            refused = [task.result() for task in asked if task.done()]
        answers = {task.get_name(): await task for task in asked}
        for key, answer in answers.items():
            final = answer
            while final.status_code in (429, 503):
                await asyncio.sleep(0.2)
                final = await approve(key)
            answers[key] = final
    assert sorted(answer.status_code for answer in answers.values()) == [200] + [409] * 19
    told = [answer for answer in refused if answer.status_code == 429]
    assert told
    assert {answer.status_code for answer in refused} <= {429, 503}
    for answer in told:
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.json()["code"] == "too_many_in_flight"
        assert "same Idempotency-Key" in answer.json()["detail"]


async def test_a_body_of_five_megabytes_is_413(live: Bench) -> None:
    """With the limit in bytes; a roster may be as large."""
    async with calling(live.settings) as api:
        large = await api.post("/v1/campaigns", json={"brand": "x" * 5 * MEGABYTE})
        rows = b"platform,handle,followers\n" + b"instagram,,\n" * (5 * MEGABYTE // 12)
        roster = await api.post("/v1/creators/import", content=rows, headers={"Content-Type": "text/csv"})
    assert (large.status_code, large.headers["Content-Type"]) == (413, "application/problem+json")
    assert large.json()["code"] == "body_too_large"
    assert "1048576 bytes" in large.json()["detail"]
    assert roster.status_code != 413


async def test_a_decision_on_what_has_ended_is_409_and_a_repeated_one_has_its_answer(live: Bench) -> None:
    """Though the workflow is closed and takes no updates any more."""
    stream, campaign = await proposed(live)
    once = {"Idempotency-Key": "once"}
    async with calling(live.settings) as api:
        first = await api.post(f"{campaign}/cancel", json={"reason": "recalled"}, headers=once)
        assert await outcome(live, stream) == "cancelled"
        again = await api.post(f"{campaign}/cancel", json={"reason": "recalled"}, headers=once)
        other = await api.post(f"{campaign}/shortlist/approve", json={})
    assert (first.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "already_ended")
    assert "cancelled" in other.json()["detail"]


async def test_without_a_worker_reads_are_answered_and_writes_are_503_until_one_is_back(
    temporal_client: Client, database: str, mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read models need no workflow. The decision that was asked for meanwhile is taken once, with its key."""
    queue = f"tests-{uuid4().hex}"
    async with working(temporal_client, database, mail_sink, None, task_queue=queue) as live:
        _, campaign = await proposed(live)
        settings = live.settings
    async with calling(settings) as api:
        monkeypatch.setattr(engine, "ANSWER_WITHIN", timedelta(seconds=1))
        async with asyncio.timeout(30):
            for path in ("", "/events", "/timeline", "/report", "/collaborations", "/shortlist"):
                assert (await api.get(f"{campaign}{path}")).status_code == 200, path
            assert [task["name"] for task in (await api.get("/v1/tasks")).json()["items"]] == ["approve_shortlist"]
            assert (await api.get("/v1/campaigns")).json()["items"]
        ready = await api.get("/readyz")
        patient = {"Idempotency-Key": "patient"}
        refused = await api.post(f"{campaign}/shortlist/approve", json={}, headers=patient)
        begun = await api.post("/v1/campaigns", json=a_current_brief().model_dump(mode="json"))
        for answer in (refused, begun):
            assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
        assert "no worker took it" in refused.json()["detail"]
        assert ready.headers["Cache-Control"] == "no-store"

        monkeypatch.setattr(engine, "ANSWER_WITHIN", timedelta(seconds=30))
        async with working(temporal_client, database, mail_sink, None, task_queue=queue):
            taken = await api.post(f"{campaign}/shortlist/approve", json={}, headers=patient)
            repeated = await api.post(f"{campaign}/shortlist/approve", json={}, headers=patient)
    assert (taken.status_code, taken.json()["events"]) == (200, ["ShortlistApproved"])
    assert repeated.json() == taken.json()
