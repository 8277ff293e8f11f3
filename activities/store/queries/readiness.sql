-- name: masters_in_use
-- Which master keys wrap keys, how many each, and one of those to try it on.
select distinct on (master) master, owner, wrapped, count(*) over (partition by master) as keys
from data_keys where master is not null order by master, owner;

-- name: tables_out_of_reach
-- Who is connected, whether they may do anything at all, and the tables here that they may not read and add to.
select
    current_user::text as role,
    (select rolsuper from pg_roles where rolname = current_user) as superuser,
    array(
        select relname::text from pg_class
        where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
        and not (has_table_privilege(oid, 'SELECT') and has_table_privilege(oid, 'INSERT'))
        order by relname
    ) as tables;
