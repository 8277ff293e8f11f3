"""Workspaces in the database: sessions that see one of them only, and to which of them a campaign belongs."""

import asyncio
from contextlib import suppress

from activities.store.pool import Pool, open_pool
from activities.store.queries import QUERIES
from domain.errors import IdempotencyKeyReused

APP_ROLE = "groundswell_app"
"""The role of sessions that the policies of 0031_row_security.sql are for."""

FIRST = "default"
"""The workspace of whatever says nothing else."""

IDLE_AFTER = 60.0
"""Seconds after which a workspace that nobody uses holds no connection any more."""


class WorkspacePools:
    """A pool for each workspace. Its sessions say at their beginning whose they are; later statements need not.

    `dsn` may be the owner's, whose connections then take the role on, or one of a login that has no other role.
    """

    def __init__(self, dsn: str, *, max_size: int = 10) -> None:
        self._dsn = dsn
        self._max_size = max_size
        self._pools: dict[str, Pool] = {}
        self._opening = asyncio.Lock()

    async def of(self, workspace: str) -> Pool:
        """The pool of a workspace, opened when it is first asked for.

        Raises:
            OSError, asyncpg.PostgresError, TimeoutError: the database can't be reached.
        """
        if workspace not in self._pools:
            async with self._opening:
                if workspace not in self._pools:
                    self._pools[workspace] = await open_pool(
                        self._dsn,
                        application_name=f"groundswell api {workspace}",
                        min_size=0,
                        max_size=self._max_size,
                        idle_after=IDLE_AFTER,
                        session={"role": APP_ROLE, "groundswell.workspace": workspace},
                    )
        return self._pools[workspace]

    async def aclose(self) -> None:
        """Closes all of them."""
        for pool in self._pools.values():
            with suppress(OSError):
                await pool.close()
        self._pools.clear()


class CampaignWorkspaces:
    """To which workspace a campaign belongs: to the first one, unless another was said before its first event."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[str, str] = {}

    async def assign(self, campaign_id: str, workspace: str) -> None:
        """Says to which workspace a campaign will belong; again changes nothing.

        Raises:
            IdempotencyKeyReused: it belongs to another one.
        """
        if workspace != FIRST:
            await self._pool.execute(QUERIES.assign_campaign, campaign_id, workspace)
        if await self.of(campaign_id) != workspace:
            raise IdempotencyKeyReused(key=campaign_id)

    async def of(self, campaign_id: str) -> str:
        """The campaign's workspace. It never changes, so each process asks once."""
        if campaign_id not in self._known:
            found: str | None = await self._pool.fetchval(QUERIES.workspace_of_campaign, campaign_id)
            self._known[campaign_id] = found or FIRST
        return self._known[campaign_id]
