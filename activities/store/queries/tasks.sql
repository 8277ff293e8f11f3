-- name: list_tasks
-- A page of open tasks, most urgent first.
select stream, name, campaign_id, collaboration_id, assignee, opened_at, due_at, escalated, extended, time_zone
from tasks
where
    workspace = $1
    and ($2::text is null or assignee = $2)
    and ($3::text is null or campaign_id = $3)
    and ($4::text is null or collaboration_id = $4)
    and ($9::text is null or $9 = case
        when assignee = 'creator' then 'creator' when escalated then 'escalation' else 'manager'
    end)
    and ($5::timestamptz is null or (due_at, stream, name) > ($5, $6::text, $7::text))
order by due_at, stream, name
limit $8;
