-- name: get_campaign
-- One campaign with its ledger.
select board.*, budget.currency, budget.total, budget.reserved, budget.committed, budget.paid
from campaign_board as board
inner join budget using (campaign_id)
where board.workspace = $1 and board.campaign_id = $2;

-- name: list_campaigns
-- A page of campaigns with their ledgers, newest first.
select board.*, budget.currency, budget.total, budget.reserved, budget.committed, budget.paid
from campaign_board as board
inner join budget using (campaign_id)
where
    board.workspace = $1
    and ($2::timestamptz is null or (board.started_at, board.campaign_id) < ($2, $3::text))
order by board.started_at desc, board.campaign_id desc
limit $4;

-- name: renewals_of
-- The campaigns that go on from one, the earliest first.
select campaign_id from campaign_board where workspace = $1 and renewal_of = $2 order by started_at, campaign_id;

-- name: count_collaborations
-- How many collaborations of some campaigns are in which stage, or have come to which end.
select campaign_id, stage, outcome, count(*) as collaborations
from collaboration_pipeline
where campaign_id = any($1::text [])
group by campaign_id, stage, outcome;

-- name: unfinished_campaigns
-- A page of the campaigns that have not ended, of all workspaces.
select campaign_id from campaign_board where outcome is null and campaign_id > $1 order by campaign_id limit $2;

-- name: campaigns_to_sweep
-- A page of the campaigns that have ended before all of their collaborations have, of all workspaces.
select campaign_id
from campaign_board as board
where
    outcome is not null
    and campaign_id > $1
    and exists (
        select from collaboration_pipeline as pipeline
        where pipeline.campaign_id = board.campaign_id and pipeline.outcome is null
    )
order by campaign_id
limit $2;
