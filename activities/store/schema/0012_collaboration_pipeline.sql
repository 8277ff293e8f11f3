-- One row a collaboration: who is how far in a campaign, and for whom it waits.
create table collaboration_pipeline (
    collaboration_id text primary key,
    campaign_id text not null,
    workspace text not null,
    creator_id text not null,
    rank integer not null,
    stage text not null,
    -- Both sides sign at the same time, so it may wait for both; empty once it has ended.
    waiting_on text [] not null,
    due_at timestamptz,
    outcome text,
    -- The agreed fee in minor units, once there is one.
    fee bigint,
    currency text not null,
    version bigint not null,
    updated_at timestamptz not null
);

-- The order of pages: best first.
create index collaboration_pipeline_by_rank on collaboration_pipeline (campaign_id, rank, collaboration_id);

-- The counts on a campaign's board.
create index collaboration_pipeline_by_stage on collaboration_pipeline (campaign_id, stage, outcome);

-- What a resume starts again.
create index collaboration_pipeline_unfinished on collaboration_pipeline (collaboration_id) where outcome is null;
