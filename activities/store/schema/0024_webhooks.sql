-- Programs that are told of events as they happen. Each has its own place in the feed, so that none waits for another;
-- to tell one the past again is to move its place back.
create table webhooks (
    id text primary key,
    workspace text not null,
    -- 'program' gets signed Standard Webhooks; 'slack' is the one channel whose address is in the environment.
    kind text not null check (kind in ('program', 'slack')),
    url text,
    -- Encrypted with the workspace's key.
    secret bytea,
    -- Which types of events; null is all.
    types text [],
    -- Digest, under the workspace's key, of the request that made it: tells a repetition from another request.
    fingerprint text,
    created_at timestamptz not null default clock_timestamp(),
    -- Everything up to here was received, or not wanted.
    position bigint not null,
    -- Idempotency key of the last replay: a repetition of it must not go back again.
    replay_key text,
    -- Failures in a row, all of the first event after the position; and when it is tried next.
    failures integer not null default 0,
    due_at timestamptz not null default clock_timestamp(),
    enabled boolean not null default true,
    -- Why it was disabled, and since when; whoever is to be told of it has been at told_at.
    note text,
    disabled_at timestamptz,
    told_at timestamptz,
    -- Which process sends, and until when it may be believed to be alive. Whoever changes the row takes the lease away.
    lease uuid,
    leased_until timestamptz
);

-- The last attempts to reach each: a log for whoever looks for a fault. Nothing depends on it.
create table webhook_deliveries (
    id bigint generated always as identity primary key,
    webhook_id text not null,
    event_id uuid not null,
    type text not null,
    position bigint not null,
    attempt integer not null,
    -- The HTTP status, if there was an answer; and what was wrong, if anything was, in our own words.
    status integer,
    failure text,
    milliseconds integer not null,
    at timestamptz not null default clock_timestamp()
);

create index on webhook_deliveries (webhook_id, id);
