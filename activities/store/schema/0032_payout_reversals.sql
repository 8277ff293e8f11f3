-- Money that came back when its collaboration was over: the stream takes no more events, so somebody has to see it here.
create table late_reversals (
    transfer_id text primary key,
    payout_id text not null,
    collaboration_id text not null,
    campaign_id text not null,
    workspace text not null,
    -- Of the transfer, in all.
    amount bigint not null check (amount > 0),
    currency text not null,
    reason text not null,
    noted_at timestamptz not null default clock_timestamp(),
    -- When, and under which key or member, somebody said that it is seen to; null again if more comes back.
    settled_at timestamptz,
    settled_by text,
    check ((settled_at is null) = (settled_by is null))
);

create index late_reversals_open on late_reversals (workspace, noted_at, transfer_id) where settled_at is null;

select keep_in_workspace('late_reversals');
revoke insert, delete on late_reversals from groundswell_app;

-- What Stripe last said of a creator's account, and when: whether money that arrives there goes on to their bank.
alter table creators add column payout_account_enabled boolean;
alter table creators add column payout_account_told_at timestamptz;
alter table creators add constraint told_of_an_account check (
    payout_account is not null or (payout_account_enabled is null and payout_account_told_at is null)
);
