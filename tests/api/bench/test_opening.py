"""Collaborations that are started for a measurement are real ones."""

from temporalio.client import Client

from activities.starting import campaign_stream
from activities.store.creators import Creators
from api.bench.opening import OpenCampaign
from api.embedded.mail import MailSink
from tests.workflows.campaigning import outcome, types, until
from tests.workflows.conftest import working


async def test_a_campaign_waits_for_its_shortlist_while_collaborations_in_it_are_opened_one_by_one(
    temporal_client: Client, database: str, mail_sink: MailSink
) -> None:
    """They make their offers from its budget; cancelled, it takes nobody with it, since it has invited nobody."""
    async with working(temporal_client, database, mail_sink, None) as bench:
        creators = Creators(bench.pool, bench.sealer.keyring)
        campaign = OpenCampaign(bench.client, bench.engine, creators, bench.task_queue)
        await campaign.start(bench.log, 2)
        opened = [await campaign.open(number) for number in range(2)]
        for each in opened:
            assert (await until(bench, each.id, "OfferMade"))[0] == "CollaborationOpened"
        assert await bench.pool.fetchval("select reserved > 0 from budget where campaign_id = $1", campaign.id)
        assert "ShortlistProposed" in await types(bench, campaign_stream(campaign.id))
        await campaign.stop()
        assert await outcome(bench, campaign_stream(campaign.id)) == "cancelled"
        for each in opened:
            await each.terminate("the test is over")
