-- Rebuilding read models beside those in use (activities/store/rebuild.py).

create function begin_rebuild() returns void language plpgsql as $$
declare
    v_table text;
begin
    drop schema if exists rebuild cascade;
    create schema rebuild;
    foreach v_table in array array['snapshots', 'campaign_board', 'collaboration_pipeline', 'tasks'] loop
        -- Unlogged: a twin that a crash has emptied belongs to a rebuild that the crash has ended.
        execute format('create unlogged table rebuild.%1$I (like public.%1$I including all)', v_table);
    end loop;
end
$$;

-- EXCLUSIVE keeps writers out and lets readers in. In the order in which an append comes to them, so that an append that
-- is under way can end: no deadlock.
create function hold_read_models() returns void language sql as $$
    lock table public.snapshots, public.campaign_board, public.collaboration_pipeline, public.tasks in exclusive mode
$$;

-- Only rows that differ are written. So grants, policies and names of the table stay as they are, readers see the old
-- rows until the commit and the new ones after it, and a rebuild of what was right changes nothing.
create function flip_rebuild(p_table text, out removed bigint, out added bigint) language plpgsql as $$
begin
    execute format(
        'delete from public.%1$I as live where not exists (select from rebuild.%1$I as twin where twin = live)', p_table
    );
    get diagnostics removed = row_count;
    execute format('insert into public.%1$I table rebuild.%1$I except table public.%1$I', p_table);
    get diagnostics added = row_count;
end
$$;
