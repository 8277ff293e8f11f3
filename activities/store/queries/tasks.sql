-- name: close_tasks
-- Removes a stream's tasks that are no longer open.
delete from tasks where stream = $1 and name <> all($2::text []);

-- name: open_tasks
-- Brings a stream's open tasks up to date.
insert into tasks (
    stream, name, campaign_id, collaboration_id, workspace, assignee, opened_at, due_at, escalated, extended
)
select
    $1, item.name, $2, $3, $4, item.assignee, item.opened_at, item.due_at, item.escalated, item.extended
from unnest($5::text [], $6::text [], $7::timestamptz [], $8::timestamptz [], $9::boolean [], $10::boolean [])
    as item (name, assignee, opened_at, due_at, escalated, extended)
on conflict (stream, name) do update
set
    assignee = excluded.assignee,
    opened_at = excluded.opened_at,
    due_at = excluded.due_at,
    escalated = excluded.escalated,
    extended = excluded.extended;

-- name: list_tasks
-- A page of open tasks, most urgent first.
select stream, name, campaign_id, collaboration_id, assignee, opened_at, due_at, escalated, extended
from tasks
where
    workspace = $1
    and ($2::text is null or assignee = $2)
    and ($3::text is null or campaign_id = $3)
    and ($4::text is null or collaboration_id = $4)
    and ($5::timestamptz is null or (due_at, stream, name) > ($5, $6::text, $7::text))
order by due_at, stream, name
limit $8;
