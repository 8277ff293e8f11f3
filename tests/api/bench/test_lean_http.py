"""The lean client says what it is told, and reads answers whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from api.bench.lean_http import callers, request

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[int]:
    """The port of a server that treats each connection so, and closes it then; all are closed behind the block."""
    under_way: set[asyncio.Task[None] | None] = set()

    async def treat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way.add(asyncio.current_task())
        await answer(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(treat, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, under_way))


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """The port of a server that answers 201 with what it was sent, and 204 with nothing to who sends no body."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # the client has gone
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
                sent = head + await reader.readexactly(length)
                if length:
                    writer.write(b"HTTP/1.1 201 Created\r\nX-A: b\r\ncontent-length: %d\r\n\r\n%b" % (len(sent), sent))
                else:
                    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    async with serving(answer) as port:
        yield port


async def test_requests_follow_one_another_on_one_connection(echo: int) -> None:
    """Status and body are what the server sent; an answer without a body has none."""
    async with callers(echo, 1) as [caller]:
        asked = request("POST", "/v1/things", "key", {"ä": 1}, Idempotency_Key="once")
        status, body = await caller.send(asked)
        assert (status, body) == (201, asked)
        assert await caller.send(request("GET", "/v1/things", "key")) == (204, b"")
    for part in (b"POST /v1/things HTTP/1.1\r\n", b"Authorization: Bearer key\r\n", b"Idempotency-Key: once\r\n"):
        assert part in asked


async def test_a_server_that_has_gone_is_an_error() -> None:
    """Nobody takes silence for an answer."""

    async def hang_up(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        pass

    async with serving(hang_up) as port, callers(port, 2) as [caller, _]:
        with pytest.raises((asyncio.IncompleteReadError, OSError)):
            await caller.send(request("GET", "/", "key"))
