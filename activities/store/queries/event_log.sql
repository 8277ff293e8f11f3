-- name: append_events
-- Appends the events of one command with all that moves with them, or says which events a repeated command has caused.
select repeated, first_version, last_version, positions, recorded_at
from append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text::jsonb);

-- name: read_stream
-- The events of one stream after one version, up to another if there is one.
select stream, version, event_id, type, schema_version, data, metadata, recorded_at, position
from events
where stream = $1 and version > $2 and ($3::bigint is null or version <= $3)
order by version;

-- name: read_campaign
-- A campaign's events over all its streams after a position, up to a settled one, in order.
select stream, version, event_id, type, schema_version, data, metadata, recorded_at, position
from events
where correlation_id = $1 and position > $2 and position <= $3
order by position
limit $4;

-- name: head
-- The version of a stream's last event.
select version from streams where stream = $1;

-- name: command
-- The fingerprint of a command that a stream has carried out.
select fingerprint from commands where stream = $1 and command_id = $2;
