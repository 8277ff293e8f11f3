"""The yardstick of the front door sends our statements, gives our answers, and leaves out the rest."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from activities.store.pool import Pool, open_pool
from api.bench.bare_api import bare_pool, create_bare
from tests.api.conftest import API_KEY, Bench, bench_on


@pytest.fixture
async def one_session(database: str) -> AsyncIterator[Pool]:
    """A pool whose only connection notes its statements."""
    pool = await open_pool(database, max_size=1)
    yield pool
    await pool.close()


@pytest.mark.parametrize("path", ["/v1/campaigns/tea", "/v1/tasks?campaign_id=tea"])
async def test_both_send_the_same_statements_and_answer_the_same(bench: Bench, one_session: Pool, path: str) -> None:
    """With a campaign that waits for its shortlist, and collaborations that wait for their creators; also when both
    remember what they have read."""
    await bench.shortlisted()
    for number in range(3):
        await bench.offered(f"creator-{number}")
    async with (
        bench_on(one_session).client(API_KEY) as client,
        httpx.AsyncClient(transport=httpx.ASGITransport(create_bare(one_session)), base_url="http://bare") as bare,
    ):
        asked = [await _asked(one_session, each, path) for each in (client, bare)]
        again = [await _asked(one_session, each, path) for each in (client, bare)]
    assert (again[0] != asked[0]) is ("campaigns" in path)  # the events are read once
    assert again[0] == again[1]
    (statements, answer), (of_bare, answer_of_bare) = asked
    assert statements == of_bare
    assert len(statements) == (4 if "campaigns" in path else 1)
    assert answer == answer_of_bare
    assert answer["stages"] == {"negotiation": 3} if "campaigns" in path else len(answer["items"]) == 4


async def test_it_serves_what_is_measured_and_nothing_else(bench: Bench, database: str) -> None:
    """An unknown campaign is 404, as ours is; there is no other route."""
    await bench.started()
    async with bare_pool(database) as pool:
        transport = httpx.ASGITransport(create_bare(pool))
        async with httpx.AsyncClient(transport=transport, base_url="http://bare") as bare:
            assert (await bare.get("/v1/campaigns/coffee")).status_code == 404
            assert (await bare.get("/v1/campaigns")).status_code == 404
            assert (await bare.get("/v1/tasks?campaign_id=tea")).json() == {"items": [], "next": None}


async def _asked(pool: Pool, client: httpx.AsyncClient, path: str) -> tuple[list[Any], Any]:
    """The statements that a request has caused, and its answer."""
    sent: list[Any] = []

    def note(query: Any) -> None:
        sent.append((query.query, query.args))

    async with pool.acquire() as connection:
        connection.add_query_logger(note)
    answer = await client.get(path)
    async with pool.acquire() as connection:
        connection.remove_query_logger(note)
    assert answer.status_code == 200, answer.text
    return sent, answer.json()
