-- Transfers that were made, under the idempotency key that the payment service was given too.
create table payouts (
    payout_id text primary key,
    campaign_id text not null,
    collaboration_id text not null,
    amount bigint not null check (amount > 0),
    currency text not null,
    reference text not null,
    created_at timestamptz not null default clock_timestamp()
);

create index payouts_by_campaign on payouts (campaign_id, created_at);

create trigger append_only before update or delete or truncate on payouts
for each statement execute function refuse_change();
