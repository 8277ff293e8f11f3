"""Worker, API, PostgreSQL, Temporal, mail server and a connector fail at random, under load, some of them together."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from activities.connectors.simulated.twins import twins_served
from activities.store.migrate import migrate
from api.embedded.mail import MailSink
from tests.chaos.cast import Story
from tests.chaos.conftest import Note, Undisturbed
from tests.chaos.mayhem import Mayhem
from tests.chaos.running import campaigning
from tests.chaos.servers import Postgres, Temporal
from tests.chaos.wire import wired


@pytest.mark.chaos
@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_campaign_survives_whatever_fails(
    seed: int, data_dir: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """Everybody comes to the end they would have come to, once; every command was answered, and its key still is."""
    story = Story(80)
    expected = await as_undisturbed(story)
    events = sum(sum(ending.events.values()) for ending in expected.values())
    async with (
        Postgres(data_dir) as postgres,
        Temporal(data_dir) as temporal,
        twins_served(["neoreach"]) as twin,
        wired("127.0.0.1", urlsplit(twin["GROUNDSWELL_NEOREACH_URL"]).port or 0) as to_reports,
        wired(mail_sink.host, mail_sink.port) as to_mail,
    ):
        await migrate(postgres.dsn)
        settings = {
            **twin,
            "GROUNDSWELL_NEOREACH_URL": f"http://127.0.0.1:{to_reports.port}",
            "GROUNDSWELL_SMTP_PORT": str(to_mail.port),
        }
        async with campaigning(
            story, postgres.dsn, temporal.address, mail_sink, data_dir, settings=settings, over_http=True
        ) as campaign:
            wires = {"mail server": to_mail, "connector": to_reports}
            mayhem = Mayhem(campaign, postgres, temporal, wires, seed=seed)
            await campaign.until_recorded("CollaborationOpened", 10)
            await mayhem.rage(until_recorded=events * 3 // 5)
            at = await campaign.count()
            took = await campaign.until_over(seconds=500)
            left = await campaign.aftermath()
            again = await campaign.people.ask_again()
            repeated = campaign.people.repeated
            first = {act: answer for act, (_, answer) in campaign.people.answers.items()}
    note(
        f"{dict(mayhem.happened)}; {to_mail.broken + to_reports.broken} conversations broken off; "
        f"it was over at {at} of {left.size} events, after {took:.0f} s more all was done; "
        f"{left.redeliveries} redeliveries; {repeated} commands sent again; {len(again)} asked about at the end"
    )
    assert left.endings() == expected
    assert again == first
