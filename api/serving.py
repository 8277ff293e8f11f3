"""Serving the API until the process is asked to stop, and then stopping in order."""

import asyncio
import socket

import uvicorn
from fastapi import FastAPI

from workflows.client import ANSWER_WITHIN

STOP_PATIENCE = int(ANSWER_WITHIN.total_seconds()) + 2
"""Seconds that requests under way have when the server stops: a decision its time and a moment to be sent, and a client
that does not read no more than that."""


class Server(uvicorn.Server):
    """Tells the streams of events that it stops: they stay open as long as clients listen, and would outlast it."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server.shutdown`."""
        self._stopping.set()
        await super().shutdown(sockets)


def server(app: FastAPI, *, host: str, port: int) -> Server:
    """A server of the application that `create_app` has made; `port` 0 is any that is free."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,  # its lines go the way of all: activities/logs.py
        log_level="warning",
        # Otherwise a request may inherit what the one before it on the same connection had set, its trace above all.
        reset_contextvars=True,
        timeout_graceful_shutdown=STOP_PATIENCE,
        ws="none",
    )
    return Server(config, app.state.stopping)
