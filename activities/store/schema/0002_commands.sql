-- What each command came to, kept in the transaction of its events: a command that is given twice, by a retry, after
-- continue-as-new or after a resume on another cluster, is answered with the events of the first time.
create table commands (
    stream text not null,
    command_id text not null,
    fingerprint text not null,
    first_version bigint not null,
    last_version bigint not null,
    primary key (stream, command_id)
);

create trigger append_only before update or delete or truncate on commands
for each statement execute function refuse_change();
alter table commands enable always trigger append_only;
