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
-- Notes by which way a payout goes; no row if that was decided before. By Stripe only if the creator has an account.
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
            -- Made out by a release that did not decide.
            and not exists (select from payment_orders where payment_orders.payout_id = $1)
    ) as account
) as found
on conflict (payout_id) do nothing
returning payout_id;

-- name: get_payout_way
-- The way that was decided for a payout, and what came of it.
select * from payout_ways where payout_id = $1;

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
