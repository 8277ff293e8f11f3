-- Ranked lists of creators, kept once under the digest of their content; events carry only the digest.
create table shortlists (
    digest text primary key check (digest ~ '^[0-9a-f]{64}$'),
    size integer not null check (size >= 0),
    created_at timestamptz not null default clock_timestamp()
);

create table shortlist_entries (
    digest text not null references shortlists (digest),
    rank integer not null check (rank >= 1),
    creator_id text not null,
    score double precision not null,
    certainty double precision not null,
    evidence jsonb not null,
    primary key (digest, rank),
    unique (digest, creator_id)
);

-- What an approval was about can't be changed afterwards.
create trigger immutable before update on shortlists
for each statement execute function refuse_change();
create trigger immutable before update on shortlist_entries
for each statement execute function refuse_change();
