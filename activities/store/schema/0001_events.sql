-- The record: every decision of every campaign and collaboration, for ever.

-- One row a stream. The row is what writers of one stream queue on, and its version is what they compare.
create table streams (
    stream text primary key,
    version bigint not null check (version >= 0),
    workspace text not null
);

create table events (
    -- Order in the whole log. Taken before commit, so it is in commit order only within one campaign, where the
    -- append holds a lock from here to its commit (0004_append.sql); across campaigns a lower position may appear later.
    position bigint generated always as identity primary key,
    stream text not null references streams (stream),
    version bigint not null check (version >= 1),
    event_id uuid not null unique,
    type text not null,
    schema_version integer not null check (schema_version >= 1),
    data jsonb not null,
    metadata jsonb not null,
    correlation_id text not null,
    workspace text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    -- For a feed over all campaigns: order and checkpoint by (transaction_id, position) below pg_snapshot_xmin, never by
    -- position alone. Meaningless after dump and restore, where feeds start again from nothing.
    transaction_id xid8 not null default pg_current_xact_id(),
    -- The last line of defence of optimistic concurrency, should anything ever append around append_events().
    unique (stream, version)
);

-- A campaign's events over all its streams, as its page, its report and its event feed read them.
create index events_by_campaign on events (correlation_id, position);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'GS009';
end
$$;

-- A statement trigger also covers TRUNCATE, and `enable always` also fires on a replica's session.
create trigger append_only before update or delete or truncate on events
for each statement execute function refuse_change();
alter table events enable always trigger append_only;
