"""Connections to PostgreSQL. A lost connection is not retried here: whoever calls knows what may be done twice."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


async def open_pool(
    dsn: str,
    *,
    application_name: str = "groundswell",
    min_size: int = 1,
    max_size: int = 10,
    connect_timeout: float = 10,
    statement_timeout: float = 30,
    lock_timeout: float = 10,
    idle_after: float = 300,
    session: Mapping[str, str] | None = None,
) -> Pool:
    """A pool whose connections read and write jsonb as Python's objects. All timeouts are in seconds.

    `lock_timeout` bounds the wait for another writer of the same stream or campaign; a transaction that its process
    has forgotten is ended by the server after `statement_timeout`, since others wait for its locks. A connection is
    closed when nobody used it for `idle_after`. `session` are settings that its sessions begin with.

    Raises:
        OSError, asyncpg.PostgresError, TimeoutError: the database can't be reached.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        timeout=connect_timeout,
        connect=_connect,
        max_inactive_connection_lifetime=idle_after,
        # The server gives up first and says why; this is for a server that no longer answers.
        command_timeout=statement_timeout + 5,
        init=_read_json,
        reset=_keep,
        server_settings={
            "application_name": application_name,
            "statement_timeout": _milliseconds(statement_timeout),
            "lock_timeout": _milliseconds(lock_timeout),
            "idle_in_transaction_session_timeout": _milliseconds(statement_timeout),
            "timezone": "UTC",
            # Both the append and the feed rely on it.
            "default_transaction_isolation": "read committed",
            **(session or {}),
        },
    )


async def _connect(*arguments: Any, **more: Any) -> "asyncpg.Connection[asyncpg.Record]":
    """A server whose socket is gone, or whose name is not known for a moment, is away like any other."""
    try:
        return await asyncpg.connect(*arguments, **more)
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise ConnectionError(*error.args) from error


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


async def _read_json(connection: Connection) -> None:
    """jsonb is content and comes as Python's objects; json is a text that was kept as it is, and comes as that text."""
    await connection.set_type_codec("jsonb", encoder=_dump, decoder=json.loads, schema="pg_catalog")


async def _keep(connection: Connection) -> None:
    """Nothing to reset: our sessions keep no settings and no session locks, and asyncpg itself ends a transaction.

    Its default sends four statements whenever a connection is given back: a third of the time of an append.
    """


def _dump(value: Any) -> str:
    return json.dumps(value, allow_nan=False)
