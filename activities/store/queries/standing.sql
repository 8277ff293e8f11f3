-- name: standing_tasks
-- How many tasks wait for whom in which stage, how many of them are overdue, and for how many seconds the oldest one is.
select
    coalesce(pipeline.stage, board.stage, 'unknown') as stage,
    tasks.assignee,
    count(*) as waiting,
    count(*) filter (where tasks.due_at < now()) as overdue,
    coalesce(extract(epoch from now() - least(min(tasks.due_at), now())), 0)::double precision as late
from tasks
left join collaboration_pipeline as pipeline using (collaboration_id)
left join campaign_board as board on tasks.collaboration_id is null and tasks.campaign_id = board.campaign_id
group by 1, 2
order by 1, 2;

-- name: standing_unfinished
-- How many campaigns and collaborations have begun and not ended, and of how many of those some clock still runs.
select 'campaign' as kind, count(*) as streams from campaign_board where outcome is null
union all
select 'collaboration', count(*) from collaboration_pipeline where outcome is null
union all
select 'rights', count(distinct stream) from rights_clocks;

-- name: standing_mails
-- How many mails are under way, and how many of them nobody has tried for half an hour.
select count(*) as sending, count(*) filter (where begun_at < now() - interval '30 minutes') as abandoned
from mail_log
where state = 'sending';

-- name: standing_payouts
-- How many payouts are owed and not made, and for how many seconds the oldest one is.
select
    count(*) as waiting,
    coalesce(extract(epoch from now() - min(scheduled.recorded_at)), 0)::double precision as late
from collaboration_pipeline as pipeline
inner join events as scheduled
    on
        scheduled.stream = 'collaboration/' || pipeline.collaboration_id
        and scheduled.type = 'PayoutScheduled'
where
    pipeline.outcome is null
    and not exists (
        select
        from events as made
        where
            made.stream = scheduled.stream
            -- What finance was told to pay waits for finance, and not for us.
            and made.type in ('PayoutMade', 'PaymentOrdered')
            and made.data ->> 'payout_id' = scheduled.data -> 'payout' ->> 'id'
    );

-- name: standing_late_reversals
-- How many transfers came back when their collaborations were over, and nobody has seen to it.
select count(*) from late_reversals where settled_at is null;

-- name: standing_webhooks
-- How many webhooks are told of events, fail at it, or have been disabled.
select
    count(*) filter (where enabled and failures = 0) as fine,
    count(*) filter (where enabled and failures > 0) as failing,
    count(*) filter (where not enabled) as disabled
from webhooks;
