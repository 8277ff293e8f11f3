#!/bin/sh
# Creates Temporal's two databases and brings their schema to the release of these tools. Repeating it changes nothing.
# From the environment: POSTGRES_SEEDS (host), POSTGRES_USER, SQL_PASSWORD.
set -eu

SCHEMA=/etc/temporal/schema/postgresql/v12

sql_tool() { # database, what to do
    database=$1
    shift
    temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p 5432 -u "$POSTGRES_USER" --db "$database" "$@"
}

for database in temporal temporal_visibility; do
    sql_tool "$database" create
    sql_tool "$database" setup-schema -v 0.0
done
sql_tool temporal update-schema -d "$SCHEMA/temporal/versioned"
sql_tool temporal_visibility update-schema -d "$SCHEMA/visibility/versioned"
