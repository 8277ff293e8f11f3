-- name: save_collaboration
-- Brings a collaboration's row up to date.
insert into collaboration_pipeline (
    collaboration_id, campaign_id, workspace, creator_id, rank, stage, waiting_on, due_at, outcome, fee, currency,
    version, updated_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (collaboration_id) do update
set
    stage = excluded.stage,
    waiting_on = excluded.waiting_on,
    due_at = excluded.due_at,
    outcome = excluded.outcome,
    fee = excluded.fee,
    version = excluded.version,
    updated_at = excluded.updated_at;

-- name: get_collaboration
-- One collaboration.
select * from collaboration_pipeline where workspace = $1 and collaboration_id = $2;

-- name: list_collaborations
-- A page of a campaign's collaborations, best ranked first.
select *
from collaboration_pipeline
where
    workspace = $1
    and campaign_id = $2
    and ($3::text is null or stage = $3)
    and ($4::text is null or $4 = any(waiting_on))
    and (rank, collaboration_id) > ($5::integer, $6::text)
order by rank, collaboration_id
limit $7;

-- name: unfinished_collaborations
-- A page of the collaborations that have not ended, of all workspaces.
select collaboration_id
from collaboration_pipeline
where outcome is null and collaboration_id > $1 and ($2::text is null or campaign_id = $2)
order by collaboration_id
limit $3;

-- name: count_progress
-- How a campaign's collaborations stand: by outcome, and `active` and `engaged` beside it.
select coalesce(outcome, 'active') as standing, count(*) as collaborations
from collaboration_pipeline
where campaign_id = $1
group by coalesce(outcome, 'active')
union all
-- A concluded contract that holds; `coalesce` keeps those that have not ended.
select 'engaged', count(*)
from collaboration_pipeline
where
    campaign_id = $1
    and stage in ('content_approval', 'monitoring')
    and coalesce(outcome, 'completed') = 'completed';
