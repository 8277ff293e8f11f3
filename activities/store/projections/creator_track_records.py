"""Creators' track records: what their collaborations have come to, over all campaigns, kept by a subscription.

So they follow a moment after the appends. What is counted says `domain/track_record.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from activities.store.envelopes import DATA
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from activities.store.sealing import without_sealed
from activities.store.subscriptions import Subscription
from domain import collaboration
from domain.decider import Event
from domain.events import Envelope
from domain.track_record import OBSERVED, Ledger, Track, TrackRecord, noted, observe

NAME = "creator_track_records"
"""Of the table, and of the subscription that keeps it."""


def keep_track_records() -> Subscription:
    """The subscription. What is personal in events stays sealed: it counts figures."""
    return Subscription(NAME, _take_in, types=[event.__name__ for event in OBSERVED])


async def _take_in(connection: Connection, events: Sequence[Envelope]) -> None:
    """See `subscriptions.Handler`. Creators who have been erased are left out, and one who is being erased is waited
    for: see the query."""
    events = [event for event in events if event.stream.startswith("collaboration/")]
    creators = await _creators_of(connection, {event.stream for event in events})
    ids = sorted(set(creators.values()))
    erased = {row["id"] for row in await connection.fetch(QUERIES.hold_creators, ids) if row["erased"]}
    kept = await connection.fetch(QUERIES.ledgers, ids)
    ledgers = {row["creator_id"]: Ledger.model_validate(row["record"]) for row in kept}
    workspaces: dict[str, str] = {}
    for envelope in events:
        creator_id = creators[envelope.stream]
        if creator_id in erased:
            continue
        collaboration_id = envelope.stream.partition("/")[2]
        before = ledgers.get(creator_id, Ledger())
        ledger = noted(before, collaboration_id, _event(envelope), envelope.metadata.decided_at)
        if ledger is not before:
            ledgers[creator_id] = ledger
            workspaces[creator_id] = envelope.metadata.workspace
    await save(
        connection, QUERIES.save_ledgers, [(id_, workspace, ledgers[id_]) for id_, workspace in workspaces.items()]
    )


def _event(envelope: Envelope) -> Event:
    data = without_sealed(DATA.dump_json(envelope.data).decode())
    return collaboration.EVENTS.decode_json(envelope.stream, envelope.type, envelope.schema_version, data)


async def _creators_of(connection: Connection, streams: Iterable[str]) -> dict[str, str]:
    rows = await connection.fetch(QUERIES.creators_of_streams, list(streams))
    return {row["stream"]: row["creator_id"] for row in rows}


async def save(connection: Connection, query: str, ledgers: Sequence[tuple[str, str, Ledger]]) -> None:
    """Has some ledgers kept, by creator and workspace: by `save_ledgers`, or by `add_records_to_twins`."""
    rows = [(creator_id, workspace, ledger.model_dump_json()) for creator_id, workspace, ledger in ledgers]
    if rows:
        await connection.execute(query, *(list(column) for column in zip(*rows, strict=True)))


def track_of(events: Iterable[tuple[Event, datetime]]) -> Track | None:
    """The track of one collaboration from its first events and when each was decided; None without an offer."""
    track = None
    for event, at in events:
        track = observe(track, event, at)
    return track


class TrackRecords:
    """Reads creators' track records; satisfies `activities.ports.TrackRecords`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, creator_ids: Sequence[str]) -> Mapping[str, TrackRecord]:
        """See `TrackRecords.get`. None of creators who have been erased, even where a backup still had it."""
        rows = await self._pool.fetch(QUERIES.track_records, list(creator_ids))
        return {row["creator_id"]: Ledger.model_validate(row["record"]).record for row in rows}

    async def everybodys(self, workspace: str) -> list[TrackRecord]:
        """The records of all of a workspace's creators, without their names: how people have behaved so far."""
        rows = await self._pool.fetch(QUERIES.track_records_of_workspace, workspace)
        return [Ledger.model_validate(row["record"]).record for row in rows]
