"""What a resume brings back."""

from activities.store.projections.campaign_board import get_campaign, unfinished_campaigns
from activities.store.projections.collaboration_pipeline import (
    unfinished_collaborations,
)
from domain.campaign import CampaignOutcome, CancelCampaign
from domain.negotiation import DeclineOffer
from tests.activities.store.projections.desk import BRAND, CREATOR, Desk


async def test_what_has_not_ended_is_found_for_a_resume(desk: Desk) -> None:
    for name in ("c1", "c2"):
        await desk.start(name)
        await desk.offer(f"{name}-a")
        await desk.offer(f"{name}-b", 2)
    await desk.on_campaign("c1", CancelCampaign(reason="no more"), BRAND)
    await desk.on_collaboration("c1-a", DeclineOffer(version=1), CREATOR)
    assert await unfinished_campaigns(desk.pool) == ["c2"]
    assert await unfinished_collaborations(desk.pool) == ["c1-b", "c2-a", "c2-b"]
    assert await unfinished_collaborations(desk.pool, after="c1-b", limit=1) == ["c2-a"]
    assert await unfinished_collaborations(desk.pool, campaign_id="c1") == ["c1-b"]
    cancelled = await get_campaign(desk.pool, "default", "c1")
    assert cancelled is not None
    assert cancelled.outcome is CampaignOutcome.CANCELLED
