"""What has begun and not ended, as a resume reads it; pages until it has all."""

from collections.abc import Awaitable, Callable

from activities.store.pool import Pool
from activities.store.projections.campaign_board import unfinished_campaigns
from activities.store.projections.collaboration_pipeline import unfinished_collaborations

PAGE = 1_000


class UnfinishedStreams:
    """Ids of campaigns and collaborations that have not ended, of all workspaces."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def campaigns(self) -> list[str]:
        """All campaigns."""
        return await _all_pages(lambda after: unfinished_campaigns(self._pool, after, PAGE))

    async def collaborations(self, campaign_id: str | None) -> list[str]:
        """All collaborations, of one campaign or of all."""
        return await _all_pages(lambda after: unfinished_collaborations(self._pool, after, PAGE, campaign_id))


async def _all_pages(page_after: Callable[[str], Awaitable[list[str]]]) -> list[str]:
    ids: list[str] = []
    while page := await page_after(ids[-1] if ids else ""):
        ids += page
    return ids
