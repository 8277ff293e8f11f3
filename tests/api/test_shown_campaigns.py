"""What is remembered of campaigns is never what was: record and board are asked each time."""

import pytest

from activities.starting import campaign_stream
from activities.store.event_log import PostgresEventLog
from activities.store.projections.campaign_board import CampaignSummary, get_campaign
from api.campaign_states import folded
from api.shown_campaigns import ShownCampaigns
from api.views import campaign_view
from domain.campaign import CancelCampaign
from domain.decider import Role
from domain.errors import NotFound
from domain.events import Envelope
from tests.api.conftest import Bench
from tests.keys import a_sealer


class Reading(PostgresEventLog):
    """The record, which notes after which version it was read."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.services.pool, a_sealer(bench.services.pool))
        self.after: list[int] = []

    async def read(self, stream: str, after_version: int = 0, upto: int | None = None) -> list[Envelope]:
        """See `PostgresEventLog.read`."""
        self.after.append(after_version)
        return await super().read(stream, after_version, upto)


async def board(bench: Bench, campaign_id: str = "tea") -> CampaignSummary:
    """What the board says of a campaign."""
    found = await get_campaign(bench.services.pool, "default", campaign_id)
    assert found is not None
    return found


async def test_a_campaign_to_which_nothing_has_happened_is_the_same(bench: Bench) -> None:
    """Its events are not read again, and its JSON is not written again."""
    log, campaigns = Reading(bench), ShownCampaigns()
    await bench.shortlisted()
    first, again = [await campaigns.now(log, await board(bench)) for _ in range(2)]
    assert again is first
    assert again.representation is first.representation
    assert log.after == [0, 2]


async def test_what_happens_in_the_campaign_or_in_its_collaborations_is_shown_at_once(bench: Bench) -> None:
    """As if nothing were remembered."""
    log, campaigns = Reading(bench), ShownCampaigns()
    await bench.shortlisted()
    shown = [await campaigns.now(log, await board(bench))]
    await bench.offered()
    shown.append(await campaigns.now(log, await board(bench)))
    await bench.give(campaign_stream("tea"), CancelCampaign(reason="no more tea"), Role.BRAND)
    shown.append(await campaigns.now(log, await board(bench)))
    assert log.after == [0, 2, 2]
    assert shown[-1].view == campaign_view(folded(await log.read(campaign_stream("tea"))), await board(bench))
    assert [each.view.stages for each in shown[:2]] == [{}, {"negotiation": 1}]
    assert len({each.representation.etag for each in shown}) == 3


async def test_a_record_that_does_not_come_so_far_is_read_anew(bench: Bench) -> None:
    """Another one was restored: what is remembered is not of it."""
    log, campaigns = Reading(bench), ShownCampaigns()
    await bench.shortlisted()
    now = await board(bench)
    await campaigns.now(log, now)
    await campaigns.now(log, now.model_copy(update={"version": 1}))
    assert log.after == [0, 0]


async def test_those_that_were_asked_for_longest_ago_are_forgotten(bench: Bench) -> None:
    """A process does not grow with the number of campaigns."""
    log, campaigns = Reading(bench), ShownCampaigns(remembered=2)
    for campaign_id in ("tea", "coffee", "mate"):
        await bench.started(campaign_id)
    for campaign_id in ("tea", "coffee", "tea", "mate", "tea", "coffee"):
        await campaigns.now(log, await board(bench, campaign_id))
    assert log.after == [0, 0, 1, 0, 1, 0]


async def test_a_campaign_without_events_is_not_found(bench: Bench) -> None:
    """Whatever the board says."""
    await bench.started()
    with pytest.raises(NotFound):
        await ShownCampaigns().now(Reading(bench), (await board(bench)).model_copy(update={"id": "nowhere"}))
