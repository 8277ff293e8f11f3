-- Where a creator is paid: the id of their connected account at Stripe. Beside the profile, which every import replaces.
alter table creators add column payout_account text;
alter table creators drop constraint erased_for_good;
alter table creators add constraint erased_for_good
check (erased_at is null or (opted_out and profile = '{}' and audience is null and payout_account is null));

-- By which way a payout goes, decided once and before anything is sent: whatever happens to the creator's account or to
-- our settings between two attempts, the second one does not go the other way and pay again.
create table payout_ways (
    payout_id text primary key,
    collaboration_id text not null,
    campaign_id text,
    amount bigint not null check (amount > 0),
    currency text not null,
    way text not null check (way in ('order', 'stripe')),
    -- Only as long as a transfer to it may still be asked for.
    account text check (account is null or way = 'stripe'),
    -- Stripe's own id of the transfer, once it is known to have been made.
    transfer_id text unique,
    -- Stripe's code for why it made none: then a payment order was made out.
    refused text,
    decided_at timestamptz not null default clock_timestamp(),
    check (way = 'stripe' or (transfer_id is null and refused is null)),
    check (transfer_id is null or refused is null),
    check (account is null or (transfer_id is null and refused is null))
);

create index payout_ways_under_way on payout_ways (collaboration_id) where account is not null;
