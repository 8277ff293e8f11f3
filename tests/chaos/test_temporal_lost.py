"""The Temporal server is stopped and its database deleted; on an empty one the campaign goes on from the record."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.embedded.mail import MailSink
from tests.chaos.cast import Story
from tests.chaos.conftest import Note, Undisturbed
from tests.chaos.running import campaigning
from tests.chaos.servers import Temporal


async def lose_temporal(
    story: Story, database: str, data_dir: Path, mail: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Lose it when a third of the story has been told, and compare the end with that of an undisturbed run."""
    expected = await as_undisturbed(story)
    events = sum(sum(ending.events.values()) for ending in expected.values())
    async with (
        Temporal(data_dir) as temporal,
        campaigning(story, database, temporal.address, mail, data_dir) as campaign,
    ):
        await campaign.until_recorded("%", events // 3, seconds=200)
        files = await temporal.lose()
        at = await campaign.count()
        await temporal.start()
        report = await campaign.resume()
        took = await campaign.until_over(seconds=400)
        left = await campaign.aftermath()
        repeated, deaths = campaign.people.repeated, campaign.worker.deaths
    note(
        f"lost at {at} of {left.size} events; {report.campaigns} campaign and {report.collaborations} collaborations "
        f"resumed, over {took:.0f} s later; {left.redeliveries} redeliveries; {repeated} commands sent again"
    )
    assert "store.db" in files
    assert deaths == []
    assert left.endings() == expected


@pytest.mark.timeout(300)
async def test_a_campaign_survives_the_loss_of_temporal(
    database: str, data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Twelve creators come to the same ends, are told everything once, and are paid once."""
    await lose_temporal(Story(12), database, data_dir, mail_sink, as_undisturbed, note)


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_a_large_campaign_survives_the_loss_of_temporal(
    database: str, data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Two hundred creators, some of whom let their offer lapse."""
    story = Story(200, offers_lapse=timedelta(seconds=90))
    await lose_temporal(story, database, data_dir, mail_sink, as_undisturbed, note)
