-- name: insert_shortlist
-- Claims a digest; no row comes back if the list is kept already.
insert into shortlists (digest, size) values ($1, $2) on conflict (digest) do nothing returning digest;

-- name: insert_shortlist_entries
-- The entries of a new list, ranked from 1 in the order given.
insert into shortlist_entries (digest, rank, creator_id, score, certainty, evidence)
select
    $1,
    item.nth,
    item.entry ->> 'creator_id',
    (item.entry ->> 'score')::double precision,
    (item.entry ->> 'certainty')::double precision,
    item.entry -> 'evidence'
from jsonb_array_elements($2::jsonb) with ordinality as item (entry, nth);

-- name: shortlist_size
-- How many creators a list has.
select size from shortlists where digest = $1;

-- name: read_shortlist
-- The entries of a list after a rank, best first.
select rank, creator_id, score, certainty, evidence
from shortlist_entries
where digest = $1 and rank > $2
order by rank
limit $3;
