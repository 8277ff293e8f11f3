-- name: open_sourcing_job
-- Notes a job, once however often it is asked for; the row that counts, with whether it is new.
with added as (
    insert into sourcing_jobs (id, workspace, source, platform, handles, query, at_most, asked, fingerprint)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (id) do nothing
    returning fingerprint
)

select fingerprint from added
union all
select fingerprint from sourcing_jobs where id = $1
limit 1;

-- name: sourcing_fingerprint
-- The request that a job is of.
select fingerprint from sourcing_jobs where id = $1;

-- name: get_sourcing_job
-- One job with all that it asks for.
select id, workspace, source, platform, handles, query, at_most, state
from sourcing_jobs
where id = $1;

-- name: record_sourcing_batch
-- Notes what a batch came to; its first account of it is the one that counts, since a repetition creates nobody.
with noted as (
    insert into sourcing_batches (job_id, place, result) values ($1, $2, $3)
    on conflict (job_id, place) do nothing
)

update sourcing_jobs set waits_until = null where id = $1;

-- name: sourcing_waits
-- Notes that the source is not to be asked again before an instant.
update sourcing_jobs set waits_until = $2 where id = $1 and state = 'running';

-- name: end_sourcing_job
-- Notes the end, and forgets for whom it was asked.
update sourcing_jobs
set
    state = case when $2::text is null then 'completed' else 'failed' end,
    failure = $2,
    handles = '{}',
    query = '',
    waits_until = null,
    ended_at = clock_timestamp()
where id = $1 and state = 'running';

-- name: sourcing_progress
-- How a job of a workspace stands.
select id, source, asked, state, failure, waits_until, started_at, ended_at
from sourcing_jobs
where id = $1 and workspace = $2;

-- name: sourcing_results
-- What its batches came to, in order.
select result from sourcing_batches where job_id = $1 order by place;
