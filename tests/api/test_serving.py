"""The server of the API: what it is configured to, and that it says when it stops. Streams have tests of their own."""

import asyncio

import httpx
import pytest

from api.serving import STOP_PATIENCE, server
from tests.api.conftest import Bench
from workflows.client import ANSWER_WITHIN


async def test_a_server_answers_until_it_is_told_to_stop(bench: Bench) -> None:
    """On any free port, and it then sets the application's event before it waits for what is under way."""
    serving = server(bench.app, host="127.0.0.1", port=0)
    served = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    port = serving.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/healthz")
    before = bench.app.state.stopping.is_set()
    serving.should_exit = True
    await served

    assert (answer.status_code, before, bench.app.state.stopping.is_set()) == (200, False, True)


WAITING = """
select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


async def test_what_is_under_way_when_the_server_stops_is_answered(bench: Bench) -> None:
    """A decision waits for the database; the server takes nothing new meanwhile, and leaves once it is answered."""
    collaboration = await bench.offered()
    serving = server(bench.app, host="127.0.0.1", port=0)
    served = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    address = f"http://127.0.0.1:{serving.servers[0].sockets[0].getsockname()[1]}"
    headers = {"Authorization": f"Bearer {bench.services.links.token(collaboration)}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as creator, asyncio.timeout(60):
        async with bench.services.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "select from streams where stream = $1 for update", f"collaboration/{collaboration}"
            )
            accepting = asyncio.create_task(
                creator.post(f"/v1/collaborations/{collaboration}/offer/accept", json={"version": 1})
            )
            # Not on that connection: a transaction sees all activity as it was when it first looked.
            while not await bench.services.pool.fetchval(WAITING):  # noqa: ASYNC110 - PostgreSQL has none either
                await asyncio.sleep(0.02)
            serving.should_exit = True
            while serving.servers[0].is_serving():  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
            with pytest.raises(httpx.ConnectError):
                async with httpx.AsyncClient(base_url=address) as late:
                    await late.get("/healthz")
            assert not accepting.done()
        answer = await accepting
    await served

    assert (answer.status_code, answer.json()["events"]) == (200, ["OfferAccepted"])


def test_a_server_does_not_wait_for_ever(bench: Bench) -> None:
    """A client that does not take its answer cannot hold up the end; a decision has the time that it may take."""
    assert ANSWER_WITHIN.total_seconds() < STOP_PATIENCE
    assert server(bench.app, host="127.0.0.1", port=0).config.timeout_graceful_shutdown == STOP_PATIENCE
