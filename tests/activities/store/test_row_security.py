"""One workspace tries to see and change what is another's, in SQL, past all of our code."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from activities.store.workspaces import APP_ROLE, WorkspacePools
from tests.activities.store.appending import given_by, happened
from tests.domain.given import a_profile
from tests.keys import a_sealer

OWN = {"workspace": "ours", "other": "theirs"}

CLOSED = {
    "access_audit": "the front door's own",
    "answered_requests": "the front door's own",
    "api_keys": "the front door's own",
    "campaign_workspaces": "the front door's own",
    "clicks": "written by a route for everybody",
    "commands": "the engine's, by stream",
    "creator_claims": "the engine's, across campaigns",
    "erasures": "maintenance",
    "mail_log": "the worker's",
    "member_identities": "the front door's own",
    "members": "the front door's own",
    "payment_orders": "the worker's",
    "payout_ways": "the worker's",
    "schema_migrations": "maintenance",
    "seals": "the worker's",
    "sessions": "the front door's own",
    "shop_deliveries": "a shop's, which is no caller",
    "sign_in_links": "the front door's own",
    "subscriptions": "the feed's readers",
    "used_links": "the front door's own",
    "workspaces": "the front door's own",
}
"""Tables that no caller's session reaches at all, each with whose it is."""

WITHOUT_POLICY = {"shortlists": "sizes of lists, found by a digest of 256 bits"}


@pytest.fixture
async def pools(database: str) -> AsyncIterator[WorkspacePools]:
    pools = WorkspacePools(database, max_size=2)
    yield pools
    await pools.aclose()


@pytest.fixture
async def stocked(pool: Pool) -> Pool:
    """A database in which two workspaces have a creator, a stream with events, and a webhook each."""
    log = PostgresEventLog(pool, a_sealer(pool))
    for workspace in OWN.values():
        await pool.execute("insert into workspaces (id) values ($1)", workspace)
        await log.append(f"campaign/of-{workspace}", 0, happened("a"), given_by("k1", workspace=workspace))
        await pool.execute(
            "insert into creators (id, workspace, platform, handle, followers, profile) "
            "values ($1, $2, 'instagram', 'same', 10, $3)",
            f"creator-of-{workspace}",
            workspace,
            a_profile().model_dump(mode="json"),
        )
        await pool.execute(
            "insert into documents (sha256, media_type, content, creator_id) values ($1, 'text/plain', '', $2)",
            workspace,
            f"creator-of-{workspace}",
        )
        await pool.execute(
            "insert into campaign_board values ($1, $2, 'b', 'p', 'c', 1, 0, 'discovery', null, 1, now(), now())",
            f"of-{workspace}",
            workspace,
        )
        await pool.execute("insert into budget (campaign_id, currency, total) values ($1, 'USD', 5)", f"of-{workspace}")
        await pool.execute(
            "insert into webhooks (id, workspace, kind, url, position) values ($1, $2, 'program', 'https://x', 0)",
            f"webhook-of-{workspace}",
            workspace,
        )
        await pool.execute(
            "insert into webhook_deliveries (webhook_id, event_id, type, position, attempt, milliseconds) "
            "values ($1, gen_random_uuid(), 'x', 1, 1, 1)",
            f"webhook-of-{workspace}",
        )
    return pool


@pytest.mark.parametrize(
    "table",
    ["streams", "events", "creators", "documents", "campaign_board", "budget", "webhooks", "webhook_deliveries"],
)
async def test_a_session_sees_its_own_rows_only(stocked: Pool, pools: WorkspacePools, table: str) -> None:
    both = await stocked.fetchval(f"select count(*) from {table}")
    seen = [await (await pools.of(one)).fetch(f"select * from {table}") for one in OWN.values()]

    assert both == 2
    assert [len(rows) for rows in seen] == [1, 1]
    assert seen[0] != seen[1]


async def test_asking_for_a_row_of_another_workspace_by_its_key_finds_nothing(
    stocked: Pool, pools: WorkspacePools
) -> None:
    ours = await pools.of("ours")
    assert await ours.fetch(QUERIES.read_stream, "campaign/of-theirs", 0, None) == []
    assert await ours.fetch(QUERIES.get_creators, ["creator-of-theirs"]) == []
    assert len(await ours.fetch(QUERIES.get_creators, ["creator-of-ours", "creator-of-theirs"])) == 1


async def test_what_is_anothers_can_neither_be_changed_nor_removed_nor_forged(
    stocked: Pool, pools: WorkspacePools
) -> None:
    ours = await pools.of("ours")
    assert await ours.execute("update creators set followers = 99 where workspace = 'theirs'") == "UPDATE 0"
    assert await ours.execute("update creators set followers = 11") == "UPDATE 1"
    assert await ours.execute("delete from webhooks where id = 'webhook-of-theirs'") == "DELETE 0"
    assert await ours.execute("delete from webhook_deliveries where webhook_id = 'webhook-of-theirs'") == "DELETE 0"
    for forged in (
        "insert into webhooks (id, workspace, kind, position) values ('w', 'theirs', 'program', 0)",
        "update webhooks set workspace = 'theirs'",
        "insert into documents (sha256, media_type, content, creator_id) values ('d', 'x', '', 'creator-of-theirs')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await ours.execute(forged)

    assert await stocked.fetchval("select followers from creators where workspace = 'theirs'") == 10
    assert await stocked.fetchval("select count(*) from webhooks where workspace = 'theirs'") == 1


async def test_a_session_that_does_not_say_whose_it_is_sees_nothing(stocked: Pool) -> None:
    async with stocked.acquire() as connection, connection.transaction():
        await connection.execute(f"set local role {APP_ROLE}")
        assert await connection.fetchval("select count(*) from events") == 0
        await connection.execute("set local groundswell.workspace = ''")
        assert await connection.fetchval("select count(*) from creators") == 0


@pytest.mark.parametrize(
    "write",
    [
        "insert into events select * from events",
        "update streams set version = 7",
        "delete from campaign_board",
        "select * from api_keys",
        "select wrapped from data_keys",
        "select * from sessions",
        "update budget set total = 1000000",
    ],
)
async def test_the_record_and_the_front_doors_tables_are_closed_to_callers_sessions(
    stocked: Pool, pools: WorkspacePools, write: str
) -> None:
    """What a route does by mistake, or somebody's SQL within it, neither writes the record nor reads a secret."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await (await pools.of("ours")).execute(write)


async def test_the_role_owns_nothing_and_bypasses_nothing(pool: Pool) -> None:
    role = await pool.fetchrow("select * from pg_roles where rolname = $1", APP_ROLE)
    assert role is not None
    assert (role["rolsuper"], role["rolbypassrls"], role["rolcanlogin"], role["rolcreaterole"]) == (False,) * 4
    assert await pool.fetchval("select count(*) from pg_tables where tableowner = $1", APP_ROLE) == 0


async def test_every_table_keeps_workspaces_apart_or_is_closed_to_callers(pool: Pool) -> None:
    """A new table calls keep_in_workspace() in its migration, has a policy of its own, or stands in CLOSED with why."""
    tables = await pool.fetch(
        "select relname, relrowsecurity, "
        "has_any_column_privilege($1, oid, 'select, insert, update') or has_table_privilege($1, oid, 'delete') as open "
        "from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
        APP_ROLE,
    )
    closed = {row["relname"] for row in tables if not row["open"]}
    without = {row["relname"] for row in tables if row["open"] and not row["relrowsecurity"]}
    assert closed == set(CLOSED), f"new: {sorted(closed - set(CLOSED))}"
    assert without == set(WITHOUT_POLICY)


async def test_appends_know_no_policies(stocked: Pool) -> None:
    """Whoever appends owns the tables, and owners are not subject to them: an append costs what it cost before."""
    plan = "\n".join(row[0] for row in await stocked.fetch("explain select * from events where stream = 'campaign/x'"))
    assert "session_workspace" not in plan
    forced = "select count(*) from pg_class where relforcerowsecurity and relnamespace = 'public'::regnamespace"
    assert await stocked.fetchval(forced) == 0


async def test_a_callers_session_finds_events_by_the_index_as_before(stocked: Pool, pools: WorkspacePools) -> None:
    """Row security must not turn the look-up of a stream into a reading of the whole record."""
    async with (await pools.of("ours")).acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off")
        plan = await connection.fetch("explain select * from events where stream = 'campaign/x' and version > 0")
    assert any("Index Cond: ((stream = 'campaign/x'" in row[0] for row in plan)
