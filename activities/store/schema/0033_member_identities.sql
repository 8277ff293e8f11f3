-- Which account at a provider of sign-ins (OpenID Connect) is which member: from the first sign-in on that account is the
-- member, whatever mail address it has, and whoever has the address next is not. Rows stay when a member leaves.
create table member_identities (
    member_id text not null references members (id),
    -- As GROUNDSWELL_OIDC_ISSUER has it.
    issuer text not null,
    -- SHA-256 of issuer and subject, since a subject may be a name or an address.
    subject bytea not null,
    bound_at timestamptz not null default clock_timestamp(),
    -- An account of each provider at most.
    primary key (member_id, issuer)
);
create index member_identities_by_subject on member_identities (subject);
