-- The key that seals a workspace's concluded contracts, and its certificate for whoever checks them. The key is encrypted
-- with that of the workspace; it is made when the first contract is sealed,
-- unless an operator has given one from a certificate authority.
create table seals (
    workspace text primary key,
    private_key bytea not null,
    certificates bytea not null,
    created_at timestamptz not null default clock_timestamp()
);
