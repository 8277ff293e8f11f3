"""The worker is killed without warning, again and again, while a campaign is busy."""

import asyncio
import random
from pathlib import Path

import pytest

from api.embedded.mail import MailSink
from tests.chaos.cast import Story
from tests.chaos.conftest import Note, Undisturbed
from tests.chaos.running import campaigning

KILLS = 6


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_campaign_survives_kills_of_its_worker(
    database: str, temporal_address: str, tmp_path: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Thirty creators come to the same ends as without kills; nothing is recorded, sent or paid twice."""
    story, moments = Story(30), random.Random(20)  # noqa: S311 - when to kill, not a secret
    expected = await as_undisturbed(story)
    at = [20]
    async with campaigning(story, database, temporal_address, mail_sink, tmp_path) as campaign:
        for _ in range(KILLS):
            await campaign.until_recorded("%", at[-1] + moments.randint(5, 70), seconds=200)
            await asyncio.sleep(moments.uniform(0, 0.3))
            at.append(await campaign.count())
            campaign.worker.kill()
        took = await campaign.until_over(seconds=400)
        left = await campaign.aftermath()
        deaths = campaign.worker.deaths
    note(
        f"killed at {at[1:]} of {left.size} events, over {took:.0f} s after the last; {left.redeliveries} redeliveries"
    )
    assert deaths == [-9] * KILLS
    assert left.endings() == expected
