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
