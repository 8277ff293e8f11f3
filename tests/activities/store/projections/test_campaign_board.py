"""The board: a row a campaign, with its money and its counts."""

from datetime import timedelta

from activities.store.projections.campaign_board import get_campaign, list_campaigns, renewals_of
from domain.lifecycle import Stage
from domain.negotiation import DeclineOffer
from domain.outcomes import Outcome
from tests.activities.store.projections.desk import CREATOR, NOW, Desk


async def test_a_started_campaign_is_on_the_board_with_its_budget(desk: Desk) -> None:
    await desk.start()
    found = await get_campaign(desk.pool, "default", "c1")
    assert found is not None
    assert (found.brand, found.product, found.stage, found.outcome) == ("Acme", "Lamp", Stage.DISCOVERY, None)
    assert (found.spend.total, found.spend.available, found.spend.currency) == (1_000_00, 1_000_00, "USD")
    assert (found.version, found.started_at, found.updated_at) == (1, NOW, NOW)


async def test_a_campaign_of_another_workspace_is_not_found(desk: Desk) -> None:
    await desk.start()
    assert await get_campaign(desk.pool, "other", "c1") is None
    assert await list_campaigns(desk.pool, "other") == []


async def test_the_board_counts_collaborations_by_stage_and_by_outcome(desk: Desk) -> None:
    await desk.start()
    await desk.open("c1-a", 1)
    await desk.offer("c1-b", 2)
    await desk.offer("c1-c", 3)
    await desk.on_collaboration("c1-c", DeclineOffer(version=1), CREATOR)
    found = await get_campaign(desk.pool, "default", "c1")
    assert found is not None
    assert found.stages == {Stage.VERIFICATION: 1, Stage.NEGOTIATION: 1}
    assert found.outcomes == {Outcome.DECLINED: 1}


async def test_campaigns_are_listed_newest_first_by_pages(desk: Desk) -> None:
    for number in range(5):
        desk.now = NOW + timedelta(minutes=number // 2)
        await desk.start(f"c{number}")
    first = await list_campaigns(desk.pool, "default", limit=2)
    rest = await list_campaigns(desk.pool, "default", after=(first[-1].started_at, first[-1].id))
    assert [found.id for found in [*first, *rest]] == ["c4", "c3", "c2", "c1", "c0"]


async def test_a_campaign_leads_to_those_that_go_on_from_it(desk: Desk) -> None:
    """Earliest first, of its own workspace only."""
    await desk.start()
    for number in (2, 3):
        desk.now = NOW + timedelta(days=number)
        await desk.start(f"c{number}", renewal_of="c1")
    assert await renewals_of(desk.pool, "default", "c1") == ("c2", "c3")
    assert await renewals_of(desk.pool, "default", "c2") == ()
    assert await renewals_of(desk.pool, "other", "c1") == ()
