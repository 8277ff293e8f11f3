-- name: insert_payout
-- Notes a transfer; no row comes back if this payout was made before.
insert into payouts (payout_id, campaign_id, collaboration_id, amount, currency, reference)
values ($1, $2, $3, $4, $5, $6)
on conflict (payout_id) do nothing
returning reference;

-- name: get_payout
-- The transfer that was made for a payout.
select payout_id, campaign_id, collaboration_id, amount, currency, reference, created_at
from payouts
where payout_id = $1;

-- name: payouts_of_campaign
-- All transfers of a campaign, oldest first.
select payout_id, campaign_id, collaboration_id, amount, currency, reference, created_at
from payouts
where campaign_id = $1
order by created_at, payout_id;
