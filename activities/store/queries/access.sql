-- name: add_workspace
-- Opens a workspace; one that exists stays as it is.
insert into workspaces (id) values ($1) on conflict (id) do nothing;

-- name: create_api_key
-- Notes a new key of a workspace, by its digest.
insert into api_keys (
    id, workspace, name, role, limit_amount, limit_currency, campaign_id, read_only, digest, created_by, created_at,
    expires_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (id) do nothing
returning *;

-- name: find_api_key
-- A key by the part of it that may be shown.
select * from api_keys where id = $1;

-- name: hold_api_key
-- A key of a workspace, held until the transaction ends.
select * from api_keys where workspace = $1 and id = $2 for update;

-- name: list_api_keys
-- All keys of a workspace, oldest first.
select * from api_keys where workspace = $1 order by created_at, id;

-- name: revoke_api_key
-- Ends a key; one that has been revoked keeps who did it and when.
update api_keys
set revoked_at = coalesce(revoked_at, clock_timestamp()), revoked_by = coalesce(revoked_by, $3)
where workspace = $1 and id = $2
returning *;

-- name: touch_api_key
-- Notes that a key was used.
update api_keys set used_at = clock_timestamp() where id = $1;

-- name: add_member
-- Takes somebody in, or changes the role of somebody who is in.
insert into members (id, workspace, address, role, limit_amount, limit_currency, added_by)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (workspace, address) where removed_at is null do update
set role = excluded.role, limit_amount = excluded.limit_amount, limit_currency = excluded.limit_currency
returning *;

-- name: change_member
-- Gives a member another role and limit.
update members set role = $3, limit_amount = $4, limit_currency = $5
where workspace = $1 and id = $2 and removed_at is null
returning *;

-- name: remove_member
-- Lets a member go; their address is forgotten.
update members set removed_at = clock_timestamp(), address = ''
where workspace = $1 and id = $2 and removed_at is null
returning *;

-- name: list_members
-- All members of a workspace who have not left, in the order in which they came.
select * from members where workspace = $1 and removed_at is null order by added_at, id;

-- name: get_member
-- A member of a workspace who has not left.
select * from members where workspace = $1 and id = $2 and removed_at is null;

-- name: hold_member
-- The same, held until the transaction ends.
select * from members where workspace = $1 and id = $2 and removed_at is null for update;

-- name: hold_owners
-- The owners of a workspace, held until the transaction ends, so that two of them cannot leave at once.
select id from members where workspace = $1 and role = 'owner' and removed_at is null order by id for update;

-- name: members_with_address
-- The memberships that an address has, in all workspaces.
select * from members where address = $1 and removed_at is null order by added_at, id limit 5;

-- name: members_with_identity
-- The members that an account at a provider is, in all workspaces.
select member.*
from member_identities as identity
join members as member on member.id = identity.member_id
where identity.subject = $1 and member.removed_at is null
order by member.added_at, member.id limit 5;

-- name: bind_identity
-- Binds an account to the members with its address who have no other one there, where it is nobody already.
insert into member_identities (member_id, issuer, subject)
select member.id, $1, $2
from members as member
where
    member.address = $3
    and member.removed_at is null
    and not exists (
        select from member_identities as identity
        join members as other on other.id = identity.member_id
        where identity.subject = $2 and other.workspace = member.workspace and other.removed_at is null
    )
on conflict (member_id, issuer) do nothing
returning member_id;

-- name: identity_left
-- Whether a member of this workspace who has left had this account.
select exists (
    select from member_identities as identity
    join members as member on member.id = identity.member_id
    where identity.subject = $1 and member.workspace = $2 and member.removed_at is not null
);

-- name: is_bound
-- Whether a member comes by an account of this provider.
select exists (select from member_identities where member_id = $1 and issuer = $2);

-- name: forget_identities
-- Forgets which accounts a member of this workspace comes by, and says whether there is such a member.
with forgotten as (
    delete from member_identities as identity using members as member
    where member.id = identity.member_id and member.workspace = $1 and member.id = $2 and member.removed_at is null
)
select id from members where workspace = $1 and id = $2 and removed_at is null;

-- name: create_sign_in_link
-- Notes a new link of a member, unless they have asked for many lately.
insert into sign_in_links (digest, member_id, expires_at)
select $1, $2, clock_timestamp() + $3::interval
where (
    select count(*) from sign_in_links
    where member_id = $2 and created_at > clock_timestamp() - $4::interval
) < $5
returning digest;

-- name: use_sign_in_link
-- Uses up a link that still counts, and says whose it is.
update sign_in_links as link set used_at = clock_timestamp()
from members as member
where
    link.digest = $1
    and link.used_at is null
    and link.expires_at > clock_timestamp()
    and member.id = link.member_id
    and member.removed_at is null
returning member.*;

-- name: open_session
-- Notes that a browser is signed in, as a member or with a key.
insert into sessions (id, member_id, key_id, key_print, digest) values ($1, $2, $3, $4, $5);

-- name: find_session
-- The session of a token and whose it is, if it has not ended and neither of its limits has passed.
select
    session.id as session_id,
    session.digest = $1 as current,
    session.digest_before is not null as changing,
    session.rotated_at,
    session.seen_at,
    clock_timestamp() as now,
    session.key_id,
    session.key_print,
    member.*
from sessions as session
left join members as member on session.member_id = member.id
where
    (session.digest = $1 or session.digest_before = $1)
    and session.ended_at is null
    and (session.key_id is not null or member.removed_at is null)
    and session.seen_at > clock_timestamp() - $2::interval
    and session.created_at > clock_timestamp() - $3::interval;

-- name: rotate_session
-- Gives a session another token, once however many requests ask for it at the same time.
update sessions set digest_before = digest, digest = $3, rotated_at = clock_timestamp(), seen_at = clock_timestamp()
where id = $1 and digest = $2
returning id;

-- name: settle_session
-- The new token has come back: the one before counts no more.
update sessions set digest_before = null, seen_at = clock_timestamp() where id = $1 and digest = $2;

-- name: touch_session
-- Notes that a session was seen.
update sessions set seen_at = clock_timestamp() where id = $1;

-- name: end_session
-- Signs a browser out.
update sessions set ended_at = clock_timestamp() where id = $1 and ended_at is null;

-- name: end_sessions_of_member
-- Signs somebody out everywhere.
update sessions set ended_at = clock_timestamp() where member_id = $1 and ended_at is null;

-- name: use_creator_link
-- Notes the use of a link that works once; a link that was used stays as it was.
insert into used_links (digest, collaboration_id, step, command_id) values ($1, $2, $3, $4)
on conflict (digest) do nothing;

-- name: creator_link_use
-- With which idempotency key a link was used.
select command_id from used_links where digest = $1;

-- name: audit_access
-- Notes what was refused, or who was given or lost access.
insert into access_audit (workspace, kind, principal, role, action, about, refused, request_id)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: list_access_audit
-- A page of what is noted of a workspace, newest first.
select * from access_audit where workspace = $1 and id < $2 order by id desc limit $3;

-- name: parties_of_collaboration
-- To which workspace a collaboration belongs, and with whom it is.
select workspace, creator_id, campaign_id from collaboration_pipeline where collaboration_id = $1;

-- name: workspace_of_stream
-- To which workspace a stream belongs.
select workspace from streams where stream = $1;

-- name: assign_campaign
-- Says to which workspace a campaign will belong.
insert into campaign_workspaces (campaign_id, workspace) values ($1, $2) on conflict (campaign_id) do nothing;

-- name: workspace_of_campaign
-- To which workspace a campaign belongs, if not to the first one.
select workspace from campaign_workspaces where campaign_id = $1;
