"""A twin is a real server on a real port, and leaves nothing behind."""

import signal

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from activities.connectors.simulated.serving import served


def say_hello(_: Request) -> PlainTextResponse:
    """The whole application."""
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", say_hello)])


async def test_an_application_answers_over_http_as_long_as_the_block_runs() -> None:
    """Two at a time have two addresses; afterwards nobody listens there."""
    async with served(APP) as one, served(APP) as other, httpx.AsyncClient() as client:
        assert one != other
        assert [(await client.get(address)).text for address in (one, other)] == ["hello", "hello"]
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(one)


async def test_signals_stay_with_the_process() -> None:
    """Ctrl-C is for the program that the twin runs in."""
    before = signal.getsignal(signal.SIGINT)
    async with served(APP) as address, httpx.AsyncClient() as client:
        await client.get(address)
        assert signal.getsignal(signal.SIGINT) is before


async def test_a_port_that_is_taken_is_said_at_once() -> None:
    """Nobody waits for a server that cannot come up."""
    async with served(APP) as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            async with served(APP, port=port):
                pass
