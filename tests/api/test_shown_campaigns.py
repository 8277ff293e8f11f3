"""What is remembered of campaigns is never what was: record and board are asked each time."""

from datetime import timedelta

import pytest

from activities.starting import campaign_stream
from activities.store.event_log import PostgresEventLog
from activities.store.projections.campaign_board import CampaignSummary, get_campaign
from api.campaign_states import folded
from api.campaigns import view_of_campaign
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
        self.length: int | None = None
        """So many events it has; None is all."""
        self.later = timedelta()
        """By which they came later than they did."""

    async def read(self, stream: str, after_version: int = 0, upto: int | None = None) -> list[Envelope]:
        """See `PostgresEventLog.read`."""
        self.after.append(after_version)
        events = await super().read(stream, after_version, self.length if upto is None else upto)
        return [event.model_copy(update={"recorded_at": event.recorded_at + self.later}) for event in events]


async def board(bench: Bench, campaign_id: str = "tea") -> CampaignSummary:
    """What the board says of a campaign."""
    found = await get_campaign(bench.services.pool, "default", campaign_id)
    assert found is not None
    return found


async def test_a_campaign_to_which_nothing_has_happened_is_the_same(bench: Bench) -> None:
    """But for the last, its events are not read again, and its JSON is not written again."""
    log, campaigns = Reading(bench), ShownCampaigns()
    await bench.shortlisted()
    first, again = [await campaigns.now(log, await board(bench)) for _ in range(2)]
    assert again is first
    assert again.representation is first.representation
    assert log.after == [0, 1]


async def test_what_happens_in_the_campaign_or_in_its_collaborations_is_shown_at_once(bench: Bench) -> None:
    """As if nothing were remembered."""
    log, campaigns = Reading(bench), ShownCampaigns()
    await bench.shortlisted()
    shown = [await campaigns.now(log, await board(bench))]
    await bench.offered()
    shown.append(await campaigns.now(log, await board(bench)))
    await bench.give(campaign_stream("tea"), CancelCampaign(reason="no more tea"), Role.BRAND)
    shown.append(await campaigns.now(log, await board(bench)))
    assert log.after == [0, 1, 1]
    assert shown[-1].view == campaign_view(folded(await log.read(campaign_stream("tea"))), await board(bench))
    assert [each.view.stages for each in shown[:2]] == [{}, {"negotiation": 1}]
    assert len({each.representation.etag for each in shown}) == 3


@pytest.mark.parametrize(("length", "later"), [(1, timedelta()), (None, timedelta(seconds=1))])
async def test_a_record_with_another_past_is_read_anew(bench: Bench, length: int | None, later: timedelta) -> None:
    """A dump was restored under the process: what is remembered is not of it, whether it is shorter or as long."""
    log, campaigns = Reading(bench), ShownCampaigns()
    await bench.shortlisted()
    before = await campaigns.now(log, await board(bench))
    log.length, log.later = length, later
    restored = await campaigns.now(log, await board(bench))
    assert log.after == [0, 1, 0]
    assert restored.view.version == (length or before.view.version)
    assert restored.folded.last != before.folded.last
    assert await campaigns.now(log, await board(bench)) is restored


async def test_a_board_that_is_behind_does_not_hold_the_record_back(bench: Bench) -> None:
    """While it is built anew, say: the state is the record's, and counts and money are the board's."""
    log, campaigns = Reading(bench), ShownCampaigns()
    await bench.shortlisted()
    behind = (await board(bench)).model_copy(update={"version": 1})
    assert [(await campaigns.now(log, behind)).view.version for _ in range(2)] == [2, 2]


async def test_what_one_workspace_has_asked_for_is_not_shown_to_another(bench: Bench) -> None:
    """Though they share what is remembered."""
    await bench.shortlisted()
    another = await bench.services.within("another")
    assert another.campaigns is bench.services.campaigns
    assert (await view_of_campaign(bench.services, "tea")).id == "tea"
    with pytest.raises(NotFound):
        await view_of_campaign(another, "tea")


async def test_those_that_were_asked_for_longest_ago_are_forgotten(bench: Bench) -> None:
    """A process does not grow with the number of campaigns."""
    log, campaigns = Reading(bench), ShownCampaigns(remembered=2)
    for campaign_id in ("tea", "coffee", "mate"):
        await bench.shortlisted(campaign_id=campaign_id)
    for campaign_id in ("tea", "coffee", "tea", "mate", "tea", "coffee"):
        await campaigns.now(log, await board(bench, campaign_id))
    assert log.after == [0, 0, 1, 0, 1, 0]


async def test_a_campaign_without_events_is_not_found(bench: Bench) -> None:
    """Whatever the board says."""
    await bench.started()
    with pytest.raises(NotFound):
        await ShownCampaigns().now(Reading(bench), (await board(bench)).model_copy(update={"id": "nowhere"}))
