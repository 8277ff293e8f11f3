"""Services bound to one workspace: what a caller asks for is read in sessions to which the database shows no other.

Three things stay outside of those sessions, each with the workspace in its own words. Search in the directory: row
security would keep it from its index, since PostgreSQL does not trust the operators of text search with rows that
somebody may not see. Orders: what a shop tells is for no caller. And decisions, which the engine takes for all
workspaces: `Decisions` looks at whose the stream is.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from activities.store.creators import Creators, Listed, Place, Search
from activities.store.documents import Documents
from activities.store.erasure import Erasure
from activities.store.event_log import PostgresEventLog
from activities.store.feed import Feed
from activities.store.files import Files
from activities.store.keys import Keyring
from activities.store.orders import Orders
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from activities.store.sealing import Sealer
from activities.store.shortlists import Shortlists
from activities.store.sourcing_jobs import SourcingJobs
from activities.store.webhooks import Webhooks
from activities.store.workspaces import WorkspacePools
from domain.creators import Creator
from domain.errors import NotFound
from domain.ranking import Wanted

if TYPE_CHECKING:
    from api.dependencies import Services


class Erases(Protocol):
    """The way to be forgotten; see `api.dependencies.CreatorEraser`."""

    async def erase(self, creator_id: str, *, requested_by: str, cancel: bool = False) -> Erasure:
        """Make everything about a creator unreadable."""
        ...


class CreatorsWithin(Creators):
    """The directory of one workspace; its searches go by the index, with the workspace in their words."""

    def __init__(self, pool: Pool, keyring: Keyring, everybody: Creators, workspace: str) -> None:
        super().__init__(pool, keyring)
        self._everybody = everybody
        self._workspace = workspace

    async def candidates(
        self, wanted: Wanted, *, workspace: str = "", campaign_id: str | None = None, limit: int = 10_000
    ) -> list[Creator]:
        """See `Creators.candidates`; of this workspace, whichever is given."""
        return await self._everybody.candidates(wanted, workspace=self._workspace, limit=limit)

    async def search(
        self, workspace: str, wanted: Search | None = None, after: Place | None = None, limit: int = 100
    ) -> list[Listed]:
        """See `Creators.search`; of this workspace, whichever is given."""
        return await self._everybody.search(self._workspace, wanted, after, limit)


class EraserWithin:
    """Erases creators of one workspace; those of others are unknown to it."""

    def __init__(self, eraser: Erases, pool: Pool, workspace: str) -> None:
        self._eraser = eraser
        self._pool = pool
        self._workspace = workspace

    async def erase(self, creator_id: str, *, requested_by: str, cancel: bool = False) -> Erasure:
        """See `Erases`.

        Raises:
            NotFound: this workspace has no such creator.
        """
        if await self._pool.fetchval(QUERIES.workspace_of_creator, creator_id) != self._workspace:
            raise NotFound(kind="creator", id=creator_id)
        return await self._eraser.erase(creator_id, requested_by=requested_by, cancel=cancel)


class Bindings:
    """The services of each workspace, made when the first of its callers comes."""

    def __init__(self, pools: WorkspacePools, sealer: Sealer) -> None:
        self._pools = pools
        self._sealer = sealer
        self._made: dict[str, Services] = {}

    async def of(self, base: "Services", workspace: str) -> "Services":
        """`base` as callers of this workspace use it."""
        if workspace not in self._made:
            pool = await self._pools.of(workspace)
            self._made[workspace] = self._bound(base, workspace, pool)
        return self._made[workspace]

    def _bound(self, base: "Services", workspace: str, pool: Pool) -> "Services":
        keyring = self._sealer.keyring
        return replace(
            base,
            workspace=workspace,
            pool=pool,
            log=PostgresEventLog(pool, self._sealer),
            feed=Feed(pool, self._sealer),
            creators=CreatorsWithin(pool, keyring, base.creators, workspace),
            eraser=EraserWithin(base.eraser, base.pool, workspace),
            jobs=SourcingJobs(pool, keyring),
            webhooks=Webhooks(pool, keyring),
            shortlists=Shortlists(pool),
            documents=Documents(pool, self._sealer),
            files=Files(pool, keyring),
            tracking=replace(base.tracking, orders=Orders(base.pool, workspace)),
        )

    async def aclose(self) -> None:
        """Closes the sessions."""
        await self._pools.aclose()
