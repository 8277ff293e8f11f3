-- name: load_snapshot
-- The state of a stream, if it was kept in this shape; the caller goes on to replace it.
select stream, version, state::text as state from snapshots where stream = $1 and shape = $2 for update;

-- name: peek_snapshots
-- The states of some streams, of those that were kept in this shape.
select stream, version, state::text as state from snapshots where stream = any($1::text []) and shape = $2;

-- name: save_snapshot
-- Keeps the state of a stream in place of an earlier one.
insert into snapshots (stream, version, shape, state) values ($1, $2, $3, $4::text::jsonb)
on conflict (stream) do update
set version = excluded.version, shape = excluded.shape, state = excluded.state;

-- name: read_streams
-- What some streams have after the versions up to which they are known, for folding; metadata as text.
select
    event.stream, event.version, event.type, event.schema_version, event.data::text as data,
    event.metadata::text as metadata
from unnest($1::text [], $2::bigint []) as known (stream, version)
inner join events as event on event.stream = known.stream and event.version > known.version
order by event.stream, event.version;
