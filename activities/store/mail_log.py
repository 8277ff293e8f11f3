"""Which mails went out: what keeps a retry or a resume from telling anybody twice."""

from collections.abc import Sequence
from uuid import UUID

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.notices import Notice


class MailLog:
    """One mail an event and audience. A row that stays at `sending` met a crash: it may or may not have gone out."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, event_id: UUID, notice: Notice, message_id: str) -> bool:
        """Notes that the mail is about to go out under this Message-ID; False if it is known to have gone out.

        An attempt that met a crash is made again, under the same Message-ID, so that mailboxes recognise it.
        """
        row = await self._pool.fetchval(QUERIES.begin_mail, event_id, notice.audience, notice.template, message_id)
        return row is not None

    async def finish(self, event_id: UUID, notice: Notice) -> None:
        """Notes that the receiving server has taken the mail; only the first time counts."""
        await self._pool.execute(QUERIES.finish_mail, event_id, notice.audience)

    async def sent(self, event_ids: Sequence[UUID]) -> set[tuple[UUID, str, str]]:
        """The (event, template, audience) of these events' mails that are known to have gone out."""
        rows = await self._pool.fetch(QUERIES.sent_mails, event_ids)
        return {(row["event_id"], row["template"], row["audience"]) for row in rows}
