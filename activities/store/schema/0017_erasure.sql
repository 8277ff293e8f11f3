-- What is stored of a person is sealed with a key of their own; deleting the key erases it, in every copy.

-- A key for each creator (`creator/<id>`) and workspace (`workspace/<name>`), itself encrypted by a master key that is
-- never stored here. A row without a key is a tombstone: that owner has been erased, and gets no other key.
create table data_keys (
    owner text primary key,
    -- Which master key wraps it; another one after a rotation.
    master text,
    wrapped bytea,
    created_at timestamptz not null default clock_timestamp(),
    erased_at timestamptz,
    check ((wrapped is null) = (erased_at is not null)),
    check ((wrapped is null) = (master is null))
);

-- That somebody was erased, when and at whose word: the proof that it was done. It holds no personal data.
create table erasures (
    creator_id text primary key,
    workspace text not null,
    -- Pseudonymous: an API key's name, or the command line.
    requested_by text not null,
    collaborations integer not null check (collaborations >= 0),
    documents integer not null check (documents >= 0),
    erased_at timestamptz not null default clock_timestamp()
);

create trigger append_only before update or delete or truncate on erasures
for each statement execute function refuse_change();
alter table erasures enable always trigger append_only;

-- The row of somebody erased stays, opted out for ever; in the place of the handle is a keyed hash of the account, by
-- which an import recognises it and leaves it out.
alter table creators add column erased_at timestamptz;
alter table creators add constraint erased_for_good check (erased_at is null or (opted_out and profile = '{}'));

-- The contract is about a creator, and sealed with their key. Its hash is of the content before sealing, so it is
-- checked by whoever opens it.
alter table documents add column creator_id text;
alter table documents drop constraint content_addressed;
alter table documents add constraint content_addressed
check (creator_id is not null or sha256 = encode(sha256(content), 'hex'));
create index documents_by_creator on documents (creator_id) where creator_id is not null;

-- All collaborations of one creator, over all campaigns.
create index collaboration_pipeline_by_creator on collaboration_pipeline (creator_id);

-- Expendable copies of states from before there were keys.
delete from snapshots;
