-- Who may come in, and what was refused to whom. Secrets are here as digests only: a copy of these tables opens nothing.

-- Whom everything belongs to. `default` is there from the start, and what an installation with one brand works in.
create table workspaces (
    id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    created_at timestamptz not null default clock_timestamp()
);
insert into workspaces (id) values ('default');

-- People of a workspace. A row stays when they leave, since the record names them by its id.
create table members (
    id text primary key,
    workspace text not null references workspaces (id),
    -- In lower case; empty once they have left.
    address text not null,
    role text not null,
    -- The most that one decision of theirs may commit, in minor units of one currency; null is no limit of their own.
    limit_amount bigint check (limit_amount >= 0),
    limit_currency text,
    added_by text not null,
    added_at timestamptz not null default clock_timestamp(),
    removed_at timestamptz,
    check ((limit_amount is null) = (limit_currency is null)),
    check ((removed_at is null) = (address <> ''))
);
create unique index members_by_address on members (workspace, address) where removed_at is null;
-- A sign-in begins with the address alone.
create index members_everywhere on members (address) where removed_at is null;

-- Keys of programs. The id is the part of a key that may be shown, and by which it is looked up.
create table api_keys (
    id text primary key,
    workspace text not null references workspaces (id),
    name text not null,
    role text not null,
    limit_amount bigint check (limit_amount >= 0),
    limit_currency text,
    -- What the key is narrowed to: one campaign, and looking only.
    campaign_id text,
    read_only boolean not null,
    -- SHA-256 of the whole key, whose secret part has 256 random bits: nothing slower is needed.
    digest bytea not null,
    created_by text not null,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    revoked_by text,
    revoked_at timestamptz,
    -- To the minute.
    used_at timestamptz,
    check ((limit_amount is null) = (limit_currency is null)),
    check ((revoked_at is null) = (revoked_by is null))
);
create index api_keys_of_workspace on api_keys (workspace, created_at);

-- Links that sign a member in to the console, once.
create table sign_in_links (
    digest bytea primary key,
    member_id text not null references members (id),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index sign_in_links_of_member on sign_in_links (member_id, created_at);

-- Browsers that are signed in. The token of a session changes with time; the one before counts until the new one has
-- come back, since the answer that brought it may be lost.
create table sessions (
    id text primary key,
    -- Who has signed in: a member by a mail link, or whoever has shown a key, by its id (the name of one of the
    -- environment) and what tells that it is still the same.
    member_id text references members (id),
    key_id text,
    key_print text,
    digest bytea not null unique,
    digest_before bytea unique,
    rotated_at timestamptz not null default clock_timestamp(),
    created_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    check ((member_id is null) <> (key_id is null)),
    check ((key_id is null) = (key_print is null))
);
create index sessions_of_member on sessions (member_id) where ended_at is null;

-- Links of creators that work once, and have.
create table used_links (
    digest bytea primary key,
    collaboration_id text not null,
    step text not null,
    -- The idempotency key that it was used with: the same request again is answered as it was.
    command_id text not null,
    used_at timestamptz not null default clock_timestamp()
);

-- What was refused, and who was given or lost access. Ids only, for ever.
create table access_audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    -- Null where nobody could be recognised.
    workspace text,
    kind text,
    principal text,
    role text,
    -- The method and the route's template, or the verb of what was done: `key.created`.
    action text not null,
    -- What it was about, by id: {"campaign_id": "..."}.
    about jsonb not null,
    -- The code of the refusal; null where it was done.
    refused text,
    request_id text not null
);
create index access_audit_of_workspace on access_audit (workspace, id);

create trigger append_only before update or delete or truncate on access_audit
for each statement execute function refuse_change();
alter table access_audit enable always trigger append_only;
