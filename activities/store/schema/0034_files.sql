-- What people upload, the picture or video of a draft and the proof of a report: in parts that are read one by one, each
-- sealed with the key of the creator whose file it is. Under its digest, once for each creator: the same file of another
-- creator is another row, so that neither sees nor erases the other's.
create table files (
    creator_id text not null,
    -- Of the content before sealing, in hexadecimal.
    sha256 text not null,
    media_type text not null,
    -- In bytes, before sealing.
    size bigint not null check (size > 0),
    part_size integer not null check (part_size > 0),
    created_at timestamptz not null default clock_timestamp(),
    primary key (creator_id, sha256)
);

create table file_parts (
    creator_id text not null,
    sha256 text not null,
    nth integer not null check (nth >= 0),
    content bytea not null,
    primary key (creator_id, sha256, nth),
    foreign key (creator_id, sha256) references files
);
-- Sealed bytes are as good as random: to compress them would only take time.
alter table file_parts alter column content set storage external;

create trigger immutable before update on files for each statement execute function refuse_change();
create trigger immutable before update on file_parts for each statement execute function refuse_change();

alter table files enable row level security;
create policy of_a_creator_of_its_workspace on files to groundswell_app
using (exists (select from creators where creators.id = files.creator_id))
with check (exists (select from creators where creators.id = files.creator_id));
alter table file_parts enable row level security;
create policy of_a_creator_of_its_workspace on file_parts to groundswell_app
using (exists (select from creators where creators.id = file_parts.creator_id))
with check (exists (select from creators where creators.id = file_parts.creator_id));
grant select, insert on files, file_parts to groundswell_app;
