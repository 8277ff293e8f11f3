-- The only way in. Appends the events of one command to one stream, or refuses and leaves nothing behind:
--   GS001  the stream is not at the expected version
--   GS002  the command id was used before, with another command
--   GS003, GS004, GS005  the ledger says no (0003_budget.sql), or the stream belongs to another workspace
--   GS006  another campaign's claim on the creator says no (0014_exclusivity.sql)
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

-- What the metadata say is given once more by itself: to find it in JSON costs more than to send it. A ledger or read
-- models that do not change are null.
create function append_events(
    p_stream text,
    p_expected bigint,
    p_event_ids uuid [],
    p_types text [],
    p_schema_versions integer [],
    p_data json [],
    p_metadata json,
    p_command_id text,
    p_fingerprint text,
    p_correlation_id text,
    p_workspace text,
    p_moves jsonb,
    p_claims jsonb,
    p_shown jsonb,
    out repeated boolean,
    out first_version bigint,
    out last_version bigint,
    out positions bigint [],
    out recorded_at timestamptz
) language plpgsql as $$
declare
    v_version bigint;
    v_workspace text;
    v_hash bytea;
    v_hashes bytea [];
    v_metadata_digest text;
    v_microseconds text;
    v_command commands;
begin
    -- Writers of one stream queue here until the winner commits, the writers of its first event included. Every
    -- statement below sees what the winner wrote, which is why the transaction must be READ COMMITTED.
    select version, workspace, hash into v_version, v_workspace, v_hash
    from streams where stream = p_stream for update;
    if not found then
        insert into streams (stream, version, workspace, hash) values (p_stream, 0, p_workspace, '')
        on conflict (stream) do nothing;
        select version, workspace, hash into strict v_version, v_workspace, v_hash
        from streams where stream = p_stream for update;
    end if;
    if v_workspace <> p_workspace then
        raise exception 'other workspace' using errcode = 'GS005',
            detail = jsonb_build_object('kind', 'stream', 'id', p_stream);
    end if;

    first_version := p_expected + 1;
    last_version := p_expected + cardinality(p_types);
    repeated := v_version <> p_expected;
    if not repeated then
        insert into commands (stream, command_id, fingerprint, first_version, last_version)
        values (p_stream, p_command_id, p_fingerprint, first_version, last_version)
        on conflict do nothing;
        repeated := not found;
    end if;
    if repeated then
        select * into v_command from commands where stream = p_stream and command_id = p_command_id;
        if not found then
            raise exception 'version conflict' using errcode = 'GS001', detail = jsonb_build_object(
                'stream', p_stream, 'expected', p_expected, 'actual', v_version
            );
        end if;
        if v_command.fingerprint <> p_fingerprint then
            raise exception 'command id reused' using errcode = 'GS002',
                detail = jsonb_build_object('key', p_command_id);
        end if;
        first_version := v_command.first_version;
        last_version := v_command.last_version;
        return;
    end if;

    if p_moves is not null then
        perform move_budget(p_moves);
    end if;

    -- The append's mark, before its first position: see 0015_feed.sql.
    perform pg_advisory_xact_lock_shared(feed_mark(last_value, is_called)) from feed_position;
    recorded_at := clock_timestamp();
    v_microseconds := (extract(epoch from recorded_at) * 1000000)::bigint;
    v_metadata_digest := encode(sha256(convert_to(p_metadata::text, 'UTF8')), 'hex');
    for nth in 1 .. cardinality(p_types) loop
        positions[nth] := nextval('feed_position');
        v_hash := sha256(v_hash || event_digest(
            p_stream, p_expected + nth, p_event_ids[nth], p_types[nth], p_schema_versions[nth], positions[nth],
            v_microseconds, v_metadata_digest, p_data[nth]
        ));
        v_hashes[nth] := v_hash;
    end loop;
    -- Not from unnest(...) with several arrays: it would fill a table with each of them first.
    insert into events (
        position, stream, version, event_id, type, schema_version, data, metadata, correlation_id, workspace,
        recorded_at, hash
    )
    select
        unnest(positions), p_stream, generate_series(append_events.first_version, append_events.last_version),
        unnest(p_event_ids), unnest(p_types), unnest(p_schema_versions), unnest(p_data), p_metadata, p_correlation_id,
        p_workspace, append_events.recorded_at, unnest(v_hashes);
    update streams set version = append_events.last_version, hash = v_hash where stream = p_stream;

    if p_claims is not null then
        perform move_claims(p_claims);
    end if;
    if p_shown is not null then
        perform show_read_models(p_shown);
    end if;
end
$$;
