-- name: begin_mail
-- Notes that a mail is about to go out, or about to be tried again; no row comes back if it has gone out.
insert into mail_log (event_id, audience, template, message_id) values ($1, $2, $3, $4)
on conflict (event_id, audience) do update set begun_at = clock_timestamp() where mail_log.state = 'sending'
returning state;

-- name: finish_mail
-- Notes that a mail went out; the first time counts.
update mail_log
set state = 'sent', sent_at = clock_timestamp()
where event_id = $1 and audience = $2 and state = 'sending';

-- name: sent_mails
-- The mails of these events that are known to have gone out.
select event_id, template, audience
from mail_log
where event_id = any($1::uuid []) and state = 'sent';
