-- name: rows_after
-- Stored events after a position, up to a settled one, in order: the texts as they are, and their hashes.
select
    position, stream, version, event_id, type, schema_version, recorded_at, metadata::text as metadata,
    data::text as data, hash
from events
where position > $1 and position <= $2
order by position
limit $3;
