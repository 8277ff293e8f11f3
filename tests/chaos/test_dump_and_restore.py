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

TABLES = (
    "budget",
    "campaign_board",
    "collaboration_pipeline",
    "commands",
    "creators",
    "documents",
    "events",
    "mail_log",
    "payment_orders",
    "shortlist_entries",
    "snapshots",
    "streams",
    "tasks",
)

POSITION = "select last_value from pg_sequences where sequencename = 'events_position_seq'"


async def digests(campaign: Campaigning) -> dict[str, str]:
    """A digest of all rows of each table, and where its sequence stands."""
    rows = {
        table: str(
            await campaign.pool.fetchval(f"select md5(string_agg(t::text, '/' order by t::text)) from {table} t")
        )
        for table in TABLES
    }
    last = await campaign.pool.fetchval(
        "select last_value from pg_sequences where sequencename = 'events_position_seq'"
    )
    return {**rows, "last position": str(last)}


async def restore_elsewhere(
    story: Story, data_dir: Path, mail: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Stop everything in the middle, move the data and start anew; compare the end with that of an undisturbed run."""
    expected = await as_undisturbed(story)
    events = sum(sum(ending.events.values()) for ending in expected.values())
    dump = data_dir / "dump"
    async with Temporal(data_dir) as temporal, Postgres(data_dir) as postgres:
        await migrate(postgres.dsn)
        async with campaigning(story, postgres.dsn, temporal.address, mail, data_dir) as campaign:
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
    assert left.endings() == expected


async def test_a_campaign_survives_a_move_to_another_database_server(
    data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Twelve creators come to the same ends, and the restored tables are those that were dumped."""
    await restore_elsewhere(Story(12), data_dir, mail_sink, as_undisturbed, note)


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_larger_campaign_survives_a_move_to_another_database_server(
    data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """The same with forty."""
    await restore_elsewhere(Story(40), data_dir, mail_sink, as_undisturbed, note)
