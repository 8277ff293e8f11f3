"""Servers that speak TLS in front of ones that do not: what a managed service shows to its customers."""

import asyncio
import ssl
import struct
from abc import ABC, abstractmethod
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import hpack

SSL_REQUEST = struct.pack("!II", 8, 80_877_103)
"""What a client of PostgreSQL sends before it speaks TLS."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, SETTINGS, PING = 1, 4, 6
PADDED, PRIORITY, ACK, END = 0x8, 0x20, 0x1, 0x5
UNAUTHENTICATED = "16"
GONE = (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, TimeoutError)


class Front(ABC):
    """Listens on 127.0.0.1 as long as the block runs."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.port = 0
        self.clients: list[str] = []
        """The names on the certificates that clients have shown."""
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        # TLS begins in `_serve`: a handshake that fails, or is still going on at the end, is then ours to clean up.
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None, "it was started"
        self._server.close()
        await asyncio.sleep(0)  # whoever was accepted last has a task now
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    @abstractmethod
    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None: ...

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a connection is served in a task"
        self._under_way.add(task)
        tcp = writer.transport
        try:
            with suppress(*GONE, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            for transport in (writer.transport, tcp):
                transport.abort()
            await asyncio.sleep(0)  # it is closed by what the loop does next
            self._under_way.discard(task)

    def _note_client(self, writer: StreamWriter) -> None:
        shown = writer.get_extra_info("peercert")
        if shown:
            self.clients += [value for part in shown["subject"] for name, value in part if name == "commonName"]


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(*GONE):
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    writer.close()


class PostgresFront(Front):
    """In front of a PostgreSQL on a unix socket."""

    def __init__(self, tls: ssl.SSLContext, socket_directory: str, port: int) -> None:
        super().__init__(tls)
        self._behind = f"{socket_directory}/.s.PGSQL.{port}"

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        if await reader.readexactly(8) != SSL_REQUEST:
            return  # as a server that insists on TLS
        writer.write(b"S")
        await writer.drain()
        await writer.start_tls(self._tls)
        self._note_client(writer)
        there, back = await asyncio.open_unix_connection(self._behind)
        await asyncio.gather(_copy(reader, back), _copy(there, writer))


class TemporalFront(Front):
    """In front of a Temporal server. With `api_key` it answers nobody else than who shows it."""

    def __init__(self, tls: ssl.SSLContext, behind: str, *, api_key: str | None = None) -> None:
        tls.set_alpn_protocols(["h2"])
        super().__init__(tls)
        self.calls: list[Mapping[str, str]] = []
        """The headers of every call."""
        self._host, _, self._port_behind = behind.partition(":")
        self._api_key = api_key

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        await writer.start_tls(self._tls)
        self._note_client(writer)
        there: StreamWriter | None = None
        answers: asyncio.Task[None] | None = None
        waiting, refusing = await reader.readexactly(len(PREFACE)), False
        decoder, encoder = hpack.Decoder(), hpack.Encoder()
        try:
            while True:
                head = await reader.readexactly(9)
                kind, flags, stream = head[3], head[4], head[5:]
                body = await reader.readexactly(int.from_bytes(head[:3], "big"))
                if kind == HEADERS:
                    self.calls.append(_headers(decoder, flags, body))
                    if not refusing and self._refuses(self.calls[-1]):
                        refusing = True
                        if answers is None:  # nobody has introduced the server yet
                            writer.write(_frame(SETTINGS, 0, bytes(4), b"") + _frame(SETTINGS, ACK, bytes(4), b""))
                        else:
                            answers.cancel()
                    elif there is None and not refusing:
                        back, there = await asyncio.open_connection(self._host, int(self._port_behind))
                        there.write(waiting)
                        answers = asyncio.create_task(_copy(back, writer))
                if refusing:
                    _refuse(writer, encoder, kind, flags, stream, body)
                    await writer.drain()
                elif there is None:
                    waiting += head + body  # whether somebody is let in is only known with their first call
                else:
                    there.write(head + body)
                    await there.drain()
        finally:
            if answers is not None:
                answers.cancel()
            if there is not None:
                there.close()

    def _refuses(self, headers: Mapping[str, str]) -> bool:
        return self._api_key is not None and headers.get("authorization") != f"Bearer {self._api_key}"


def _headers(decoder: hpack.Decoder, flags: int, body: bytes) -> Mapping[str, str]:
    padding = body[0] if flags & PADDED else 0
    start = (1 if flags & PADDED else 0) + (5 if flags & PRIORITY else 0)
    return {str(name): str(value) for name, value in decoder.decode(body[start : len(body) - padding])}


def _refuse(writer: StreamWriter, encoder: hpack.Encoder, kind: int, flags: int, stream: bytes, body: bytes) -> None:
    """The little of HTTP/2 that it takes to answer every call with the same."""
    if kind == HEADERS:
        answer = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", UNAUTHENTICATED)]
        writer.write(_frame(HEADERS, END, stream, encoder.encode([*answer, ("grpc-message", "no such key")])))
    elif kind in (SETTINGS, PING) and not flags & ACK:
        writer.write(_frame(kind, ACK, bytes(4), body if kind == PING else b""))


def _frame(kind: int, flags: int, stream: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(3, "big") + bytes((kind, flags)) + stream + body
