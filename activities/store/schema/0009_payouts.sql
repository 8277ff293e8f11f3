-- What finance has to transfer, under the idempotency key that a payment service would be given too.
create table payment_orders (
    payout_id text primary key,
    collaboration_id text not null,
    amount bigint not null check (amount > 0),
    currency text not null,
    reference text not null unique,
    created_at timestamptz not null default clock_timestamp()
);

create trigger append_only before update or delete or truncate on payment_orders
for each statement execute function refuse_change();
