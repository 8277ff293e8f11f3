"""The database is dumped and restored into another server, and Temporal starts from nothing: a move, or a disaster."""

from pathlib import Path

import pytest

from activities.store.migrate import migrate
from api.embedded.mail import MailSink
from api.embedded.postgres import PostgresServer
from tests.chaos.cast import Story
from tests.chaos.conftest import Note, Undisturbed
from tests.chaos.running import Campaigning, campaigning
from tests.chaos.servers import Postgres, Temporal, run_postgres_tool

TABLES = "select tablename from pg_tables where schemaname = 'public'"
DIGEST = "select md5(string_agg(kept::text, '/' order by kept::text)) from {} as kept"
SEQUENCES = "select sequencename, last_value from pg_sequences where schemaname = 'public'"


async def digests(campaign: Campaigning) -> dict[str, str]:
    """A digest of all rows of each table, and where each sequence stands."""
    tables = [row["tablename"] for row in await campaign.pool.fetch(TABLES)]
    rows = {table: str(await campaign.pool.fetchval(DIGEST.format(table))) for table in tables}
    return {**rows, **{row["sequencename"]: str(row["last_value"]) for row in await campaign.pool.fetch(SEQUENCES)}}


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_campaign_survives_a_move_to_another_database_server(
    data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Everything stops in the middle; on the restored data forty creators come to the ends of an undisturbed run."""
    story = Story(40)
    expected = await as_undisturbed(story)
    events = sum(sum(ending.events.values()) for ending in expected.values())
    dump = data_dir / "dump"
    async with Temporal(data_dir) as temporal, Postgres(data_dir) as postgres:
        await migrate(postgres.dsn)
        async with campaigning(story, postgres.dsn, temporal.address, mail_sink, data_dir) as campaign:
            await campaign.until_recorded("%", events // 2, seconds=200)
            campaign.worker.stay_dead()
            campaign.worker.kill()
            await campaign.until_dead(1)
            await temporal.lose()
            before, at = await digests(campaign), await campaign.count()
            await run_postgres_tool("pg_dump", "--format=custom", f"--file={dump}", postgres.dsn)
            async with PostgresServer(data_dir / "elsewhere") as elsewhere:
                await run_postgres_tool("pg_restore", "--exit-on-error", f"--dbname={elsewhere.dsn}", str(dump))
                await postgres.stop()
                postgres.lead_to(elsewhere)
                await campaign.until_recorded("%", at)
                restored = await digests(campaign)
                await temporal.start()
                report = await campaign.resume()
                campaign.worker.rise()
                took = await campaign.until_over(seconds=200)
                left = await campaign.aftermath()
    note(
        f"moved at {at} of {left.size} events ({dump.stat().st_size / 1024:.0f} KiB); {report.collaborations} "
        f"collaborations resumed, over {took:.0f} s later; {left.redeliveries} redeliveries"
    )
    assert restored == before
    assert {"events", "commands", "budget", "mail_log"} <= before.keys()
    assert left.endings() == expected
