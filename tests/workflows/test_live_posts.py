"""Live posts from end to end: looked at on Instagram's twin, on a server whose clock can jump."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.connectors.simulated.faults import Fault
from api.embedded.mail import MailSink
from domain.live_posts import MarkRestored
from domain.outcomes import Outcome
from domain.work import Finding
from tests.domain.given import DISCLOSED, UNDISCLOSED
from tests.workflows.watching import PROFILE, Watching, watching

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
async def patient(time_skipping: WorkflowEnvironment, database: str, mail_sink: MailSink) -> AsyncIterator[Watching]:
    """On a server that skips time."""
    async with watching(time_skipping.client, database, mail_sink, time_skipping) as one:
        yield one


async def test_a_post_is_verified_paid_polled_and_looked_at_again(patient: Watching) -> None:
    """A look at the publication, which the balance waits for, polls that thin out, and a look after thirty days."""
    one, made = await patient.publish()
    assert await one.handle.result() == Outcome.COMPLETED
    events = await one.events()
    assert events.index("PostVerified") < [n for n, event in enumerate(events) if event == "PayoutScheduled"][1]
    envelopes = await one.envelopes()
    began = next(each.metadata.decided_at for each in envelopes if each.type == "PostPublished")
    at = {kind: [each.metadata.decided_at - began for each in envelopes if each.type == kind] for kind in events}
    hours = [round(after / HOUR) for after in at["MetricsRecorded"]]
    assert hours == [1, 6, 24, 72, 7 * 24, 14 * 24, 21 * 24, 28 * 24]
    assert [round(after / DAY) for after in at["PostVerified"]] == [0, 30]
    state = await one.state()
    assert state.metrics[1].source == "instagram"
    assert state.works[1].live is not None
    assert state.works[1].live.post_id == made.number
    assert "report_metrics/1" not in [each.data.get("task") for each in envelopes]


async def test_a_post_that_disappears_is_restored_at_another_address(patient: Watching) -> None:
    """The second look misses it, the creator puts it back, and the engine looks at once."""
    one, made = await patient.publish(live_check_after=2 * DAY, watch_for=2 * HOUR)
    await one.until("PostVerified")
    patient.twin.publications.delete(made.code)
    await one.until("PostNotVerified")
    state = await one.until_waiting_for("restore_post/1")
    assert state.works[1].in_doubt
    again = patient.twin.publications.publish(PROFILE.handle, DISCLOSED)
    await one.tell(MarkRestored(deliverable=1, url=again.url))
    assert await one.handle.result() == Outcome.COMPLETED
    assert (await one.events()).count("PostVerified") == 2


async def test_a_post_that_hides_the_partnership_is_not_paid_for(patient: Watching) -> None:
    """The creator's own word for its caption does not help, and at the end of their time it counts as missed."""
    one, _ = await patient.publish(caption=UNDISCLOSED, watch_for=2 * HOUR)
    state = await one.until("CollaborationEnded")
    assert state.outcome is Outcome.MISSED
    assert {payout.purpose for payout in state.payouts.values()} == {"upfront"}
    events = await one.events()
    assert {"PostNotVerified", "TaskReminded", "TaskExtended", "TaskExpired", "DeliverableMissed"} <= set(events)


async def test_a_service_that_fails_holds_up_nothing(patient: Watching) -> None:
    """After half a day of attempts it counts as unreachable, the creator's word stands, and there is another look."""
    patient.twin.faults.plan(Fault.SERVER_ERROR, times=10_000)
    one, _ = await patient.publish(live_check_after=2 * DAY, watch_for=2 * HOUR)
    state = await one.until("PayoutMade", times=2)
    assert state.works[1].live is not None
    assert state.works[1].live.finding is Finding.UNREACHABLE
    assert patient.twin.requests > 10
    assert "report_metrics/1" in (await one.until("MetricsUnavailable")).tasks
    assert await one.handle.result() == Outcome.COMPLETED
    assert (await one.events()).count("PostNotVerified") == 2
