-- Contracts, drafts and reports, under the hash of their content.
create table documents (
    sha256 text primary key,
    media_type text not null,
    content bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    -- A document that no longer is what was signed can't be stored under its hash.
    constraint content_addressed check (sha256 = encode(sha256(content), 'hex'))
);

create trigger immutable before update on documents
for each statement execute function refuse_change();
