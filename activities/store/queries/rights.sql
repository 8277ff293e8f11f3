-- name: list_rights_clocks
-- A page of running clocks, what ends first first.
select stream, name, collaboration_id, campaign_id, creator_id, kind, deliverable, ends_at, told
from rights_clocks
where
    workspace = $1
    and ($2::timestamptz is null or ends_at < $2)
    and ($3::text is null or campaign_id = $3)
    and ($4::text is null or kind = $4)
    and ($5::timestamptz is null or (ends_at, stream, name) > ($5, $6::text, $7::text))
order by ends_at, stream, name
limit $8;

-- name: unfinished_rights
-- A page of the collaborations whose clocks run, of all workspaces.
select distinct collaboration_id
from rights_clocks
where collaboration_id > $1 and ($2::text is null or campaign_id = $2)
order by collaboration_id
limit $3;

-- name: without_rights
-- A page of the collaborations that have ended with a post live and whose clocks were never started.
select collaboration_id
from collaboration_pipeline as pipeline
where
    outcome is not null
    and stage in ('content_approval', 'monitoring')
    and collaboration_id > $1
    and ($2::text is null or campaign_id = $2)
    and not exists (select from streams where streams.stream = 'rights/' || pipeline.collaboration_id)
    and exists (
        select
        from events
        where events.stream = 'collaboration/' || pipeline.collaboration_id and events.type = 'PostPublished'
    )
order by collaboration_id
limit $3;
