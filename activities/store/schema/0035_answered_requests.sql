-- Requests under an idempotency key that are no command of a stream, whose keys its events have: what was asked, and what
-- was answered, so that the same request again is answered alike and another one under its key is refused.
create table answered_requests (
    workspace text not null,
    -- Who has asked: the id of a key, a member or a creator.
    caller text not null,
    -- Method and address: keys belong to an address, as those of commands belong to a stream.
    call text not null,
    key text not null,
    -- Digest of the request, under a secret from outside of the database: nobody finds out by trying what was sent.
    fingerprint bytea not null,
    -- What of the answer cannot be made again from the request: no personal data. Null until it is known.
    answer jsonb,
    answered_at timestamptz,
    begun_at timestamptz not null default clock_timestamp(),
    primary key (workspace, caller, call, key)
);
