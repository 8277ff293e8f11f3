-- What outside sources of creators are asked for. Names stand here only as long as the job runs: no other place, Temporal
-- among them, gets to know for whom somebody looked.
create table sourcing_jobs (
    id text primary key,
    workspace text not null,
    source text not null,
    platform text not null,
    handles text [] not null,
    query text not null,
    at_most integer not null check (at_most > 0),
    -- How many accounts were asked for by name; null for a search.
    asked integer,
    -- A keyed hash of the request, so that the same key with another request is noticed.
    fingerprint text not null,
    state text not null default 'running' check (state in ('running', 'completed', 'failed')),
    failure text,
    -- When the source allows the next request.
    waits_until timestamptz,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    check ((state = 'running') = (ended_at is null)),
    check (state = 'running' or (handles = '{}' and query = ''))
);

-- What each batch of accounts came to: counts, and positions in the list of those asked for.
create table sourcing_batches (
    job_id text not null references sourcing_jobs (id),
    place integer not null check (place >= 0),
    result jsonb not null,
    primary key (job_id, place)
);
