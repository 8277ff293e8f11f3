-- name: begin_request
-- Notes what is asked under a key, unless something was before.
insert into answered_requests (workspace, caller, call, key, fingerprint) values ($1, $2, $3, $4, $5)
on conflict (workspace, caller, call, key) do nothing;

-- name: get_request
-- What was asked under a key, and how it was answered.
select fingerprint, answer, answered_at from answered_requests
where workspace = $1 and caller = $2 and call = $3 and key = $4;

-- name: answer_request
-- Notes the answer; the first one stays, if two of the same request were under way. It is what counts.
insert into answered_requests as noted (workspace, caller, call, key, fingerprint, answer, answered_at)
values ($1, $2, $3, $4, $5, $6, clock_timestamp())
on conflict (workspace, caller, call, key) do update
set
    answer = case when noted.answered_at is null then excluded.answer else noted.answer end,
    answered_at = coalesce(noted.answered_at, excluded.answered_at)
returning answer;

-- name: forget_request
-- Frees a key whose request was refused, so that nothing came of it.
delete from answered_requests
where workspace = $1 and caller = $2 and call = $3 and key = $4 and answered_at is null;
