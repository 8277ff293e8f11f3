-- The record: every decision of every campaign and collaboration, for ever.
--
-- These tables have neither checks nor foreign keys: PostgreSQL would parse each of them anew for every append, a tenth of
-- its time, and only append_events() writes here. What was written around it, `groundswell verify` finds.

-- One row a stream. The row is what writers of one stream queue on, and its version is what they compare.
create table streams (
    stream text primary key,
    version bigint not null,
    workspace text not null,
    -- The hash of the last event: where the next one's chain goes on, and what shows that the end was cut off.
    hash bytea not null
-- Room on each page for the next version of a row, which then needs no new entry in the index.
) with (fillfactor = 70);

-- Order in the whole log. Numbers are taken before commit, so readers go no further than settled_position().
create sequence feed_position;

create table events (
    position bigint primary key,
    stream text not null,
    version bigint not null,
    -- Derived from stream and version, hence as unique as they are: an index of its own would only cost.
    event_id uuid not null,
    type text not null,
    schema_version integer not null,
    -- json, not jsonb: what is read, hashed and verified is the very text that the writer gave.
    data json not null,
    metadata json not null,
    correlation_id text not null,
    workspace text not null,
    recorded_at timestamptz not null,
    -- SHA-256 of the hash before it in its stream and of its own content (0004_append.sql).
    hash bytea not null,
    -- The last line of defence of optimistic concurrency, should anything ever append around append_events().
    unique (stream, version)
);

alter sequence feed_position owned by events.position;

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

-- A stream moves forward, but never goes away.
create trigger append_only before delete or truncate on streams
for each statement execute function refuse_change();
alter table streams enable always trigger append_only;
