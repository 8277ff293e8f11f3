-- The only way in. Appends the events of one command to one stream, or refuses and leaves nothing behind:
--   GS001  the stream is not at the expected version
--   GS002  the command id was used before, with another command
--   GS003, GS004, GS005  the ledger says no (0003_budget.sql), or the stream belongs to another workspace
-- A repeated command returns the events that it caused the first time, whatever version is expected now.
create function append_events(
    p_stream text,
    p_expected bigint,
    p_event_ids uuid [],
    p_types text [],
    p_schema_versions integer [],
    p_data jsonb [],
    p_metadata jsonb,
    p_moves jsonb
) returns table (
    repeated boolean,
    stream text,
    version bigint,
    event_id uuid,
    type text,
    schema_version integer,
    data jsonb,
    metadata jsonb,
    recorded_at timestamptz,
    "position" bigint
) language plpgsql as $$
#variable_conflict use_column
declare
    v_stream streams;
    v_command commands;
    v_repeated boolean;
    v_first bigint := p_expected + 1;
    v_last bigint := p_expected + cardinality(p_types);
begin
    -- Writers of one stream queue here until the winner commits, the writers of its first event included. Every
    -- statement below sees what the winner wrote, which is why the transaction must be READ COMMITTED.
    insert into streams (stream, version, workspace) values (p_stream, 0, p_metadata ->> 'workspace')
    on conflict (stream) do nothing;
    select * into strict v_stream from streams where stream = p_stream for update;
    if v_stream.workspace <> p_metadata ->> 'workspace' then
        raise exception 'other workspace' using errcode = 'GS005',
            detail = jsonb_build_object('kind', 'stream', 'id', p_stream);
    end if;

    select * into v_command from commands where stream = p_stream and command_id = p_metadata ->> 'command_id';
    v_repeated := found;
    if v_repeated and v_command.fingerprint <> p_metadata ->> 'fingerprint' then
        raise exception 'command id reused' using errcode = 'GS002',
            detail = jsonb_build_object('key', p_metadata ->> 'command_id');
    end if;

    if v_repeated then
        v_first := v_command.first_version;
        v_last := v_command.last_version;
    else
        if v_stream.version <> p_expected then
            raise exception 'version conflict' using errcode = 'GS001', detail = jsonb_build_object(
                'stream', p_stream, 'expected', p_expected, 'actual', v_stream.version
            );
        end if;
        perform move_budget(p_moves);
        -- From here to commit one append a campaign, so that whoever reads a campaign by position and comes back for
        -- what is after the last one misses nothing. Last of the locks, hence no cycle with the rows locked above.
        perform pg_advisory_xact_lock(hashtextextended('campaign order ' || (p_metadata ->> 'correlation_id'), 0));
        insert into events (
            stream, version, event_id, type, schema_version, data, metadata, correlation_id, workspace
        )
        select
            p_stream, p_expected + item.nth, item.event_id, item.type, item.schema_version, item.data, p_metadata,
            p_metadata ->> 'correlation_id', p_metadata ->> 'workspace'
        from unnest(p_event_ids, p_types, p_schema_versions, p_data) with ordinality
            as item (event_id, type, schema_version, data, nth)
        order by item.nth;
        insert into commands (stream, command_id, fingerprint, first_version, last_version)
        values (p_stream, p_metadata ->> 'command_id', p_metadata ->> 'fingerprint', v_first, v_last);
        update streams set version = v_last where stream = p_stream;
    end if;

    return query
    select
        v_repeated, stored.stream, stored.version, stored.event_id, stored.type, stored.schema_version, stored.data,
        stored.metadata, stored.recorded_at, stored.position
    from events as stored
    where stored.stream = p_stream and stored.version between v_first and v_last
    order by stored.version;
end
$$;
