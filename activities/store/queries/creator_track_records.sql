-- name: creators_of_streams
-- Whom some collaborations are with, from the first event of each.
select stream, data ->> 'creator_id' as creator_id from events where stream = any($1::text []) and version = 1;

-- name: hold_creators
-- Which of these creators have been erased. Whoever is about to erase one of them waits until the transaction ends, or we
-- for them: so no record is written for somebody who is gone.
select id, erased_at is not null as erased from creators where id = any($1::text []) order by id for key share;

-- name: ledgers
-- What is kept of some creators.
select creator_id, record from creator_track_records where creator_id = any($1::text []);

-- name: save_ledgers
-- Keeps some creators' ledgers in place of earlier ones.
insert into creator_track_records (creator_id, workspace, record)
select item.creator_id, item.workspace, item.record::jsonb
from unnest($1::text [], $2::text [], $3::text []) as item (creator_id, workspace, record)
on conflict (creator_id) do update set record = excluded.record;

-- name: track_records
-- The track records of some creators, of those whose keys have not been deleted.
select creator_id, record
from creator_track_records
where
    creator_id = any($1::text [])
    and not exists (
        select from data_keys
        where data_keys.owner = 'creator/' || creator_track_records.creator_id and data_keys.erased_at is not null
    );

-- name: track_records_of_workspace
-- The track records of all creators of a workspace whose keys have not been deleted.
select record
from creator_track_records
where
    workspace = $1
    and not exists (
        select from data_keys
        where data_keys.owner = 'creator/' || creator_track_records.creator_id and data_keys.erased_at is not null
    )
order by creator_id;

-- name: forget_track_record
-- Deletes the track record of somebody who is being erased.
delete from creator_track_records where creator_id = $1;
