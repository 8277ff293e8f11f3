"""What outlives collaborations, as facts: rights that have just been opened, and the work that led to them."""

from datetime import timedelta
from typing import Any

from domain.calendars import Calendar
from domain.claims import Scope
from domain.clauses import UsageRights
from domain.monitoring import Metrics, RecordMetrics
from domain.payouts import RecordPayout
from domain.rights import Exclusive, KeptFrom, OpenRights, Rights, RightsDecider, Usage
from tests.domain.given import CREATOR, T0, Story, an_assignment, live

DAY = timedelta(days=1)
UNTIL = T0 + 60 * DAY
END = T0 + 90 * DAY


def usage(number: int, days: int) -> Usage:
    """The right to use a post for so many days from T0."""
    return Usage(deliverable=number, published_at=T0, expires_at=T0 + days * DAY)


def opening(*usages: Usage, exclusive: bool = True, notice_days: int = 14) -> OpenRights:
    """What a collaboration leaves behind, with exclusivity until day 60."""
    kept = Exclusive(until=UNTIL, kept_from=(KeptFrom(scope=Scope.CATEGORY, name="tea"),))
    return OpenRights(
        collaboration_id="collab-1",
        campaign_id="camp-1",
        creator_id="creator-1",
        brand="Lumen Tea",
        granted=UsageRights(),
        usages=usages,
        exclusive=kept if exclusive else None,
        notice_days=notice_days,
        calendar=Calendar(),
    )


def rights(command: OpenRights | None = None) -> Story[Any, Rights]:
    """Rights that have just been opened: to use two posts until day 90, and exclusivity until day 60."""
    return Story(RightsDecider(), ()).does(command or opening(usage(1, 90), usage(2, 90)))


def completed(**facts: Any) -> Story[Any, Any]:
    """A collaboration that was seen through: posted, measured and paid at T0."""
    story = live(an_assignment(**facts))
    for number in story.state.works:
        story = story.does(RecordMetrics(deliverable=number, metrics=Metrics(likes=200)), by=CREATOR)
    for payout in story.state.owed:
        story = story.does(RecordPayout(payout_id=payout.id, reference="tr"))
    return story
