-- The other invariant across streams: two campaigns never hold the same creator under clashing exclusivity.
-- What a claim is and when two clash says domain/claims.py; here the last line of defence is the constraint.

create table creator_claims (
    creator_id text not null,
    campaign_id text not null,
    scope text not null check (scope in ('category', 'brand')),
    name text not null,
    -- The creator works there for the campaign; the creator may not work there for others. One of the two at least.
    present boolean not null,
    exclusive boolean not null,
    since timestamptz not null,
    until timestamptz not null,
    -- Whether the collaboration is over: until then the claim has no end, whatever `until` says.
    ended boolean not null default false,

    -- Equality and "one present, the other exclusive" as overlaps of built-in ranges, so that no extension is needed.
    -- Keys are hashes in a range of one number: that two keys of 2^63 collide refuses a claim, and never lets one in.
    subject int8range generated always as (
        int8range(
            hashtextextended(creator_id || chr(31) || scope || chr(31) || name, 0) >> 1,
            hashtextextended(creator_id || chr(31) || scope || chr(31) || name, 0) >> 1,
            '[]'
        )
    ) stored,
    -- Two lanes, like streets: who is only present has a street of their own from north to south, who is only exclusive
    -- one from east to west, who is both has the whole town. Streets of one direction never meet, all others do.
    presence_lane int8range generated always as (
        case
            when exclusive then int8range(null, null)
            else int8range(hashtextextended(campaign_id, 0) >> 1, hashtextextended(campaign_id, 0) >> 1, '[]')
        end
    ) stored,
    exclusive_lane int8range generated always as (
        case
            when present then int8range(null, null)
            else int8range(hashtextextended(campaign_id, 0) >> 1, hashtextextended(campaign_id, 0) >> 1, '[]')
        end
    ) stored,
    period tstzrange generated always as (
        tstzrange(since, case when ended then greatest(since, until) end)
    ) stored,

    primary key (creator_id, campaign_id, scope, name),
    check (present or exclusive),
    constraint never_two_masters exclude using gist (
        subject with &&, presence_lane with &&, exclusive_lane with &&, period with &&
    )
);

-- Takes and releases claims, in the transaction of the events that cause it, or refuses:
--   GS006  another campaign holds the creator, and the two exclude each other
create function move_claims(p_moves jsonb) returns void language plpgsql as $$
declare
    v_move record;
    v_other record;
begin
    for v_move in
        select move.creator_id, move.campaign_id, move.taken, move.released
        from rows from (
            jsonb_to_recordset(p_moves) as (creator_id text, campaign_id text, taken jsonb, released text)
        ) with ordinality as move (creator_id, campaign_id, taken, released, nth)
        -- One order for all writers, so that two of them can't wait for each other.
        order by move.creator_id, move.nth
    loop
        -- One at a time for one creator: the loser then reads what the winner has claimed, and can say what it is.
        -- Without it the constraint would make one of two wait, or both, which PostgreSQL ends as a deadlock.
        perform pg_advisory_xact_lock(hashtextextended('claims on creator ' || v_move.creator_id, 0));

        if v_move.released is not null then
            delete from creator_claims
            where
                creator_id = v_move.creator_id
                and campaign_id = v_move.campaign_id
                and (v_move.released = 'all' or not exclusive);
            update creator_claims
            set present = false, ended = true
            where creator_id = v_move.creator_id and campaign_id = v_move.campaign_id;
        end if;

        select
            held.campaign_id,
            held.scope,
            held.name,
            case
                when held.until > claim.since then to_char(held.until at time zone 'UTC', 'YYYY-MM-DD')
                else 'its collaboration has ended'
            end as until
        into v_other
        from jsonb_to_recordset(v_move.taken)
            as claim (scope text, name text, present boolean, exclusive boolean, since timestamptz)
        inner join creator_claims as held
            on
                held.creator_id = v_move.creator_id
                and held.scope = claim.scope
                and held.name = claim.name
                and held.campaign_id <> v_move.campaign_id
                and held.period && tstzrange(claim.since, null)
                and ((claim.exclusive and held.present) or (claim.present and held.exclusive))
        -- What lasts longest; the rest makes the answer the same each time.
        order by held.ended, held.until desc, held.campaign_id collate "C", held.scope, held.name collate "C"
        limit 1;
        if found then
            raise exception 'exclusivity clash' using errcode = 'GS006', detail = jsonb_build_object(
                'campaign', v_other.campaign_id, 'scope', v_other.scope, 'name', v_other.name, 'until', v_other.until
            );
        end if;

        insert into creator_claims (creator_id, campaign_id, scope, name, present, exclusive, since, until)
        select
            v_move.creator_id, v_move.campaign_id, claim.scope, claim.name, claim.present, claim.exclusive,
            claim.since, claim.until
        from jsonb_to_recordset(v_move.taken) as claim (
            scope text, name text, present boolean, exclusive boolean, since timestamptz, until timestamptz
        );
    end loop;
end
$$;
