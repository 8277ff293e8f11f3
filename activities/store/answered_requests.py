"""Requests under an idempotency key that are no command of a stream: what was asked, and what was answered."""

from typing import Any, NamedTuple

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import IdempotencyKeyReused


class Call(NamedTuple):
    """Where a key was used: by whom, and to which address. The same key elsewhere is another one."""

    workspace: str
    caller: str
    call: str
    """Method and path: `POST /v1/members`."""
    key: str


class Earlier(NamedTuple):
    """What is known of a request that has come before."""

    answered: bool
    """False if it is under way, or was interrupted: then nobody knows how far it came."""
    answer: Any
    """What was noted of the answer, as JSON."""


class AnsweredRequests:
    """The requests of all workspaces."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, call: Call, fingerprint: bytes) -> Earlier:
        """Notes that a request is being answered, and says what was answered to it before.

        Raises:
            IdempotencyKeyReused: another request has come under its key.
        """
        while True:
            await self._pool.execute(QUERIES.begin_request, *call, fingerprint)
            row = await self._pool.fetchrow(QUERIES.get_request, *call)
            if row is None:  # freed in between, by the same request that was refused
                continue
            if row["fingerprint"] != fingerprint:
                raise IdempotencyKeyReused(key=call.key)
            return Earlier(row["answered_at"] is not None, row["answer"])

    async def answered(self, call: Call, fingerprint: bytes, answer: Any) -> Any:
        """Notes what was answered, as JSON, and returns what counts: the first answer, if there were two at a time."""
        return await self._pool.fetchval(QUERIES.answer_request, *call, fingerprint, answer)

    async def refused(self, call: Call) -> None:
        """Frees the key: nothing came of its request, which may be mended and sent again."""
        await self._pool.execute(QUERIES.forget_request, *call)
