-- name: held_claims
-- The claims on these creators that are not over at an instant.
select creator_id, campaign_id, scope, name, present, exclusive, since, until, ended
from creator_claims
where creator_id = any($1::text []) and (not ended or until > $2)
order by creator_id, campaign_id, scope, name;
