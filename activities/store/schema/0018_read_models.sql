-- Read models in one statement with the append that changes them, and the first one over many streams.

-- Writes what an append has changed of the read models: rows by the names of their tables, and the names of the tasks of
-- one stream that are no longer open. Rows that stay as they are, are not in it.
create function show_read_models(p_shown jsonb) returns boolean language plpgsql as $$
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
    return true;
end
$$;

-- Room on each page for the next version of a row, which then needs no new entries in indexes.
alter table collaboration_pipeline set (fillfactor = 80);
alter table campaign_board set (fillfactor = 80);

-- What a creator's collaborations have come to, over all campaigns of a workspace (domain/track_record.py). Kept by the
-- subscription of the same name; a row goes when its creator is erased.
create table creator_track_records (
    creator_id text primary key,
    workspace text not null,
    record jsonb not null
);
