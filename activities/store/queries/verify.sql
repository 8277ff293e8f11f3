-- name: heads_after
-- A page of streams with what their rows say of their ends.
select stream, version, hash from streams where stream > $1 order by stream limit $2;

-- name: rows_between
-- The stored events of the streams of a page, as texts, and whether each is covered by a command of its stream.
select
    event.stream, event.version, event.event_id, event.type, event.schema_version, event.position, event.recorded_at,
    event.metadata::text as metadata, event.data::text as data, event.hash,
    event.correlation_id = event.metadata ->> 'correlation_id'
    and event.workspace = event.metadata ->> 'workspace'
    and exists (
        select 1
        from commands
        where
            commands.stream = event.stream
            and commands.command_id = event.metadata ->> 'command_id'
            and event.version between commands.first_version and commands.last_version
    ) as caused
from events as event
where event.stream > $1 and ($2::text is null or event.stream <= $2)
order by event.stream, event.version;

-- name: heads_at
-- The last event of each stream up to a position, in an order that no setting of the database changes.
select distinct on (stream collate "C") stream, version, hash, position
from events
where position <= $1
order by stream collate "C", version desc;

-- name: count_events
-- How many events there are and how many streams, roughly and at once.
select coalesce(sum(version), 0)::bigint as events, count(*) as streams from streams;
