-- Which mails went out, so that a retry or a resume tells nobody twice. 'sending' without an end is a crash between.
create table mail_log (
    event_id uuid not null,
    audience text not null,
    template text not null,
    state text not null default 'sending' check (state in ('sending', 'sent')),
    -- The same at every attempt.
    message_id text not null,
    begun_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz,
    -- One event tells one side one thing.
    primary key (event_id, audience),
    check ((state = 'sent') = (sent_at is not null))
);
