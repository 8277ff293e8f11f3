"""The database is dumped and restored into another server, and Temporal starts from nothing: a move, or a disaster."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activities.store.checkpoint import verify_checkpoint, write_checkpoint
from activities.store.feed import START, Feed
from activities.store.migrate import migrate
from activities.store.pool import Connection, Pool
from activities.store.subscriptions import Subscription, subscriptions
from activities.store.verify import verify
from api.embedded.mail import MailSink
from api.embedded.postgres import PostgresServer
from domain.events import Envelope
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


Place = tuple[int, str, int, str]


async def feed(pool: Pool) -> list[Place]:
    """The whole feed, as a reader gets it: position, stream, version and id of each event."""
    places: list[Place] = []
    after = START
    while (page := await Feed(pool).read(after, limit=500)).upto > after:
        places += [(one.position, one.stream, one.version, str(one.event_id)) for one in page.events]
        after = page.upto
    return places


class Follower:
    """A reader of the feed with a read model of its own: which events it had, in the order in which it had them."""

    def __init__(self) -> None:
        self._subscription = Subscription("follower", self._take)

    async def prepare(self, pool: Pool) -> None:
        """Makes its table."""
        await pool.execute("create table followed (nth serial, position bigint, stream text, version bigint, id text)")

    async def catch_up(self, pool: Pool) -> None:
        """Goes on from where it was."""
        await self._subscription.catch_up(pool)

    async def _take(self, connection: Connection, events: Sequence[Envelope]) -> None:
        rows = [(one.position, one.stream, one.version, str(one.event_id)) for one in events]
        await connection.executemany(
            "insert into followed (position, stream, version, id) values ($1, $2, $3, $4)", rows
        )

    async def followed(self, pool: Pool) -> list[Place]:
        """What it had, in that order."""
        rows = await pool.fetch("select position, stream, version, id from followed order by nth")
        return [(row["position"], row["stream"], row["version"], row["id"]) for row in rows]


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_campaign_survives_a_move_to_another_database_server(
    data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Everything stops in the middle; on the restored data forty creators come to the ends of an undisturbed run.

    The feed has the same events at the same positions, readers are where they were and go on without loss or
    repetition, and a checkpoint that was signed before the move still holds.
    """
    story, follower, key = Story(40), Follower(), Ed25519PrivateKey.generate()
    expected = await as_undisturbed(story)
    events = sum(sum(ending.events.values()) for ending in expected.values())
    dump = data_dir / "dump"
    async with Temporal(data_dir) as temporal, Postgres(data_dir) as postgres:
        await migrate(postgres.dsn)
        async with campaigning(story, postgres.dsn, temporal.address, mail_sink, data_dir) as campaign:
            await follower.prepare(campaign.pool)
            await campaign.until_recorded("%", events // 4, seconds=200)
            await follower.catch_up(campaign.pool)
            await campaign.until_recorded("%", events // 2, seconds=200)
            campaign.worker.stay_dead()
            campaign.worker.kill()
            await campaign.until_dead(1)
            await temporal.lose()
            before, at = await digests(campaign), await campaign.count()
            feed_before, readers_before = await feed(campaign.pool), await subscriptions(campaign.pool)
            signed = await write_checkpoint(campaign.pool, key)
            await run_postgres_tool("pg_dump", "--format=custom", f"--file={dump}", postgres.dsn)
            async with PostgresServer(data_dir / "elsewhere") as elsewhere:
                await run_postgres_tool("psql", "--command=create role groundswell_app nologin", elsewhere.dsn)
                await run_postgres_tool("pg_restore", "--exit-on-error", f"--dbname={elsewhere.dsn}", str(dump))
                await postgres.stop()
                postgres.lead_to(elsewhere)
                await campaign.until_recorded("%", at)
                restored = await digests(campaign)
                feed_restored, readers_restored = await feed(campaign.pool), await subscriptions(campaign.pool)
                taken_restored = (await Feed(campaign.pool).barrier()).taken
                await temporal.start()
                report = await campaign.resume()
                campaign.worker.rise()
                took = await campaign.until_over(seconds=200)
                left = await campaign.aftermath()
                await follower.catch_up(campaign.pool)
                feed_after, followed = await feed(campaign.pool), await follower.followed(campaign.pool)
                doubts = await verify_checkpoint(campaign.pool, signed, key.public_key())
                broken = [one async for part in verify(campaign.pool) for one in part.broken]
    note(
        f"moved at {at} of {left.size} events ({dump.stat().st_size / 1024:.0f} KiB); {report.collaborations} "
        f"collaborations resumed, over {took:.0f} s later; {left.redeliveries} redeliveries"
    )
    assert restored == before
    assert {"events", "commands", "budget", "mail_log", "subscriptions", "feed_position"} <= before.keys()
    assert feed_restored == feed_before
    assert len(feed_before) == at
    assert readers_restored == readers_before
    [ours] = [reader for reader in readers_before if reader.name == "follower"]
    # The reader was in the middle; what was appended later is behind all that there was; in the end it had everything.
    assert feed_before[0][0] < ours.position < feed_before[-1][0] <= taken_restored
    assert feed_after[: len(feed_before)] == feed_before
    assert min(position for position, *_ in feed_after[len(feed_before) :]) > taken_restored
    assert followed == feed_after
    assert (doubts, broken) == ([], [])
    assert left.endings() == expected
