"""The event log in PostgreSQL: appends are compared and set, reads are in order, and nothing is ever changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.metrics import counted_append
from activities.store.envelopes import read_json
from activities.store.feed import Feed
from activities.store.feed_hints import Bell
from activities.store.pool import Connection, Pool
from activities.store.projections import Prepared, Prepares, Projection
from activities.store.queries import QUERIES
from activities.store.refusals import refusals
from activities.store.sealing import SealedEvents, Sealer
from activities.store.workspaces import FIRST, CampaignWorkspaces
from domain.budget import BudgetMove
from domain.events import Envelope, Metadata, Record, event_id
from domain.exclusivity import ClaimMove


@dataclass(frozen=True)
class _Command:
    """What is to be appended, and the same as it will be stored."""

    stream: str
    expected_version: int
    records: Sequence[Record]
    metadata: Metadata
    moves: Sequence[BudgetMove]
    claims: Sequence[ClaimMove]
    sealed: SealedEvents


class PostgresEventLog:
    """The record of all campaigns, with the read models that are kept in the transaction of each append.

    What events tell about a creator is stored sealed, and what is read is open; see `sealing.py`.
    """

    def __init__(self, pool: Pool, sealer: Sealer, projections: Sequence[Projection] = ()) -> None:
        self._pool = pool
        self._sealer = sealer
        self._projections = tuple(projections)
        self._feed = Feed(pool)
        self._bell = Bell(pool)
        self._workspaces = CampaignWorkspaces(pool)

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
            Erased: the events tell something about a creator who has been erased.
            NotFound: a move is of a campaign whose ledger was never opened, or the stream is another workspace's.
            asyncpg.CheckViolationError: the moves give back more than was taken, which no sound decision does.
            ValueError: there are no records.
        """
        if not records:
            raise ValueError("a command without events is not appended")
        if metadata.workspace == FIRST and (found := await self._workspaces.of(metadata.correlation_id)) != FIRST:
            metadata = metadata.model_copy(update={"workspace": found})
        with counted_append(records, metadata) as note:
            stored, new = await self._record(stream, expected_version, records, metadata, moves, claims)
            note(new)
        if new:
            self._bell.ring()
        return stored

    async def _record(
        self,
        stream: str,
        expected_version: int,
        records: Sequence[Record],
        metadata: Metadata,
        moves: Sequence[BudgetMove],
        claims: Sequence[ClaimMove],
    ) -> tuple[list[Envelope], bool]:
        """The command's events as stored, and whether they are new; ledgers and read models move with them."""
        sealed = await self._sealer.seal_events(stream, records, metadata)
        command = _Command(stream, expected_version, records, metadata, moves, claims, sealed)
        projections = [projection for projection in self._projections if stream.startswith(projection.streams)]
        async with self._pool.acquire() as connection:
            if not projections:
                return await self._append(connection, command)
            if len(projections) == 1 and (prepared := await _prepared(connection, projections[0], command)):
                stored, new = await self._append(connection, command, prepared.shown)
                if new:
                    prepared.keep()
                return stored, new
            async with connection.transaction(isolation="read_committed"):
                stored, new = await self._append(connection, command)
                for projection in projections if new else ():
                    await projection.project(connection, stream, stored)
                return stored, new

    async def read(self, stream: str, after_version: int = 0, upto: int | None = None) -> list[Envelope]:
        """The stream's events with `after_version` < version <= `upto`, in order; none if there is no such stream."""
        return await self._sealer.open_events(await self._pool.fetch(QUERIES.read_stream, stream, after_version, upto))

    async def read_campaign(self, correlation_id: str, after_position: int = 0, limit: int = 1_000) -> list[Envelope]:
        """The first `limit` events after a position over all streams of a campaign, in order.

        Reading on from the last position misses nothing: what may still be overtaken is not shown yet. So that whoever
        has appended finds it, it waits a moment for the appends that are under way, see `Feed.settled`.
        """
        settled = await self._feed.settled()
        rows = await self._pool.fetch(QUERIES.read_campaign, correlation_id, after_position, settled, limit)
        return await self._sealer.open_events(rows)

    async def head(self, stream: str) -> int:
        """The version of the stream's last event; 0 if it has none."""
        version: int | None = await self._pool.fetchval(QUERIES.head, stream)
        return version or 0

    async def command(self, stream: str, command_id: str) -> str | None:
        """The fingerprint of the command that the stream has carried out under this id; None if there is none."""
        found: str | None = await self._pool.fetchval(QUERIES.command, stream, command_id)
        return None if found is None else await self._sealer.open_fingerprint(stream, found)

    async def _append(
        self, connection: Connection, command: _Command, shown: str | None = None
    ) -> tuple[list[Envelope], bool]:
        """The command's events as stored, and whether they are new.

        One statement, and outside of a transaction its own: an append is one round trip.
        """
        stream, records, metadata, sealed = command.stream, command.records, command.metadata, command.sealed
        versions = range(command.expected_version + 1, command.expected_version + len(records) + 1)
        ids = [event_id(stream, version) for version in versions]
        with refusals():
            result = await connection.fetchrow(
                QUERIES.append_events,
                stream,
                command.expected_version,
                ids,
                [record.type for record in records],
                [record.schema_version for record in records],
                sealed.data,
                sealed.metadata,
                metadata.command_id,
                sealed.fingerprint,
                metadata.correlation_id,
                metadata.workspace,
                [move.model_dump(mode="json") for move in command.moves] or None,
                [move.model_dump(mode="json") for move in command.claims] or None,
                shown,
            )
        assert result is not None, "the function returns one row"
        if result["repeated"]:
            first, last = result["first_version"], result["last_version"]
            rows = await connection.fetch(QUERIES.read_stream, stream, first - 1, last)
            return await self._sealer.open_events(rows, connection), False
        recorded_at = result["recorded_at"]
        return [
            Envelope(
                stream=stream,
                version=version,
                event_id=id_,
                type=record.type,
                schema_version=record.schema_version,
                # The text is what was stored, but for the sealing: it is read back as any reader will read it.
                data=read_json(text),
                metadata=metadata,
                recorded_at=recorded_at,
                position=position,
            )
            for version, id_, record, text, position in zip(
                versions, ids, records, sealed.texts, result["positions"], strict=True
            )
        ], True


async def _prepared(connection: Connection, projection: Projection, command: _Command) -> Prepared | None:
    """What the append is to write for the projection in its own statement; None if that can't be known beforehand."""
    if not isinstance(projection, Prepares):
        return None
    return await projection.prepare(
        connection,
        command.stream,
        command.expected_version,
        command.records,
        command.sealed.data,
        command.metadata,
    )
