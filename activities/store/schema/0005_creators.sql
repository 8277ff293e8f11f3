-- The directory: the one place that holds creators' names and addresses. Events know a creator by id only.
create table creators (
    -- Random, so that an id says nothing about the person.
    id text primary key,
    workspace text not null,
    platform text not null,
    handle text not null,
    followers integer not null check (followers >= 0),
    country text,
    language text,
    profile jsonb not null,
    opted_out boolean not null default false,
    updated_at timestamptz not null default clock_timestamp(),
    -- 'simple' neither stems nor drops words: biographies come in any language. A topic weighs more than a mention.
    search tsvector not null generated always as (
        setweight(jsonb_to_tsvector('simple', coalesce(profile -> 'topics', '[]'), '["string"]'), 'A')
        || setweight(to_tsvector('simple', coalesce(profile ->> 'biography', '')), 'B')
    ) stored,
    -- An account is one creator, however often it is imported.
    unique (workspace, platform, handle)
);

create index creators_by_words on creators using gin (search);

-- What discovery asks for first; whoever opted out is never asked about.
create index creators_by_reach on creators (workspace, platform, followers) where not opted_out;
