-- One row a campaign. What it spent is in `budget`, how far its creators are in `collaboration_pipeline`.
create table campaign_board (
    campaign_id text primary key,
    workspace text not null,
    brand text not null,
    product text not null,
    category text not null,
    creators_wanted integer not null,
    invited integer not null,
    stage text not null,
    outcome text,
    version bigint not null,
    started_at timestamptz not null,
    updated_at timestamptz not null
);

create index campaign_board_newest_first on campaign_board (workspace, started_at desc, campaign_id desc);

-- What a resume starts again.
create index campaign_board_unfinished on campaign_board (campaign_id) where outcome is null;
