"""What has begun and is not done, as a resume reads it; pages until it has all.

A stream that has ended may still have something to do, which its workflow took with it when it was lost: mails that
were decided and not sent, and the collaborations that an ended campaign takes with it.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence

from activities.event_streams import EventStreams, LoadRequest
from activities.ports import EventLog
from activities.records import collaboration_after
from activities.starting import collaboration_stream
from activities.store.mail_log import MailLog
from activities.store.pool import Pool
from activities.store.projections.campaign_board import unfinished_campaigns
from activities.store.projections.collaboration_pipeline import unfinished_collaborations
from activities.store.projections.rights_clocks import unfinished_rights, without_rights
from activities.store.queries import QUERIES
from domain.notices import NEWS
from domain.rights import outlives

PAGE = 1_000

PageAfter = Callable[[str], Awaitable[Sequence[str]]]
"""The page of names after this one."""


class UnfinishedStreams:
    """Ids of campaigns and collaborations with something left to do, or outliving them, of all workspaces."""

    def __init__(self, pool: Pool, log: EventLog) -> None:
        self._pool = pool
        self._log = log
        self._streams = EventStreams(log, MailLog(pool))

    async def campaigns(self) -> list[str]:
        """All campaigns that have not ended, or have and leave collaborations or mails behind."""
        running = await _all_pages(lambda after: unfinished_campaigns(self._pool, after, PAGE))
        sweeping = await _all_pages(self._to_sweep)
        return sorted({*running, *sweeping, *await self._with_unsent_mail("campaign/", None, {*running, *sweeping})})

    async def collaborations(self, campaign_id: str | None) -> list[str]:
        """All collaborations, of one campaign or of all, that have not ended, or have and leave mails behind."""
        running = await _all_pages(lambda after: unfinished_collaborations(self._pool, after, PAGE, campaign_id))
        return sorted({*running, *await self._with_unsent_mail("collaboration/", campaign_id, set(running))})

    async def rights(self, campaign_id: str | None) -> list[str]:
        """All collaborations, of one campaign or of all, whose clocks run, should run, or leave mails behind."""
        running = await _all_pages(lambda after: unfinished_rights(self._pool, after, PAGE, campaign_id))
        lost = await _all_pages(lambda after: without_rights(self._pool, after, PAGE, campaign_id))
        lost = [one for one in lost if outlives(collaboration_after(await self._log.read(collaboration_stream(one))))]
        return sorted({*running, *lost, *await self._with_unsent_mail("rights/", campaign_id, set(running))})

    async def _to_sweep(self, after: str) -> list[str]:
        return [row["campaign_id"] for row in await self._pool.fetch(QUERIES.campaigns_to_sweep, after, PAGE)]

    async def _with_unsent_mail(self, kind: str, campaign_id: str | None, known: Collection[str]) -> list[str]:
        """Ids of streams, but for those known already. The query knows types only; whether an event is news to anybody
        is for its content to say."""
        types = [event.__name__ for event in NEWS]

        async def page(after: str) -> list[str]:
            rows = await self._pool.fetch(QUERIES.streams_without_mail, types, kind, after, campaign_id, PAGE)
            return [row["stream"] for row in rows]

        streams = [stream for stream in await _all_pages(page) if stream.removeprefix(kind) not in known]
        return [stream.removeprefix(kind) for stream in streams if await self._has_unsent_mail(stream)]

    async def _has_unsent_mail(self, stream: str) -> bool:
        return bool((await self._streams.load(LoadRequest(stream=stream))).unsent)


async def _all_pages(page_after: PageAfter) -> list[str]:
    ids: list[str] = []
    while page := await page_after(ids[-1] if ids else ""):
        ids += page
    return ids
