"""Workflows that have not heard of their own record: found, and told.

A decision is recorded before its workflow task is complete. If the worker and Temporal go away in between, the task is
lost, and only whoever sent the decision sends it again; if they do not, since their page shows it as done, the workflow
stands still until its next deadline. What the engine does by itself is tried again by Temporal, and needs nobody.

So a person's decision that is still the last event of its stream after a while is taken to its workflow. Most know it
already, and to be asked costs them no history.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile
from typing import NoReturn

import asyncpg
import structlog

from activities.store.feed import settled_position
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from activities.store.subscriptions import AWAY, try_again_after
from domain.decider import Role
from domain.errors import AlreadyEnded, GroundswellError, NotFound
from workflows.client import Engine, EngineUnavailable

AFTER = timedelta(seconds=30)
"""How old a decision is when it is looked at: three times as long as its sender waits for the answer."""

LOOK_EVERY = 10.0
"""Seconds between two looks, and until a process looks again whether it is its turn."""

PAGE = 500
"""Events of one look."""

AT_ONCE = 10
"""How many workflows are asked at the same time."""


class Reconciliation:
    """Follows the feed at a distance. Any number of processes may run it: one at a time does."""

    name = "reconciliation"

    def __init__(self, engine: Engine, *, after: timedelta = AFTER, look_every: float = LOOK_EVERY) -> None:
        self._engine = engine
        self._after = after
        self._look_every = look_every

    async def run(self, pool: Pool) -> None:
        """Looks until it is cancelled; a database that is away is waited for.

        Raises:
            EngineUnavailable, RPCError: the Temporal server is away; what was not looked at then is looked at next.
        """
        while True:
            try:
                async with pool.acquire() as connection:
                    if await connection.fetchval(QUERIES.take_turn_to_reconcile):
                        try:
                            await self._look_on(connection)
                        finally:
                            await connection.execute(QUERIES.give_turn_to_reconcile)
            except AWAY as away:
                await try_again_after(away)
            else:
                await asyncio.sleep(self._look_every)

    async def _look_on(self, connection: Connection) -> NoReturn:
        while True:
            while await self.look(connection):
                pass
            await asyncio.sleep(self._look_every)

    async def look(self, connection: Connection) -> int:
        """Takes what is old enough of the next page to its workflows; returns how many events that were."""
        await connection.execute(QUERIES.open_subscription, self.name, 0)
        after = await connection.fetchval(QUERIES.subscription_position, self.name)
        settled = await settled_position(connection)
        rows = await connection.fetch(QUERIES.read_for_reconciliation, after, settled, PAGE, self._after)
        old = list(takewhile(lambda row: row["old"], rows))
        if old:
            await self._tell([row for row in old if row["version"] == row["latest"] and row["role"] != Role.ENGINE])
            await connection.execute(QUERIES.move_subscription, self.name, old[-1]["position"])
        return len(old)

    async def _tell(self, decisions: Sequence[asyncpg.Record]) -> None:
        for first in range(0, len(decisions), AT_ONCE):
            some = decisions[first : first + AT_ONCE]
            await asyncio.gather(*(self._tell_of(row["stream"], row["version"]) for row in some))

    async def _tell_of(self, stream: str, version: int) -> None:
        log = structlog.get_logger(__name__).bind(stream=stream, version=version)
        try:
            if await self._engine.catch_up(stream, version):
                log.warning("a workflow had not heard of its record, and was told")
        except (AlreadyEnded, NotFound):
            pass  # it is over, with this decision or since
        except GroundswellError as error:
            if isinstance(error, EngineUnavailable) and not await self._engine.ready():
                raise
            # One that cannot be told must not keep the others from being told.
            log.warning("a workflow does not take in its record", why=error.facts.get("why", error.code))
