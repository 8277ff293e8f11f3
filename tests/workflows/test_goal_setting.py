"""Goal setting: a workable brief starts one campaign, another starts none."""

from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError

from activities.starting import CampaignStart
from domain.errors import BriefRefused
from tests.workflows.campaigning import BRAND, a_current_brief, start
from tests.workflows.conftest import Bench


async def test_a_brief_that_cannot_work_starts_nothing(live: Bench) -> None:
    """All reasons are given, and there is no workflow and no event."""
    with pytest.raises(BriefRefused, match=r"fee_cap.*budget"):
        await start(live, a_current_brief(fee_cap=1, budget={"amount": 10, "currency": "USD"}))
    assert await live.pool.fetchval("select count(*) from events") == 0


async def test_starting_twice_with_one_key_is_starting_once(live: Bench) -> None:
    """The second request gets the first one's answer."""
    campaign_id, brief = uuid4().hex, a_current_brief()
    first = await live.engine.start_campaign(campaign_id, brief, actor=BRAND, command_id="k")
    assert await live.engine.start_campaign(campaign_id, brief, actor=BRAND, command_id="k") == first


async def test_a_run_without_a_brief_ends_with_a_clear_failure(bench: Bench) -> None:
    """Somebody started the workflow by hand and gave it nothing to do."""
    handle = await bench.client.start_workflow(
        "Campaign", CampaignStart(campaign_id="none"), id="campaign/none", task_queue=bench.task_queue
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert "no brief arrived" in str(failed.value.cause)
