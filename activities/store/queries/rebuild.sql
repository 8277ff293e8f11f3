-- name: lock_rebuild
-- Makes sure that one rebuild runs at a time; false if one does.
select pg_try_advisory_lock(6724133018);

-- name: unlock_rebuild
-- Lets the next rebuild run.
select pg_advisory_unlock(6724133018);

-- name: begin_rebuild
-- Makes empty twins of the read models, in a schema of their own.
select begin_rebuild();

-- name: write_to_twins
-- Lets the queries of this transaction find the twins under the read models' names.
select set_config('search_path', 'rebuild, ' || current_setting('search_path'), true);

-- name: streams_behind
-- Streams that the twins do not show as they are now: the first page of them, in the order of their names.
select streams.stream
from streams
left join rebuild.snapshots as twin on twin.stream = streams.stream
where starts_with(streams.stream, $1) and twin.version is distinct from streams.version and streams.stream > $2
order by streams.stream
limit $3;

-- name: count_to_rebuild
-- How many events the streams with a prefix have.
select coalesce(sum(version), 0)::bigint from streams where starts_with(stream, $1);

-- name: hold_read_models
-- Holds up whoever writes to the read models, until the end of the transaction; readers go on.
select hold_read_models();

-- name: flip_rebuild
-- Makes one read model what its twin is, and says how many rows that took away, and how many it brought.
select removed, added from flip_rebuild($1);

-- name: end_rebuild
-- Takes the twins away.
drop schema if exists rebuild cascade;
