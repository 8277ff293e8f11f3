-- Which mails went out, so that a retry or a resume tells nobody twice. 'sending' without an end is a crash between.
create table mail_log (
    event_id uuid not null,
    recipient_role text not null,
    template text not null,
    state text not null default 'sending' check (state in ('sending', 'sent')),
    message_id text,
    begun_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz,
    -- One event tells one side one thing.
    primary key (event_id, recipient_role),
    check ((state = 'sent') = (sent_at is not null and message_id is not null))
);
