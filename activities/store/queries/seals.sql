-- name: get_seal
-- The workspace's seal.
select private_key, certificates from seals where workspace = $1;

-- name: replace_seal
-- Contracts are sealed with another key from now on.
insert into seals (workspace, private_key, certificates) values ($1, $2, $3)
on conflict (workspace) do update set private_key = $2, certificates = $3, created_at = clock_timestamp();

-- name: put_seal
-- Keeps a seal; the first one stays.
insert into seals (workspace, private_key, certificates) values ($1, $2, $3) on conflict (workspace) do nothing;
