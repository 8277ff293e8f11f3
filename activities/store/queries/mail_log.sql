-- name: begin_mail
-- Notes that a mail is about to go out; no row comes back if it was noted before.
insert into mail_log (event_id, recipient_role, template) values ($1, $2, $3)
on conflict (event_id, recipient_role) do nothing
returning state;

-- name: mail_state
-- How far a mail has come.
select state from mail_log where event_id = $1 and recipient_role = $2;

-- name: finish_mail
-- Notes that a mail went out; the first time counts.
update mail_log
set state = 'sent', message_id = $3, sent_at = clock_timestamp()
where event_id = $1 and recipient_role = $2 and state = 'sending';

-- name: unsent_mails
-- Of these events those without a mail to that role, or to anyone, that is known to have gone out.
select item.event_id
from unnest($1::uuid []) with ordinality as item (event_id, nth)
where not exists (
    select from mail_log
    where
        mail_log.event_id = item.event_id
        and mail_log.state = 'sent'
        and ($2::text is null or mail_log.recipient_role = $2)
)
order by item.nth;
