"""Serving a twin over real HTTP, beside whatever else runs in this process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

LOOPBACK = "127.0.0.1"
STOP_PATIENCE = 1
"""Seconds that answers under way have when a twin stops; a slow one may take longer than anybody waits."""


class _Beside(uvicorn.Server):
    """Leaves the signals of this process to whoever it belongs to."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: Any, *, port: int = 0) -> AsyncIterator[str]:
    """The address of an ASGI application that is served as long as the block runs; `port` 0 is any that is free.

    Raises:
        OSError: the port is taken.
    """
    listening = socket.create_server((LOOPBACK, port))
    address = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        app,
        access_log=False,
        # A client that gave up, an answer that was cut off on purpose: all in a day's work of a twin.
        log_level="critical",
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=STOP_PATIENCE,
    )
    server = _Beside(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield address  # connections are taken from now on, and answered when the server has come up
    finally:
        server.should_exit = True
        await serving
