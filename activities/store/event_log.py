"""The event log in PostgreSQL: appends are compared and set, reads are in order, and nothing is ever changed."""

from collections.abc import Sequence

from activities.store.envelopes import envelope
from activities.store.pool import Pool
from activities.store.projections import Projection
from activities.store.queries import QUERIES
from activities.store.refusals import refusals
from domain.budget import BudgetMove
from domain.events import Envelope, Metadata, Record, event_id
from domain.exclusivity import ClaimMove


class PostgresEventLog:
    """The record of all campaigns, with the read models that are kept in the transaction of each append."""

    def __init__(self, pool: Pool, projections: Sequence[Projection] = ()) -> None:
        self._pool = pool
        self._projections = tuple(projections)

    async def append(
        self,
        stream: str,
        expected_version: int,
        records: Sequence[Record],
        metadata: Metadata,
        moves: Sequence[BudgetMove] = (),
        claims: Sequence[ClaimMove] = (),
    ) -> list[Envelope]:
        """Appends the events of one command after `expected_version` (0 is a new stream) and moves the ledgers.

        A command that this stream has carried out before, by `metadata.command_id`, changes nothing: its events of
        the first time are returned, whatever `expected_version`, `records` and `moves` are now.

        Raises:
            ConcurrencyConflict: the stream is at another version.
            IdempotencyKeyReused: the command id was used for a command with another fingerprint.
            BudgetExceeded: the moves would take a campaign above its budget.
            ExclusivityClash: another campaign holds a creator, and the two exclude each other.
            CurrencyMismatch: a move is in another currency than its campaign's ledger.
            NotFound: a move is of a campaign whose ledger was never opened, or the stream is another workspace's.
            asyncpg.CheckViolationError: the moves give back more than was taken, which no sound decision does.
            ValueError: there are no records.
        """
        if not records:
            raise ValueError("a command without events is not appended")
        async with self._pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            with refusals():
                rows = await connection.fetch(
                    QUERIES.append_events,
                    stream,
                    expected_version,
                    [event_id(stream, expected_version + nth) for nth in range(1, len(records) + 1)],
                    [record.type for record in records],
                    [record.schema_version for record in records],
                    [record.data for record in records],
                    metadata.model_dump(mode="json"),
                    [move.model_dump(mode="json") for move in moves],
                )
            stored = [envelope(row) for row in rows]
            if not rows[0]["repeated"]:
                if claims:
                    with refusals():
                        await connection.fetch(QUERIES.move_claims, [move.model_dump(mode="json") for move in claims])
                for projection in self._projections:
                    if stream.startswith(projection.streams):
                        await projection.project(connection, stream, stored)
        return stored

    async def read(self, stream: str, after_version: int = 0, upto: int | None = None) -> list[Envelope]:
        """The stream's events with `after_version` < version <= `upto`, in order; none if there is no such stream."""
        return [envelope(row) for row in await self._pool.fetch(QUERIES.read_stream, stream, after_version, upto)]

    async def read_campaign(self, correlation_id: str, after_position: int = 0, limit: int = 1_000) -> list[Envelope]:
        """The first `limit` events after a position over all streams of a campaign, in order.

        Reading on from the last position misses nothing: within one campaign positions become visible in order.
        """
        rows = await self._pool.fetch(QUERIES.read_campaign, correlation_id, after_position, limit)
        return [envelope(row) for row in rows]

    async def head(self, stream: str) -> int:
        """The version of the stream's last event; 0 if it has none."""
        version: int | None = await self._pool.fetchval(QUERIES.head, stream)
        return version or 0

    async def command(self, stream: str, command_id: str) -> str | None:
        """The fingerprint of the command that the stream has carried out under this id; None if there is none."""
        found: str | None = await self._pool.fetchval(QUERIES.command, stream, command_id)
        return found
