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
    and ($8::text is null or outcome = $8)
order by rank, collaboration_id
limit $7;

-- name: most_urgent_collaborations
-- A page of a campaign's collaborations that are under way in one stage, the earliest deadline first, best ranked first
-- among those without one.
select *
from collaboration_pipeline
where
    workspace = $1
    and campaign_id = $2
    and stage = $3
    and outcome is null
    and (coalesce(due_at, 'infinity'), rank, collaboration_id) > (coalesce($4::timestamptz, 'infinity'), $5::integer, $6::text)
order by coalesce(due_at, 'infinity'), rank, collaboration_id
limit $7;

-- name: unfinished_collaborations
-- A page of the collaborations that have not ended, of all workspaces.
select collaboration_id
from collaboration_pipeline
where outcome is null and collaboration_id > $1 and ($2::text is null or campaign_id = $2)
order by collaboration_id
limit $3;

-- name: ended_collaborations
-- Those of some collaborations that are over.
select collaboration_id
from collaboration_pipeline
where collaboration_id = any($1::text []) and outcome is not null;

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
