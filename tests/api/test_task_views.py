"""What the API shows of open tasks."""

from datetime import UTC, datetime, timedelta

from api.task_views import task_views
from domain.calendars import Calendar
from domain.deadlines import Contact, DeadlinePolicy, OnExpiry, open_task, opened
from domain.decider import Role

AT = datetime(2026, 3, 27, 12, tzinfo=UTC)
POLICY = DeadlinePolicy(within=timedelta(days=3), on_expiry=OnExpiry.ESCALATE)


def test_tasks_say_who_is_asked_and_until_when_by_the_campaign_s_clocks() -> None:
    """Most urgent first; the instant is the same in UTC, and in summer time that begins meanwhile."""
    first = open_task("answer_offer", Role.CREATOR, POLICY, AT - timedelta(hours=1))
    second = open_task("review_draft/1", Role.BRAND, POLICY, AT).model_copy(update={"escalated": True})
    views = task_views(opened({}, second, first), Calendar(time_zone="Europe/Berlin"))
    assert [(view.name, view.contact) for view in views] == [
        ("answer_offer", Contact.CREATOR),
        ("review_draft/1", Contact.ESCALATION),
    ]
    assert views[1].due_at == views[1].due_local == datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert views[1].model_dump(mode="json")["due_local"] == "2026-03-30T14:00:00+02:00"
    assert views[1].time_zone == "Europe/Berlin"
