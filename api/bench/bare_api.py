"""The yardstick of the front door: FastAPI, asyncpg, and two routes with nothing around them.

Each sends the very statements that our route sends, and answers the same JSON; what ours remembers from one request to
the next, it remembers too. It knows no callers: no keys, rules, workspaces kept apart by the database, limits of rate
or of bodies. Nor has it request ids, a log, metrics, security headers, ETags, models of what is in an answer, views of
the past, pages; and of a campaign's events it knows those that the measured one has.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import uvicorn
from fastapi import FastAPI, HTTPException, Response
from pydantic_core import from_json, to_json

from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from activities.store.workspaces import FIRST
from api.embedded.process import LOOPBACK

LIMIT = 100
"""Tasks on a page, as ours has by default."""

Json = dict[str, Any]


def create_bare(pool: Pool) -> FastAPI:
    """The application on this database."""
    app = FastAPI(openapi_url=None)
    remembered: dict[str, _Events] = {}

    @app.get("/v1/campaigns/{campaign_id}")
    async def read_campaign(campaign_id: str) -> Response:
        board = await pool.fetchrow(QUERIES.get_campaign, FIRST, campaign_id)
        if board is None:
            raise HTTPException(404)
        counts = await pool.fetch(QUERIES.count_collaborations, [campaign_id])
        renewals = await pool.fetch(QUERIES.renewals_of, FIRST, campaign_id)
        known = remembered.get(campaign_id, _Events())
        since = max(0, known.version - 1)
        rows = await pool.fetch(QUERIES.read_stream, f"campaign/{campaign_id}", since, None)
        events = remembered[campaign_id] = known.and_then(rows[known.version - since :])
        return _json(_campaign(board, counts, renewals, events))

    @app.get("/v1/tasks")
    async def list_tasks(campaign_id: str) -> Response:
        nothing = None, None, None, None
        rows = await pool.fetch(QUERIES.list_tasks, FIRST, None, campaign_id, *nothing, LIMIT + 1, None)
        return _json({"items": [_task(row) for row in rows[:LIMIT]], "next": None})

    return app


def _json(content: Json) -> Response:
    """The quickest answer that FastAPI has: nothing is validated, nothing is looked at."""
    return Response(to_json(content), media_type="application/json")


def _task(row: asyncpg.Record) -> Json:
    return {
        **dict(row),
        "contact": _contact(row),
        "due_local": row["due_at"].astimezone(ZoneInfo(row["time_zone"])),
    }


def _contact(task: Mapping[str, Any] | asyncpg.Record) -> str:
    if task["assignee"] == "creator":
        return "creator"
    return "escalation" if task["escalated"] else "manager"


@dataclass(frozen=True)
class _Events:
    """What was read of a campaign's events: ours remembers a campaign by its version, and so does this."""

    version: int = 0
    data: Mapping[str, Json] = field(default_factory=dict)
    """By type."""
    decided_at: tuple[str, ...] = ()

    def and_then(self, rows: Sequence[asyncpg.Record]) -> "_Events":
        if not rows:
            return self
        return _Events(
            version=rows[-1]["version"],
            data={**self.data, **{row["type"]: from_json(row["data"]) for row in rows}},
            decided_at=(*self.decided_at, *(from_json(row["metadata"])["decided_at"] for row in rows)),
        )


def _campaign(
    board: asyncpg.Record,
    counts: Iterable[asyncpg.Record],
    renewals: Iterable[asyncpg.Record],
    events: _Events,
) -> Json:
    started, proposed = events.data["CampaignStarted"], events.data["ShortlistProposed"]
    money = ("currency", "total", "reserved", "committed", "paid")
    return {
        "id": board["campaign_id"],
        "stage": board["stage"],
        "outcome": board["outcome"],
        "brief": started["brief"],
        "shortlist": proposed["shortlist"],
        "approved": False,
        "dropped": [],
        "invited": board["invited"],
        "tasks": [_campaigns_task(proposed["task"], started["calendar"]["time_zone"])],
        "budget": {
            **{name: board[name] for name in money},
            "available": board["total"] - board["reserved"] - board["committed"] - board["paid"],
        },
        "stages": {row["stage"]: row["collaborations"] for row in counts if row["outcome"] is None},
        "outcomes": {row["outcome"]: row["collaborations"] for row in counts if row["outcome"] is not None},
        "renewals": [row["campaign_id"] for row in renewals],
        "version": events.version,
        "started_at": events.decided_at[0],
        "updated_at": events.decided_at[-1],
        "as_of": None,
    }


def _campaigns_task(task: Json, time_zone: str) -> Json:
    names = ("name", "assignee", "opened_at", "due_at", "remind_at", "escalated", "extended")
    due = datetime.fromisoformat(task["due_at"]).astimezone(UTC)
    return {
        **{name: task[name] for name in names},
        "contact": _contact(task),
        "time_zone": time_zone,
        "due_local": due.astimezone(ZoneInfo(time_zone)),
    }


@asynccontextmanager
async def bare_pool(dsn: str) -> AsyncIterator[Pool]:
    """Connections as asyncpg gives them, as many as ours has; but like ours they are not reset when given back, since
    that would be one statement more than ours sends."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=10, reset=_keep) as pool:
        yield pool


async def _keep(_: Connection) -> None:
    """There is nothing to reset."""


async def _serve(dsn: str, port: str) -> None:
    async with bare_pool(dsn) as pool:
        config = uvicorn.Config(create_bare(pool), host=LOOPBACK, port=int(port), access_log=False, ws="none")
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
