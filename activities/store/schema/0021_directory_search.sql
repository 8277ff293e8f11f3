-- The directory of a million creators is searched by words and filters together. Both are in one inverted index, which
-- intersects them; what is frequent is found by going through the accounts in their order instead.

alter table creators drop column search;
alter table creators add column search tsvector not null generated always as (
    -- 'simple' neither stems nor drops words: biographies come in any language. A topic weighs more than a mention.
    setweight(jsonb_to_tsvector('simple', coalesce(profile -> 'topics', '[]'), '["string"]'), 'A')
    || setweight(to_tsvector('simple', coalesce(profile ->> 'biography', '')), 'B')
    || setweight(
        to_tsvector('simple', coalesce(profile ->> 'name', '') || ' ' || coalesce(profile ->> 'handle', '')), 'C'
    )
    -- Filters, as words that nobody can write: no word has an equals sign in it. Nobody finds who has been erased.
    || case
        when erased_at is not null then ''::tsvector
        else array_to_tsvector(array_remove(
            array[
                'workspace=' || workspace,
                'platform=' || platform,
                'country=' || country,
                'language=' || language,
                -- How many binary digits followers + 1 has: the filter's bounds are checked on what this finds.
                'reach=' || length(ltrim((followers::bigint + 1)::bit(64)::text, '0'))
            ],
            null
        ))
    end
) stored;

-- New entries wait in a list that every search reads through: a short one.
create index creators_by_words on creators using gin (search) with (gin_pending_list_limit = 512);

-- The order in which the directory is listed.
create index creators_in_order on creators (workspace, followers, id) where erased_at is null;
