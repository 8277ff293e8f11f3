-- name: collaborations_with
-- All collaborations with a creator, the unfinished first.
select collaboration_id, outcome is not null as ended
from collaboration_pipeline
where creator_id = $1
order by ended, collaboration_id;

-- name: documents_about
-- How many documents are about a creator, and how many files are theirs.
select (select count(*) from documents where creator_id = $1) + (select count(*) from files where creator_id = $1);

-- name: record_erasure
-- Notes for ever that a creator was erased.
insert into erasures (creator_id, workspace, requested_by, collaborations, documents)
values ($1, $2, $3, $4, $5)
returning creator_id, requested_by, collaborations, documents, erased_at;

-- name: get_erasure
-- The note that a creator was erased.
select creator_id, requested_by, collaborations, documents, erased_at from erasures where creator_id = $1;

-- name: hold_directory
-- Imports hold the directory together; an erasure waits for them, and they for it.
select pg_advisory_xact_lock_shared(hashtextextended('directory ' || $1, 0));

-- name: hold_directory_alone
-- Waits for imports under way and holds up further ones until the end of the transaction.
select pg_advisory_xact_lock(hashtextextended('directory ' || $1, 0));

-- name: workspace_of_creator
-- The workspace whose directory has a creator.
select workspace from creators where id = $1;
