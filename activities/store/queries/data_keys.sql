-- name: read_keys
-- The keys of some owners, tombstones included.
select owner, master, wrapped from data_keys where owner = any($1::text []);

-- name: insert_key
-- Gives an owner a key, unless they have or had one.
insert into data_keys (owner, master, wrapped) values ($1, $2, $3) on conflict (owner) do nothing;

-- name: forget_key
-- Deletes an owner's key for ever; the row stays, so that they never get another.
insert into data_keys (owner, erased_at) values ($1, clock_timestamp())
on conflict (owner) do update set master = null, wrapped = null, erased_at = clock_timestamp()
where data_keys.erased_at is null;

-- name: keys_of_other_masters
-- A page of the keys that are not wrapped by this master key.
select owner, master, wrapped from data_keys where master <> $1 order by owner limit $2;

-- name: rewrap_key
-- Wraps a key by another master key, unless it has been erased or rewrapped meanwhile.
update data_keys set master = $2, wrapped = $3 where owner = $1 and wrapped = $4;

-- name: creator_of_collaboration
-- Whom a collaboration is with, from the first event of its stream.
select data ->> 'creator_id' from events where stream = $1 and version = 1;
