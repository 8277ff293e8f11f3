-- What goes on when a collaboration is over: a row for each clock that runs, gone when it has run out.
create table rights_clocks (
    stream text not null,
    name text not null,
    collaboration_id text not null,
    campaign_id text not null,
    workspace text not null,
    creator_id text not null,
    kind text not null check (kind in ('usage', 'exclusivity')),
    -- Of a clock of usage; null of one of exclusivity.
    deliverable integer,
    ends_at timestamptz not null,
    -- Whether the brand has been told that it will end soon.
    told boolean not null,
    primary key (stream, name)
);

-- What ends next, of a workspace or of one campaign.
create index rights_clocks_by_end on rights_clocks (workspace, ends_at, stream, name);
create index rights_clocks_by_campaign on rights_clocks (campaign_id, ends_at, stream, name);

-- The same as before, and this table.
create or replace function show_read_models(p_shown jsonb) returns boolean language plpgsql as $$
begin
    if p_shown ? 'collaboration_pipeline' then
        insert into collaboration_pipeline
        select item.* from jsonb_populate_recordset(null::collaboration_pipeline, p_shown -> 'collaboration_pipeline') as item
        on conflict (collaboration_id) do update
        set
            stage = excluded.stage,
            waiting_on = excluded.waiting_on,
            due_at = excluded.due_at,
            outcome = excluded.outcome,
            fee = excluded.fee,
            version = excluded.version,
            updated_at = excluded.updated_at;
    end if;
    if p_shown ? 'campaign_board' then
        insert into campaign_board
        select item.* from jsonb_populate_recordset(null::campaign_board, p_shown -> 'campaign_board') as item
        on conflict (campaign_id) do update
        set
            brand = excluded.brand,
            product = excluded.product,
            category = excluded.category,
            creators_wanted = excluded.creators_wanted,
            invited = excluded.invited,
            stage = excluded.stage,
            outcome = excluded.outcome,
            version = excluded.version,
            updated_at = excluded.updated_at;
    end if;
    if p_shown ? 'closed_tasks' then
        delete from tasks
        where
            stream = p_shown ->> 'stream'
            and name in (select closed.name from jsonb_array_elements_text(p_shown -> 'closed_tasks') as closed (name));
    end if;
    if p_shown ? 'tasks' then
        insert into tasks
        select item.* from jsonb_populate_recordset(null::tasks, p_shown -> 'tasks') as item
        on conflict (stream, name) do update
        set
            assignee = excluded.assignee,
            opened_at = excluded.opened_at,
            due_at = excluded.due_at,
            escalated = excluded.escalated,
            extended = excluded.extended;
    end if;
    if p_shown ? 'closed_rights_clocks' then
        delete from rights_clocks
        where
            stream = p_shown ->> 'stream'
            and name in (
                select closed.name from jsonb_array_elements_text(p_shown -> 'closed_rights_clocks') as closed (name)
            );
    end if;
    if p_shown ? 'rights_clocks' then
        insert into rights_clocks
        select item.* from jsonb_populate_recordset(null::rights_clocks, p_shown -> 'rights_clocks') as item
        on conflict (stream, name) do update set told = excluded.told;
    end if;
    return true;
end
$$;

create or replace function begin_rebuild() returns void language plpgsql as $$
declare
    v_table text;
begin
    drop schema if exists rebuild cascade;
    create schema rebuild;
    foreach v_table in array array[
        'campaign_board', 'collaboration_pipeline', 'tasks', 'rights_clocks', 'creator_track_records'
    ] loop
        -- Unlogged: a twin that a crash has emptied belongs to a rebuild that the crash has ended. Without indexes: they
        -- are read from end to end.
        execute format('create unlogged table rebuild.%1$I (like public.%1$I including defaults)', v_table);
    end loop;
    -- Which streams the twins show, as of which version.
    create unlogged table rebuild.folded (stream text primary key, version bigint not null);
    -- What each collaboration adds to its creator's track record.
    create unlogged table rebuild.tracks (
        stream text primary key, collaboration_id text not null, creator_id text not null, workspace text not null,
        track text not null
    );
    create index on rebuild.tracks (creator_id);
end
$$;

create or replace function forget_in_twins(p_streams text []) returns void language plpgsql as $$
begin
    delete from rebuild.campaign_board where 'campaign/' || campaign_id = any(p_streams);
    delete from rebuild.collaboration_pipeline where 'collaboration/' || collaboration_id = any(p_streams);
    delete from rebuild.tasks where stream = any(p_streams);
    delete from rebuild.rights_clocks where stream = any(p_streams);
    delete from rebuild.tracks where stream = any(p_streams);
    delete from rebuild.folded where stream = any(p_streams);
end
$$;

create or replace function hold_read_models() returns void language sql as $$
    select from subscriptions where name = 'creator_track_records' for update;
    lock table
        public.campaign_board, public.collaboration_pipeline, public.tasks, public.rights_clocks,
        public.creator_track_records
        in exclusive mode
$$;
