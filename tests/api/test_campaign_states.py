"""Campaigns are folds of their events, whether all at once or from where they were."""

from activities.records import campaign_after
from activities.starting import campaign_stream
from api.campaign_states import folded
from domain.campaign import CancelCampaign
from domain.decider import Role
from tests.api.conftest import Bench


async def test_a_campaign_goes_on_from_where_it_was(bench: Bench) -> None:
    """What it is then does not depend on how often somebody has looked."""
    await bench.shortlisted()
    await bench.give(campaign_stream("tea"), CancelCampaign(reason="no more tea"), Role.BRAND)
    events = await bench.services.log.read(campaign_stream("tea"))
    at_once = folded(events)
    assert folded(events[2:], folded(events[:2])) == at_once
    assert at_once.state == campaign_after(events)
    assert at_once.version == len(events)
    assert at_once.started_at == events[0].metadata.decided_at < events[-1].metadata.decided_at == at_once.updated_at
