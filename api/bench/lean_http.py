"""The leanest way to ask over HTTP: requests that are bytes already, on connections that stay open.

A client that does more takes more of the processor than the servers that are measured, and makes them look alike.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, NamedTuple

from api.embedded.process import LOOPBACK

LONGEST_LINE = 2**22
"""Bytes that a line of an answer may have; an event with a whole brief is one."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes


def request(method: str, path: str, token: str, body: Mapping[str, Any] | None = None, **headers: str) -> bytes:
    """A request as it goes over the wire; `headers` have underscores for their hyphens."""
    content = b"" if body is None else json.dumps(body).encode()
    given = {"Host": "bench", "Authorization": f"Bearer {token}", **headers}
    if content:
        given |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


class Caller:
    """One connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, request: bytes) -> Reply:
        """The answer to a request.

        Raises:
            OSError, asyncio.IncompleteReadError: the server has closed the connection.
        """
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, _, fields = head.partition(b"\r\n")
        length = 0
        for field in fields.split(b"\r\n"):
            name, _, value = field.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return Reply(int(status.split(b" ")[1]), await self._reader.readexactly(length) if length else b"")


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server of this machine, closed behind the block.

    Raises:
        OSError: nobody listens there.
    """
    reader, writer = await asyncio.open_connection(LOOPBACK, port, limit=LONGEST_LINE)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def callers(port: int, count: int) -> AsyncIterator[Sequence[Caller]]:
    """So many connections to a server of this machine; raises as `connection`."""
    async with AsyncExitStack() as opened:
        yield [Caller(*await opened.enter_async_context(connection(port))) for _ in range(count)]
