-- name: upsert_creators
-- Adds accounts to the directory or renews their profiles; an opt-out survives every import.
insert into creators (id, workspace, platform, handle, followers, country, language, profile)
select item.id, $1, item.platform, item.handle, item.followers, item.country, item.language, item.profile
from unnest($2::text [], $3::text [], $4::text [], $5::integer [], $6::text [], $7::text [], $8::jsonb [])
    as item (id, platform, handle, followers, country, language, profile)
-- One order for all imports, so that two of them can't wait for each other.
order by item.platform, item.handle
on conflict (workspace, platform, handle) do update
set
    followers = excluded.followers,
    country = excluded.country,
    language = excluded.language,
    profile = excluded.profile,
    updated_at = clock_timestamp()
-- A row that no update has touched has no xmax: it is new.
returning id, platform, handle, (xmax = 0) as created;

-- name: get_creators
-- The creators with these ids who have not been erased.
select id, profile, audience, opted_out from creators where id = any($1::text []) and erased_at is null;

-- name: keep_audience
-- What an audit said of a creator's audience; the latest counts.
update creators set audience = $2 where id = $1 and erased_at is null returning id;

-- name: set_payout_account
-- Where a creator is paid from now on; null is by payment order.
update creators
set
    payout_account = $2,
    payout_account_enabled = case when payout_account is not distinct from $2 then payout_account_enabled end,
    payout_account_told_at = case when payout_account is not distinct from $2 then payout_account_told_at end,
    updated_at = clock_timestamp()
where id = $1 and erased_at is null
returning id;

-- name: hold_payout_account
-- The account of a creator, held until the transaction ends.
select payout_account from creators where id = $1 and erased_at is null for update;

-- name: tell_payout_account
-- What Stripe says of an account, unless it has said something later already.
update creators
set payout_account_enabled = $2, payout_account_told_at = $3
where payout_account = $1 and (payout_account_told_at is null or payout_account_told_at < $3)
returning id;

-- name: get_payout_account
-- Where a creator is paid.
select payout_account, payout_account_enabled from creators where id = $1 and erased_at is null;

-- name: profiles_of_accounts
-- What the directory knows of these accounts.
select profile
from creators
where
    workspace = $1
    and erased_at is null
    and (platform, handle) in (select * from unnest($2::text [], $3::text []));

-- name: candidates
-- Accounts that a brief may want, best match of the topics first; what is unknown about an account does not exclude it.
select id, profile
from creators
where
    workspace = $1
    and platform = $2
    and followers between $3 and $4
    and ($5::text is null or coalesce(country, $5) = $5)
    and ($6::text is null or coalesce(language, $6) = $6)
    and not opted_out
order by ts_rank(search, websearch_to_tsquery('simple', $7)) desc, id
limit $8;

-- name: comments_per_like_of_peers
-- Comments per like of the up to $2 nearest accounts on either side of a creator's followers, half to twice as many.
with own as (select id, workspace, platform, followers from creators where id = $1),

near as (
    (
        select creators.profile
        from own
        inner join creators using (workspace, platform)
        where
            creators.followers between own.followers and 2 * own.followers::bigint
            and creators.id <> own.id
            and not creators.opted_out
        order by creators.followers
        limit $2
    )
    union all
    (
        select creators.profile
        from own
        inner join creators using (workspace, platform)
        where
            creators.followers >= own.followers / 2
            and creators.followers < own.followers
            and not creators.opted_out
        order by creators.followers desc
        limit $2
    )
)

select (profile ->> 'average_comments')::double precision / (profile ->> 'average_likes')::double precision as ratio
from near
where (profile ->> 'average_likes')::double precision >= 1 and profile ->> 'average_comments' is not null;

-- name: browse_creators
-- Of the next $5 accounts in their order the first $6 that fit, with how many were looked at and the last of them.
with seen as materialized (
    select id, followers, $4::tsquery is null or search @@ $4 as fits
    from creators
    where
        workspace = $1
        and erased_at is null
        and (followers, id) < ($2::integer, $3::text)
        and followers >= $7
    order by followers desc, id desc
    limit $5
),

first as (select id from seen where fits order by followers desc, id desc limit $6)

select looked_at.count as looked_at, last.followers, last.id as last, creators.id, creators.profile, creators.opted_out
from (select count(*) from seen) as looked_at
left join (select followers, id from seen order by followers, id limit 1) as last on true
left join creators on creators.id = any(array(select first.id from first))
order by creators.followers desc, creators.id desc;

-- name: prefer_the_inverted_index
-- For one transaction: estimates take words and filters for independent, and where they are not, reading all is worst.
select
    set_config('enable_seqscan', 'off', true),
    set_config('enable_indexscan', 'off', true),
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('jit', 'off', true);

-- name: find_creators
-- The first $5 accounts in their order that fit a query, which few do.
with found as materialized (
    select id, followers
    from creators
    where
        search @@ $4::tsquery
        and workspace = $1
        and erased_at is null
        and (followers, id) < ($2::integer, $3::text)
        and followers >= $6
),

first as (select id from found order by followers desc, id desc limit $5)

select creators.id, creators.profile, creators.opted_out
from creators
where creators.id = any(array(select first.id from first))
order by creators.followers desc, creators.id desc;

-- name: words_asked_for
-- What somebody types, as in a web search, as a query; null if it has no words.
select nullif(websearch_to_tsquery('simple', $1)::text, '');

-- name: opt_out
-- Keeps a creator from ever being considered again.
update creators set opted_out = true, updated_at = clock_timestamp() where id = $1 returning id;

-- name: erased_accounts
-- Those of these account hashes whose owners have been erased.
select id, handle from creators where workspace = $1 and handle = any($2::text []) and erased_at is not null;

-- name: lock_creator
-- A creator's account, held against imports and other erasures until the end of the transaction.
select workspace, platform, handle, erased_at from creators where id = $1 for update;

-- name: blank_creator
-- Takes everything about a person out of their row; the keyed hash in the place of the handle keeps the account out.
update creators
set
    handle = $2,
    followers = 0,
    country = null,
    language = null,
    profile = '{}',
    opted_out = true,
    erased_at = clock_timestamp(),
    audience = null,
    payout_account = null,
    payout_account_enabled = null,
    payout_account_told_at = null,
    updated_at = clock_timestamp()
where id = $1;
