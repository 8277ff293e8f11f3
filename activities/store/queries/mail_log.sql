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

-- name: streams_without_mail
-- A page of the streams of one kind with an event of these types for which no mail is known to have gone out.
select distinct stream
from events
where
    type = any($1::text [])
    and starts_with(stream, $2)
    and stream > $3
    and ($4::text is null or correlation_id = $4)
    and not exists (select from mail_log where mail_log.event_id = events.event_id and state = 'sent')
    -- Nobody writes to, or about, somebody who has been erased.
    and not exists (
        select
        from collaboration_pipeline as pipeline
        inner join creators on creators.id = pipeline.creator_id
        where
            creators.erased_at is not null
            -- Also of what outlives a collaboration, whose stream has the same id.
            and pipeline.collaboration_id = split_part(events.stream, '/', 2)
    )
order by stream
limit $5;
