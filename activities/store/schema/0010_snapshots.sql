-- The state of each stream after its last event, so that a read model is brought forward without reading from the start.
-- Expendable: what is missing, behind, or of another release's shape is folded from the events again.
create table snapshots (
    stream text primary key,
    version bigint not null,
    -- A digest of the state's schema: a state that an older release wrote is not read as if it were today's.
    shape text not null,
    state jsonb not null
);
