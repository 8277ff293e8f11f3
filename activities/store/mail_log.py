"""Which mails went out: what keeps a retry or a resume from telling anybody twice."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from activities.store.pool import Pool
from activities.store.queries import QUERIES


class MailState(StrEnum):
    """How far a mail has come. One that stays at `sending` met a crash: it may or may not have gone out."""

    SENDING = "sending"
    SENT = "sent"


class MailLog:
    """One mail an event and role of its recipient."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, event_id: UUID, recipient_role: str, template: str) -> MailState | None:
        """Notes that the mail is about to go out, and returns how far an earlier attempt came; None if there was none.

        `SENT` means: do not send. `SENDING` means that an earlier attempt has not reported its end.
        """
        if await self._pool.fetchval(QUERIES.begin_mail, event_id, recipient_role, template) is not None:
            return None
        return MailState(await self._pool.fetchval(QUERIES.mail_state, event_id, recipient_role))

    async def finish(self, event_id: UUID, recipient_role: str, message_id: str) -> None:
        """Notes that the mail went out under this Message-ID; only the first time counts."""
        await self._pool.execute(QUERIES.finish_mail, event_id, recipient_role, message_id)

    async def unsent(self, event_ids: Sequence[UUID], recipient_role: str | None = None) -> list[UUID]:
        """Of these events, in order, those without a mail that is known to have gone out, to that role or to anyone."""
        rows = await self._pool.fetch(QUERIES.unsent_mails, event_ids, recipient_role)
        return [row["event_id"] for row in rows]
