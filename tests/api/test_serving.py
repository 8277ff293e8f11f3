"""The server of the API: what it is configured to, and that it says when it stops. Streams have tests of their own."""

import asyncio

import httpx

from api.serving import STOP_PATIENCE, server
from tests.api.conftest import Bench


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


def test_a_server_does_not_wait_for_ever(bench: Bench) -> None:
    """A client that does not take its answer cannot hold up the end."""
    assert server(bench.app, host="127.0.0.1", port=0).config.timeout_graceful_shutdown == STOP_PATIENCE
