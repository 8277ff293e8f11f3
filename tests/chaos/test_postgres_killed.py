"""PostgreSQL is killed without warning, postmaster and backends at once, while a campaign is busy."""

import asyncio
import random
from pathlib import Path

import pytest

from activities.store.migrate import migrate
from api.embedded.mail import MailSink
from tests.chaos.cast import Story
from tests.chaos.conftest import Note, Undisturbed
from tests.chaos.running import campaigning
from tests.chaos.servers import Postgres


async def kill_postgres(
    story: Story, temporal: str, data_dir: Path, mail: MailSink, as_undisturbed: Undisturbed, note: Note, *, kills: int
) -> None:
    """Kill it `kills` times, spread over the story, and compare the end with that of an undisturbed run."""
    expected = await as_undisturbed(story)
    events = sum(sum(ending.events.values()) for ending in expected.values())
    moments = random.Random(5)  # noqa: S311 - when to start again, not a secret
    async with Postgres(data_dir) as postgres:
        await migrate(postgres.dsn)
        async with campaigning(story, postgres.dsn, temporal, mail, data_dir) as campaign:
            killed = []
            for nth in range(1, kills + 1):
                await campaign.until_recorded("%", events * nth // (kills + 1), seconds=200)
                killed.append((await campaign.count(), postgres.kill()))
                await asyncio.sleep(moments.uniform(0, 2.0))
                await postgres.start()
            took = await campaign.until_over(seconds=200)
            left = await campaign.aftermath()
            again = await campaign.people.ask_again()
            repeated, deaths = campaign.people.repeated, campaign.worker.deaths
            first = {act: answer for act, (_, answer) in campaign.people.answers.items()}
    note(
        f"killed at events, processes {killed} of {left.size} events, over {took:.0f} s after the last; "
        f"{left.redeliveries} redeliveries; {repeated} commands sent again; {len(again)} asked about at the end"
    )
    assert deaths == []
    assert left.endings() == expected
    assert again == first


@pytest.mark.timeout(300)
async def test_a_campaign_survives_a_kill_of_postgres(
    temporal_address: str, data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Nothing that was answered is lost, nothing happens twice, and every command's key still gets its first answer."""
    await kill_postgres(Story(12), temporal_address, data_dir, mail_sink, as_undisturbed, note, kills=1)


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_campaign_survives_many_kills_of_postgres(
    temporal_address: str, data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """The same under more load."""
    await kill_postgres(Story(40), temporal_address, data_dir, mail_sink, as_undisturbed, note, kills=4)
