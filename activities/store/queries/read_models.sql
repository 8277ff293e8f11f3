-- name: show_read_models
-- Writes what an append has changed of the read models.
select show_read_models($1::text::jsonb);

-- name: read_to_fold
-- The events of one stream up to a version as they are stored, for folding.
select version, type, schema_version, data::text as data, metadata::text as metadata
from events
where stream = $1 and version <= $2
order by version;
