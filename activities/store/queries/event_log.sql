-- name: append_events
-- Appends the events of one command and moves the budget, or answers a repeated command with its stored events.
select repeated, stream, version, event_id, type, schema_version, data, metadata, recorded_at, position
from append_events($1, $2, $3, $4, $5, $6, $7, $8);

-- name: read_stream
-- The events of one stream after one version, up to another if there is one.
select stream, version, event_id, type, schema_version, data, metadata, recorded_at, position
from events
where stream = $1 and version > $2 and ($3::bigint is null or version <= $3)
order by version;

-- name: read_campaign
-- A campaign's events over all its streams after a position, in order.
select stream, version, event_id, type, schema_version, data, metadata, recorded_at, position
from events
where correlation_id = $1 and position > $2
order by position
limit $3;

-- name: head
-- The version of a stream's last event.
select version from streams where stream = $1;

-- name: command
-- The fingerprint of a command that a stream has carried out.
select fingerprint from commands where stream = $1 and command_id = $2;
