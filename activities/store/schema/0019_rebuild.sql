-- Rebuilding folds each stream once, in several processes, and creators' track records with them.

-- States are remembered by processes, and not stored any more (activities/store/projections/states.py).
drop table snapshots;

create or replace function begin_rebuild() returns void language plpgsql as $$
declare
    v_table text;
begin
    drop schema if exists rebuild cascade;
    create schema rebuild;
    foreach v_table in array array['campaign_board', 'collaboration_pipeline', 'tasks', 'creator_track_records'] loop
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

-- Takes some streams out of the twins, to be folded again.
create function forget_in_twins(p_streams text []) returns void language plpgsql as $$
begin
    delete from rebuild.campaign_board where 'campaign/' || campaign_id = any(p_streams);
    delete from rebuild.collaboration_pipeline where 'collaboration/' || collaboration_id = any(p_streams);
    delete from rebuild.tasks where stream = any(p_streams);
    delete from rebuild.tracks where stream = any(p_streams);
    delete from rebuild.folded where stream = any(p_streams);
end
$$;

-- First who keeps the track records, then the tables, in the order in which appends and that subscription come to them: so
-- that whatever is under way can end, and there is no deadlock.
create or replace function hold_read_models() returns void language sql as $$
    select from subscriptions where name = 'creator_track_records' for update;
    lock table public.campaign_board, public.collaboration_pipeline, public.tasks, public.creator_track_records
        in exclusive mode
$$;
