-- name: open_webhook
-- Notes a new webhook; none if its id is taken.
insert into webhooks (id, workspace, kind, url, secret, types, fingerprint, position)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do nothing;

-- name: get_webhook
-- A webhook of a workspace with everything that is noted of it.
select * from webhooks where workspace = $1 and id = $2;

-- name: hold_webhook
-- A webhook, held until the transaction ends.
select * from webhooks where workspace = $1 and id = $2 for update;

-- name: list_webhooks
-- All webhooks of a workspace, oldest first.
select * from webhooks where workspace = $1 order by created_at, id;

-- name: change_webhook
-- Writes what people may change, and takes the lease away, so that whoever sends looks again. To enable it forgives its
-- failures.
update webhooks
set
    url = $3,
    types = $4,
    enabled = $5,
    failures = case when $5 and not enabled then 0 else failures end,
    due_at = case when $5 then clock_timestamp() else due_at end,
    note = case when $5 then null when enabled then 'disabled by a person' else note end,
    disabled_at = case when $5 then null when enabled then clock_timestamp() else disabled_at end,
    told_at = case when $5 then null when enabled then clock_timestamp() else told_at end,
    lease = null
where workspace = $1 and id = $2
returning *;

-- name: replay_webhook
-- Moves a webhook's place back, once for an idempotency key; never forward, which would leave events out.
update webhooks
set
    position = case when replay_key is distinct from $4 then least(position, $3::bigint - 1) else position end,
    failures = case when replay_key is distinct from $4 then 0 else failures end,
    due_at = clock_timestamp(),
    replay_key = $4,
    lease = null
where workspace = $1 and id = $2
returning *;

-- name: close_webhook
-- Removes a webhook with its log.
with closed as (
    delete from webhooks where workspace = $1 and id = $2 returning id
), log as (
    delete from webhook_deliveries where webhook_id in (select id from closed)
)
select count(*) from closed;

-- name: claim_webhook
-- Takes a webhook of these kinds that is due and behind, for so long; the one that has waited longest.
update webhooks
set lease = $3, leased_until = clock_timestamp() + $4::interval
where id = (
    select id
    from webhooks
    where
        enabled and kind = any($1::text []) and position < $2 and due_at <= clock_timestamp()
        and (lease is null or leased_until < clock_timestamp())
    order by due_at
    limit 1
    for update skip locked
)
returning *;

-- name: webhook_received
-- Moves a webhook's place on and keeps the lease, if it is still held.
update webhooks
set
    position = $3,
    failures = 0,
    note = null,
    due_at = clock_timestamp() + $5::interval,
    leased_until = clock_timestamp() + $4::interval
where id = $1 and lease = $2
returning id;

-- name: webhook_failed
-- Notes a failure and when to try again; without such a time, that the webhook is disabled and why. Ends the lease.
update webhooks
set
    failures = failures + 1,
    due_at = clock_timestamp() + coalesce($3::interval, interval '0'),
    enabled = $3::interval is not null,
    note = $4,
    disabled_at = case when $3::interval is null then clock_timestamp() end,
    lease = null
where id = $1 and lease = $2
returning id;

-- name: release_webhook
-- Ends the lease; it is looked at again after so long.
update webhooks set lease = null, due_at = greatest(due_at, clock_timestamp() + $3::interval)
where id = $1 and lease = $2;

-- name: note_delivery
-- Logs an attempt, unless its webhook has been removed meanwhile.
insert into webhook_deliveries (webhook_id, event_id, type, position, attempt, status, failure, milliseconds)
select $1, $2, $3, $4, $5, $6, $7, $8
where exists (select from webhooks where id = $1);

-- name: forget_deliveries
-- Removes all but a webhook's last attempts from its log.
delete from webhook_deliveries
where webhook_id = $1 and id <= (select id from webhook_deliveries where webhook_id = $1 order by id desc offset $2 limit 1);

-- name: webhook_deliveries
-- The last attempts before one, newest first.
select id, event_id, type, position, attempt, status, failure, milliseconds, at
from webhook_deliveries
where webhook_id = $1 and id < coalesce($2, 9223372036854775807)
order by id desc
limit $3;

-- name: webhooks_to_tell_of
-- Webhooks that were disabled without anybody knowing it yet.
select id, workspace, kind, note, disabled_at, position from webhooks where not enabled and told_at is null;

-- name: webhook_told_of
-- Notes that somebody has been told of it, unless it has been enabled meanwhile.
update webhooks set told_at = clock_timestamp() where id = $1 and not enabled;

-- name: managers_under_way
-- Whom campaigns of a workspace that have not ended name as their managers; the newest campaigns' first, at most twenty.
select event.data -> 'brief' -> 'contacts' ->> 'manager' as manager
from campaign_board as board
inner join events as event on event.stream = 'campaign/' || board.campaign_id and event.type = 'CampaignStarted'
where board.workspace = $1 and board.outcome is null
group by 1
order by max(board.started_at) desc
limit 20;
