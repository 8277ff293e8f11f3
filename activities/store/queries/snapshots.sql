-- name: load_snapshot
-- The state of a stream, if it was kept in this shape; the caller goes on to replace it.
select version, state from snapshots where stream = $1 and shape = $2 for update;

-- name: peek_snapshot
-- The state of a stream, if it was kept in this shape.
select version, state from snapshots where stream = $1 and shape = $2;

-- name: save_snapshot
-- Keeps the state of a stream in place of an earlier one.
insert into snapshots (stream, version, shape, state) values ($1, $2, $3, $4)
on conflict (stream) do update
set version = excluded.version, shape = excluded.shape, state = excluded.state;

-- name: drop_snapshot
-- Forgets the state of a stream, so that it is folded from the first event.
delete from snapshots where stream = $1;

-- name: lock_stream
-- Holds up the writers of a stream until the end of the transaction.
select version from streams where stream = $1 for update;

-- name: streams_after
-- A page of the streams with a prefix, in the order of their names.
select stream from streams where starts_with(stream, $1) and stream > $2 order by stream limit $3;
