"""What waits for whom, most urgent first."""

from datetime import timedelta

from activities.store.projections.tasks import list_tasks
from domain.brief import Policies
from domain.deadlines import Contact, DeadlinePolicy, OnExpiry, PassTime
from domain.decider import Role
from domain.discovery import ApproveShortlist
from domain.durations import business_days
from domain.goal_setting import StartCampaign
from tests.activities.store.projections.desk import BRAND, BRIEF, NOW, Desk


async def test_a_task_is_listed_while_it_is_open(desk: Desk) -> None:
    await desk.start()
    await desk.propose()
    [task] = await list_tasks(desk.pool, "default", assignee=Role.BRAND)
    assert (task.stream, task.name, task.campaign_id, task.collaboration_id) == (
        "campaign/c1", "approve_shortlist", "c1", None
    )  # fmt: skip
    assert (task.opened_at, task.due_at) == (NOW, NOW + timedelta(hours=72))
    await desk.on_campaign("c1", ApproveShortlist(), BRAND)
    assert await list_tasks(desk.pool, "default") == []


async def test_an_extended_task_is_listed_with_its_new_deadline(desk: Desk) -> None:
    await desk.start()
    await desk.offer("c1-a")
    desk.now = NOW + timedelta(hours=73)
    await desk.on_collaboration("c1-a", PassTime())
    [task] = await list_tasks(desk.pool, "default", collaboration_id="c1-a")
    assert task.extended
    assert task.due_at == desk.now + timedelta(hours=24)


async def test_tasks_are_listed_most_urgent_first_by_pages_and_filtered(desk: Desk) -> None:
    for number in (3, 1, 2):
        desk.now = NOW + timedelta(hours=number)
        await desk.start(f"c{number}")
        await desk.propose(f"c{number}")
    first = await list_tasks(desk.pool, "default", limit=2)
    last = first[-1]
    rest = await list_tasks(desk.pool, "default", after=(last.due_at, last.stream, last.name))
    assert [task.campaign_id for task in [*first, *rest]] == ["c1", "c2", "c3"]
    assert [task.campaign_id for task in await list_tasks(desk.pool, "default", campaign_id="c2")] == ["c2"]
    assert await list_tasks(desk.pool, "default", assignee=Role.CREATOR) == []
    assert await list_tasks(desk.pool, "other") == []


async def test_what_was_escalated_is_listed_for_the_second_contact(desk: Desk) -> None:
    """And no longer for the manager; both see the instant by the campaign's clocks."""
    hurry = Policies(shortlist=DeadlinePolicy(within=business_days(1), on_expiry=OnExpiry.ESCALATE))
    brief = BRIEF.model_copy(update={"policies": hurry, "time_zone": "America/New_York"})
    await desk.on_campaign("c1", StartCampaign(campaign_id="c1", brief=brief))
    await desk.propose()
    [before] = await list_tasks(desk.pool, "default", contact=Contact.MANAGER)
    assert await list_tasks(desk.pool, "default", contact=Contact.ESCALATION) == []
    desk.now = before.due_at
    await desk.on_campaign("c1", PassTime())
    assert await list_tasks(desk.pool, "default", contact=Contact.MANAGER) == []
    [after] = await list_tasks(desk.pool, "default", contact=Contact.ESCALATION)
    assert (after.contact, after.assignee, after.time_zone) == ("escalation", Role.BRAND, "America/New_York")
    assert after.due_local == after.due_at > before.due_at
    assert after.due_local.utcoffset() != timedelta(0)
