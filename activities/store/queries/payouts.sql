-- name: insert_payment_order
-- Makes out an order; nothing happens if this payout was ordered before.
insert into payment_orders (payout_id, collaboration_id, amount, currency, reference)
values ($1, $2, $3, $4, $5)
on conflict (payout_id) do nothing;

-- name: get_payment_order
-- The order that was made out for a payout.
select payout_id, collaboration_id, amount, currency, reference, created_at
from payment_orders
where payout_id = $1;

-- name: decide_payout_way
-- Notes by which way a payout goes; no row if that was decided before. By Stripe only if the creator has an account of
-- which Stripe has not said that it pays nothing out.
insert into payout_ways (payout_id, collaboration_id, campaign_id, amount, currency, way, account)
select
    $1::text,
    $2::text,
    (select campaign_id from collaboration_pipeline where collaboration_id = $2),
    $3::bigint,
    $4::text,
    case when found.account is null then 'order' else 'stripe' end,
    found.account
from (
    select (
        select creators.payout_account
        from collaboration_pipeline
        inner join creators on collaboration_pipeline.creator_id = creators.id
        where
            collaboration_pipeline.collaboration_id = $2
            and $5::boolean
            and coalesce(creators.payout_account_enabled, true)
            -- Made out by a release that did not decide.
            and not exists (select from payment_orders where payment_orders.payout_id = $1)
    ) as account
) as found
on conflict (payout_id) do nothing
returning payout_id;

-- name: get_payout_way
-- The way that was decided for a payout, and what came of it.
select * from payout_ways where payout_id = $1;

-- name: payout_of_transfer
-- Whose transfer it is: by its id, or by the payout that it says it is for if its id was never noted.
select payout_ways.payout_id, payout_ways.collaboration_id, payout_ways.campaign_id, pipeline.workspace
from payout_ways
inner join collaboration_pipeline as pipeline using (collaboration_id)
where payout_ways.transfer_id = $1 or (payout_ways.payout_id = $2 and payout_ways.transfer_id is null);

-- name: note_late_reversal
-- Money of an ended collaboration came back; more of it opens the matter again, the same changes nothing.
insert into late_reversals (
    transfer_id, payout_id, collaboration_id, campaign_id, workspace, amount, currency, reason
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (transfer_id) do update
set amount = excluded.amount, reason = excluded.reason, settled_at = null, settled_by = null
where late_reversals.amount < excluded.amount;

-- name: list_late_reversals
-- Those of a workspace that nobody has seen to, the oldest first.
select transfer_id, payout_id, collaboration_id, campaign_id, amount, currency, reason, noted_at
from late_reversals
where workspace = $1 and settled_at is null and (noted_at, transfer_id) > ($2, $3)
order by noted_at, transfer_id
limit $4;

-- name: settle_late_reversal
-- Somebody has seen to it; again changes nothing.
update late_reversals
set settled_at = coalesce(settled_at, clock_timestamp()), settled_by = coalesce(settled_by, $3)
where workspace = $1 and transfer_id = $2
returning transfer_id;

-- name: note_transfer
-- Stripe has made the transfer.
update payout_ways set transfer_id = $2, account = null where payout_id = $1 and transfer_id is null;

-- name: note_refused_transfer
-- Stripe will not make the transfer: the payout goes by payment order.
update payout_ways set refused = $2, account = null where payout_id = $1 and refused is null;

-- name: forget_payout_accounts
-- Takes the account out of transfers that may still be asked for, of a creator who is being erased.
update payout_ways set account = null
where
    account is not null
    and collaboration_id in (select collaboration_id from collaboration_pipeline where creator_id = $1);
