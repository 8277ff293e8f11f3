-- The only way in. Appends the events of one command to one stream, or refuses and leaves nothing behind:
--   GS001  the stream is not at the expected version
--   GS002  the command id was used before, with another command
--   GS003, GS004, GS005  the ledger says no (0003_budget.sql), or the stream belongs to another workspace
-- A repeated command changes nothing and says which events it caused the first time, whatever is expected now.

-- What a hash says of an event, in lines. No field holds a line end, so nothing can be moved from one to the next. The
-- metadata, which the events of one command share, count by their own digest.
-- Plain concatenation in a STABLE function: only so does PostgreSQL put it into the expression of whoever calls it.
create function event_digest(
    p_stream text, p_version bigint, p_event_id uuid, p_type text, p_schema_version integer, p_position bigint,
    p_microseconds text, p_metadata_digest text, p_data json
) returns bytea language sql stable as $$
    select sha256(convert_to(
        p_stream || e'\n' || p_version::text || e'\n' || p_event_id::text || e'\n' || p_type || e'\n'
        || p_schema_version::text || e'\n' || p_position::text || e'\n' || p_microseconds || e'\n'
        || p_metadata_digest || e'\n' || p_data::text,
        'UTF8'
    ))
$$;

create function append_events(
    p_stream text,
    p_expected bigint,
    p_event_ids uuid [],
    p_types text [],
    p_schema_versions integer [],
    p_data json [],
    p_metadata json,
    p_moves jsonb,
    out repeated boolean,
    out first_version bigint,
    out last_version bigint,
    out positions bigint [],
    out recorded_at timestamptz
) language plpgsql as $$
declare
    v_workspace text := p_metadata ->> 'workspace';
    v_correlation text := p_metadata ->> 'correlation_id';
    v_command_id text := p_metadata ->> 'command_id';
    v_stream streams;
    v_command commands;
    v_hashes bytea [];
    v_metadata_digest text;
    v_microseconds text;
begin
    -- Writers of one stream queue here until the winner commits, the writers of its first event included. Every
    -- statement below sees what the winner wrote, which is why the transaction must be READ COMMITTED.
    select * into v_stream from streams where stream = p_stream for update;
    if not found then
        insert into streams (stream, version, workspace, hash) values (p_stream, 0, v_workspace, '')
        on conflict (stream) do nothing;
        select * into strict v_stream from streams where stream = p_stream for update;
    end if;
    if v_stream.workspace <> v_workspace then
        raise exception 'other workspace' using errcode = 'GS005',
            detail = jsonb_build_object('kind', 'stream', 'id', p_stream);
    end if;

    first_version := p_expected + 1;
    last_version := p_expected + cardinality(p_types);
    repeated := v_stream.version <> p_expected;
    if not repeated then
        insert into commands (stream, command_id, fingerprint, first_version, last_version)
        values (p_stream, v_command_id, p_metadata ->> 'fingerprint', first_version, last_version)
        on conflict do nothing;
        repeated := not found;
    end if;
    if repeated then
        select * into v_command from commands where stream = p_stream and command_id = v_command_id;
        if not found then
            raise exception 'version conflict' using errcode = 'GS001', detail = jsonb_build_object(
                'stream', p_stream, 'expected', p_expected, 'actual', v_stream.version
            );
        end if;
        if v_command.fingerprint <> p_metadata ->> 'fingerprint' then
            raise exception 'command id reused' using errcode = 'GS002',
                detail = jsonb_build_object('key', v_command_id);
        end if;
        first_version := v_command.first_version;
        last_version := v_command.last_version;
        return;
    end if;

    if p_moves <> '[]' then
        perform move_budget(p_moves);
    end if;

    -- The append's mark, before its first position: see 0015_feed.sql.
    perform pg_advisory_xact_lock_shared(feed_mark(last_value, is_called)) from feed_position;
    recorded_at := clock_timestamp();
    v_microseconds := (extract(epoch from recorded_at) * 1000000)::bigint;
    v_metadata_digest := encode(sha256(convert_to(p_metadata::text, 'UTF8')), 'hex');
    for nth in 1 .. cardinality(p_types) loop
        positions[nth] := nextval('feed_position');
        v_stream.hash := sha256(v_stream.hash || event_digest(
            p_stream, p_expected + nth, p_event_ids[nth], p_types[nth], p_schema_versions[nth], positions[nth],
            v_microseconds, v_metadata_digest, p_data[nth]
        ));
        v_hashes[nth] := v_stream.hash;
    end loop;
    insert into events (
        position, stream, version, event_id, type, schema_version, data, metadata, correlation_id, workspace,
        recorded_at, hash
    )
    select
        item.position, p_stream, p_expected + item.nth, item.event_id, item.type, item.schema_version, item.data,
        p_metadata, v_correlation, v_workspace, append_events.recorded_at, item.hash
    from unnest(positions, p_event_ids, p_types, p_schema_versions, p_data, v_hashes) with ordinality
        as item (position, event_id, type, schema_version, data, hash, nth);
    update streams set version = append_events.last_version, hash = v_stream.hash where stream = p_stream;
end
$$;
