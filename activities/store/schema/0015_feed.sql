-- The order of all events, and how far it is settled.
--
-- A position is taken before its transaction commits, so a reader that goes by position alone would pass over an event
-- that commits late. Therefore an append first leaves a mark, in shared memory and until its transaction ends: a shared
-- advisory lock on the last position that was taken so far. All positions of that append are above its mark. So up to
-- the lowest mark there is, everything that will ever be there is there.
--
-- Marks are of this database only, unlike transaction ids, and nothing of them is in the data: positions mean the same
-- after dump and restore.

-- The key of a mark: 16 bits that tell it from other advisory locks, before 48 bits of position, 2.8e14 of them. Who makes
-- one gives the sequence as it is, and takes positions from it only afterwards. A hash that somebody else locks may look
-- like a mark, one in 65,536: it can hold readers up while it is held, and never lets them go too far.
create function feed_mark(p_last_value bigint, p_is_called boolean) returns bigint language sql immutable as $$
    select 18286::bigint << 48 | case when p_is_called then p_last_value else 0 end
$$;

-- The marks there are, and who made them.
create view feed_marks as
select
    (lock.classid::bigint & 65535) << 32 | lock.objid::bigint as position,
    lock.pid
from pg_locks as lock
where
    lock.locktype = 'advisory'
    and lock.objsubid = 1
    and lock.classid::bigint >> 16 = feed_mark(0, true) >> 48
    and lock.database = (select oid from pg_database where datname = current_database());

-- The position up to which nothing will appear any more. A query that relies on it must be a later statement of a READ
-- COMMITTED transaction: in the same statement, or under an older snapshot, it would not see what settled just now.
create function settled_position(out settled bigint, out taken bigint) language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the feed is read under READ COMMITTED only' using errcode = 'invalid_transaction_state';
    end if;
    if pg_is_in_recovery() then
        raise exception 'the feed is read on the primary only: a replica does not see marks'
            using errcode = 'invalid_transaction_state';
    end if;
    -- In this order. Whoever takes a position up to `taken` made its mark before; if the mark is gone when marks are
    -- looked at, that append has ended, and a later statement sees what it committed.
    select case when is_called then last_value else 0 end into taken from feed_position;
    select least(taken, min(feed_marks.position)) into settled from feed_marks;
end
$$;

-- What readers wait for: where they are held up, how much is taken beyond, and for how long the oldest append that holds
-- them up has been open. A healthy `age` is milliseconds; `pid` is whom to ask.
create function feed_barrier(out settled bigint, out taken bigint, out age interval, out pid integer)
language plpgsql as $$
begin
    select position.settled, position.taken into settled, taken from settled_position() as position;
    select clock_timestamp() - activity.xact_start, activity.pid into age, pid
    from feed_marks
    inner join pg_stat_activity as activity using (pid)
    order by activity.xact_start
    limit 1;
    age := coalesce(age, interval '0');
end
$$;

-- How far each subscription has come. Written in the transaction of what it keeps (activities/store/subscriptions.py).
create table subscriptions (
    name text primary key,
    position bigint not null check (position >= 0),
    updated_at timestamptz not null default clock_timestamp()
);
