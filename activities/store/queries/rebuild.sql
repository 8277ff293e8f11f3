-- name: lock_rebuild
-- Makes sure that one rebuild runs at a time; false if one does.
select pg_try_advisory_lock(6724133018);

-- name: unlock_rebuild
-- Lets the next rebuild run.
select pg_advisory_unlock(6724133018);

-- name: begin_rebuild
-- Makes empty twins of the read models, in a schema of their own.
select begin_rebuild();

-- name: size_to_rebuild
-- How many events all streams have, and how many streams there are.
select coalesce(sum(version), 0)::bigint as events, count(*) as streams from streams;

-- name: nth_stream
-- The name of the stream with so many before it, in the order of names.
select stream from streams order by stream offset $1 limit 1;

-- name: page_to_fold
-- The first events of the streams in a range of names as they are stored, stream by stream.
select stream, version, type, schema_version, data::text as data, metadata::text as metadata, position
from events
where stream > $1 and ($2::text is null or stream <= $2)
order by stream, version
limit $3;

-- name: read_streams_to_fold
-- All events of some streams as they are stored, stream by stream.
select stream, version, type, schema_version, data::text as data, metadata::text as metadata, position
from events
where stream = any($1::text [])
order by stream, version;

-- name: count_folded
-- How many events the twins show already.
select coalesce(sum(version), 0)::bigint from rebuild.folded;

-- name: streams_behind
-- Streams that the twins do not show as they are now: the first page of them, in the order of their names.
select streams.stream, streams.version - coalesce(folded.version, 0) as events
from streams
left join rebuild.folded on folded.stream = streams.stream
where folded.version is distinct from streams.version and streams.stream > $1
order by streams.stream
limit $2;

-- name: streams_after
-- Streams with events after a position.
select distinct stream from events where position > $1;

-- name: forget_in_twins
-- Takes some streams out of the twins.
select forget_in_twins($1);

-- name: tracks_of_creators
-- What the collaborations of a page of creators add to their track records, or of some of them; nobody's who was erased.
select creator_id, min(workspace) as workspace, json_object_agg(collaboration_id, track::json) as tracks
from rebuild.tracks
where
    creator_id > $1
    and ($2::text [] is null or creator_id = any($2))
    and not exists (select from creators where creators.id = creator_id and creators.erased_at is not null)
group by creator_id
order by creator_id
limit $3;

-- name: add_records_to_twins
-- Writes some creators' track records to their twin.
insert into rebuild.creator_track_records (creator_id, workspace, record)
select item.creator_id, item.workspace, item.record::jsonb
from unnest($1::text [], $2::text [], $3::text []) as item (creator_id, workspace, record);

-- name: forget_records_in_twins
-- Takes some creators' track records out of their twin.
delete from rebuild.creator_track_records where creator_id = any($1::text []);

-- name: hold_read_models
-- Holds up whoever writes to the read models, until the end of the transaction; readers go on.
select hold_read_models();

-- name: flip_rebuild
-- Makes one read model what its twin is, and says how many rows that took away, and how many it brought.
select removed, added from flip_rebuild($1);

-- name: end_rebuild
-- Takes the twins away.
drop schema if exists rebuild cascade;

-- name: forget_erased_in_twins
-- Takes the track records of those out of their twin who were erased meanwhile.
delete from rebuild.creator_track_records
using creators
where creators.id = creator_track_records.creator_id and creators.erased_at is not null;
