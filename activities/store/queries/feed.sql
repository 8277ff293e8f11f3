-- name: settled_position
-- Up to where every event that there will ever be is there, and the last position that was taken.
select settled, taken from settled_position();

-- name: feed_barrier
-- The same, with how long the oldest append that readers wait for has been open, and in which session.
select settled, taken, age, pid from feed_barrier();

-- name: read_feed
-- Events after a position, up to a settled one, in order.
select stream, version, event_id, type, schema_version, data, metadata, recorded_at, position
from events
where position > $1 and position <= $2
order by position
limit $3;

-- name: read_feed_of_types
-- Events of some types after a position, up to a settled one, in order.
select stream, version, event_id, type, schema_version, data, metadata, recorded_at, position
from events
where position > $1 and position <= $2 and type = any($4::text [])
order by position
limit $3;

-- name: read_feed_of_campaigns
-- Events of some campaigns after a position, up to a settled one, in order.
select stream, version, event_id, type, schema_version, data, metadata, recorded_at, position
from events
where correlation_id = any($4::text []) and position > $1 and position <= $2
order by position
limit $3;

-- name: hint_feed
-- Tells whoever listens that there is something new; how much, and whether it is settled, only a read can say.
select pg_notify('groundswell_feed', '');

-- name: open_subscription
-- Notes a new subscription, before its first event.
insert into subscriptions (name, position) values ($1, $2) on conflict (name) do nothing;

-- name: lock_subscription
-- How far a subscription has come; whoever runs it too waits until the end of the transaction.
select position from subscriptions where name = $1 for update;

-- name: move_subscription
-- Notes how far a subscription has come.
update subscriptions set position = $2, updated_at = clock_timestamp() where name = $1;

-- name: subscriptions
-- How far each subscription has come.
select name, position, updated_at from subscriptions order by name;

-- name: subscription_position
-- How far a subscription has come.
select position from subscriptions where name = $1;

-- name: take_turn_to_reconcile
-- Whether it is this session's turn, which lasts until the session gives it back or ends.
select pg_try_advisory_lock(6724133019);

-- name: give_turn_to_reconcile
-- Gives the turn back.
select pg_advisory_unlock(6724133019);

-- name: read_for_reconciliation
-- Who decided what was appended after a position, whether it is the last of its stream, and whether it is old enough.
select
    events.position,
    events.stream,
    events.version,
    streams.version as latest,
    events.metadata -> 'actor' ->> 'role' as role,
    events.recorded_at < clock_timestamp() - $4::interval as old
from events
inner join streams on streams.stream = events.stream
where events.position > $1 and events.position <= $2
order by events.position
limit $3;
