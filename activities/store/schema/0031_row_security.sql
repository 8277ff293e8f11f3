-- What one workspace may see of the tables, kept by the database itself.
--
-- The API gives what a caller asks for to sessions of the role groundswell_app, which owns nothing and bypasses nothing;
-- each session says at its beginning which workspace it is for. Whoever runs the engine for all workspaces, the worker,
-- the feed and maintenance among them, connects as the tables' owner, whom policies do not concern: appends cost what
-- they cost before.

-- Roles belong to the whole server. Another database's migration may make this one at the same moment.
do $$
begin
    if not exists (select from pg_roles where rolname = 'groundswell_app') then
        create role groundswell_app nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then
        raise exception 'the role groundswell_app is missing, and % may not make it', current_user
            using hint = 'As an administrator: create role groundswell_app nologin; grant groundswell_app to '
                || quote_ident(current_user) || ';';
end
$$;

-- So that the owner's connections can take the role on. A superuser can anyway, and a second grant at the same moment
-- would be refused.
do $$
begin
    if not pg_has_role(current_user, 'groundswell_app', 'set') then
        execute format('grant groundswell_app to %I', current_user);
    end if;
end
$$;

grant usage on schema public to groundswell_app;

-- The workspace of a session; null where none was said, which equals nothing.
create function session_workspace() returns text language sql stable parallel safe as $$
    select nullif(current_setting('groundswell.workspace', true), '')
$$;

-- Opens a table to the API, each session the rows of its own workspace. A later migration that makes a table calls this,
-- or says in tests/activities/store/test_row_security.py why not.
create function keep_in_workspace(p_table regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', p_table);
    execute format(
        'create policy of_its_workspace on %s to groundswell_app using (workspace = session_workspace()) '
        'with check (workspace = session_workspace())',
        p_table
    );
    execute format('grant select, insert, update, delete on %s to groundswell_app', p_table);
end
$$;

select keep_in_workspace(name::regclass)
from unnest(array[
    'streams', 'events', 'creators', 'campaign_board', 'collaboration_pipeline', 'tasks', 'rights_clocks',
    'creator_track_records', 'webhooks', 'sourcing_jobs', 'tracked_collaborations', 'shop_orders', 'shop_refunds'
]) as tables (name);

-- The record is read by the API, and written by the engine alone.
revoke insert, update, delete on
    streams, events, campaign_board, collaboration_pipeline, tasks, rights_clocks, creator_track_records,
    tracked_collaborations, shop_orders, shop_refunds
from groundswell_app;
grant select on feed_position, feed_marks to groundswell_app;

-- Tables whose rows belong to what another row belongs to: its policy is theirs.
alter table budget enable row level security;
create policy of_its_workspace on budget for select to groundswell_app
using (exists (select from campaign_board as board where board.campaign_id = budget.campaign_id));
grant select on budget to groundswell_app;

alter table webhook_deliveries enable row level security;
create policy of_its_workspace on webhook_deliveries for select to groundswell_app
using (exists (select from webhooks where webhooks.id = webhook_deliveries.webhook_id));
-- A webhook that is closed takes its log along.
create policy gone_with_its_webhook on webhook_deliveries for delete to groundswell_app
using (exists (select from webhooks where webhooks.id = webhook_deliveries.webhook_id));
grant select, delete on webhook_deliveries to groundswell_app;

alter table sourcing_batches enable row level security;
create policy of_its_workspace on sourcing_batches for select to groundswell_app
using (exists (select from sourcing_jobs as job where job.id = sourcing_batches.job_id));
grant select on sourcing_batches to groundswell_app;

alter table tracked_links enable row level security;
create policy of_its_workspace on tracked_links for select to groundswell_app
using (
    exists (
        select from tracked_collaborations as tracked
        where tracked.collaboration_id = tracked_links.collaboration_id
    )
);
grant select on tracked_links to groundswell_app;

-- Whether somebody has been erased, which queries look at; keys themselves no caller's session reads.
alter table data_keys enable row level security;
create policy of_a_creator_of_its_workspace on data_keys for select to groundswell_app
using (exists (select from creators where creators.id = substr(data_keys.owner, length('creator/') + 1)));
grant select (owner, erased_at) on data_keys to groundswell_app;

-- What is kept under the digest of its content: of a creator's, who may see the creator; the rest is found only by whoever
-- has read its digest in an event.
alter table documents enable row level security;
create policy of_a_creator_of_its_workspace on documents to groundswell_app
using (creator_id is null or exists (select from creators where creators.id = documents.creator_id))
with check (creator_id is null or exists (select from creators where creators.id = documents.creator_id));
grant select, insert on documents to groundswell_app;

alter table shortlist_entries enable row level security;
create policy of_a_creator_of_its_workspace on shortlist_entries for select to groundswell_app
using (exists (select from creators where creators.id = shortlist_entries.creator_id));
grant select on shortlists, shortlist_entries to groundswell_app;

-- To which workspace a campaign belongs that is not of the first one: said before its first event, and never changed.
create table campaign_workspaces (
    campaign_id text primary key,
    workspace text not null references workspaces (id)
);
create trigger append_only before update or delete or truncate on campaign_workspaces
for each statement execute function refuse_change();
alter table campaign_workspaces enable always trigger append_only;
