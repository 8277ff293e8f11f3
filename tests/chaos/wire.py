"""The wire to a server, which can be slow, cut in mid-sentence, or dead: what mail servers and connectors do to us."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum

CHUNK = 256
"""Bytes that pass at a time: a letter takes several, so that a cut falls into the middle of one."""


class Fault(StrEnum):
    """What is wrong with a wire."""

    NOTHING = "nothing"
    SLOW = "slow"
    """Every piece of every conversation comes `SLOWNESS` seconds late."""
    CUT = "cut"
    """A conversation is broken off after the first piece that was said to the server."""
    DEAD = "dead"
    """Nobody is there: conversations are broken off at once, those under way too."""


SLOWNESS = 0.3


class Wire:
    """Stands before a server on this machine, at a port of its own."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.broken = 0
        """Conversations that were broken off."""
        self._server = (host, port)
        self._fault = Fault.NOTHING
        self._open: set[asyncio.StreamWriter] = set()

    def suffer(self, fault: Fault) -> None:
        """From now on this is wrong with it."""
        self._fault = fault
        if fault is Fault.DEAD:
            for writer in self._open:
                self._break_off(writer)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation of a client with the server."""
        if self._fault is Fault.DEAD:
            self._break_off(writer)
            return
        with suppress(OSError):
            to_us, to_server = await asyncio.open_connection(*self._server)
            self._open |= {writer, to_server}
            try:
                await asyncio.gather(self._say(reader, to_server, cuts=True), self._say(to_us, writer))
            finally:
                self._open -= {writer, to_server}
                to_server.close()
        writer.close()

    async def _say(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, cuts: bool = False) -> None:
        while piece := await reader.read(CHUNK):
            if self._fault is Fault.SLOW:
                await asyncio.sleep(SLOWNESS)
            writer.write(piece)
            await writer.drain()
            if self._fault is Fault.CUT and cuts:
                for each in tuple(self._open):
                    self._break_off(each)
                return
        writer.close()

    def _break_off(self, writer: asyncio.StreamWriter) -> None:
        self.broken += 1
        writer.transport.abort()


@asynccontextmanager
async def wired(host: str, port: int) -> AsyncIterator[Wire]:
    """A wire to the server there, for the length of the block."""
    wire = Wire(host, port)
    listening = await asyncio.start_server(wire.converse, "127.0.0.1", 0)
    wire.port = listening.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        wire.suffer(Fault.DEAD)
        listening.close()
