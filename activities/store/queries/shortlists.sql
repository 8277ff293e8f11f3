-- name: insert_shortlist
-- Claims a digest; no row comes back if the list is kept already.
insert into shortlists (digest, size) values ($1, $2) on conflict (digest) do nothing returning digest;

-- name: insert_shortlist_entries
-- The entries of a new list, ranked from 1 in the order given.
insert into shortlist_entries (digest, rank, creator_id, score, evidence)
select $1, item.rank, item.creator_id, item.score, item.evidence
from unnest($2::text [], $3::double precision [], $4::jsonb []) with ordinality
    as item (creator_id, score, evidence, rank);

-- name: shortlist_size
-- How many creators a list has.
select size from shortlists where digest = $1;

-- name: read_shortlist
-- The entries of a list after a rank, best first.
select rank, creator_id, score, evidence
from shortlist_entries
where digest = $1 and rank > $2
order by rank
limit $3;
