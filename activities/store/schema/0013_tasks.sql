-- Everything that waits for a person, of campaigns and collaborations alike; a row goes when its task is done.
create table tasks (
    stream text not null,
    name text not null,
    campaign_id text not null,
    collaboration_id text,
    workspace text not null,
    assignee text not null,
    opened_at timestamptz not null,
    due_at timestamptz not null,
    escalated boolean not null,
    extended boolean not null,
    primary key (stream, name)
);

-- A person's list, most urgent first.
create index tasks_by_assignee on tasks (workspace, assignee, due_at, stream, name);
create index tasks_by_campaign on tasks (campaign_id, due_at, stream, name);
