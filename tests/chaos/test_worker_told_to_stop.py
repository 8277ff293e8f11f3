"""The worker is replaced as a deployment does it, while a campaign is busy: in time, and nobody notices."""

from collections import Counter
from pathlib import Path
from time import monotonic

import pytest
from temporalio.api.enums.v1 import EventType

from api.embedded.mail import MailSink
from tests.chaos.cast import Story
from tests.chaos.conftest import Note, Undisturbed
from tests.chaos.running import Campaigning, campaigning
from workflows.worker import FINISH_WITHIN

STOPS = (30, 90, 150)
"""After how many events the worker is told to stop."""

FAILURES = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
}


async def happened(campaign: Campaigning) -> tuple[Counter[int], list[str]]:
    """How often each kind of event is in the histories of all workflows, and what the last attempts of activities that
    were tried again had failed with: no event tells of these."""
    kinds: Counter[int] = Counter()
    failures = []
    for row in await campaign.pool.fetch("select stream from streams"):
        history = await campaign.client.get_workflow_handle(row["stream"]).fetch_history()
        for event in history.events:
            kinds[event.event_type] += 1
            last = event.activity_task_started_event_attributes.last_failure
            if last.HasField("application_failure_info"):
                failures.append(last.application_failure_info.type)
            elif last.HasField("timeout_failure_info"):
                failures.append("timed out")
    return kinds, failures


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun(
    database: str, temporal_address: str, tmp_path: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """It leaves within its time and with exit code 0; no workflow task fails and no activity is lost with it."""
    story = Story(30)
    expected = await as_undisturbed(story)
    took = []
    async with campaigning(story, database, temporal_address, mail_sink, tmp_path) as campaign:
        for nth, events in enumerate(STOPS, start=1):
            await campaign.until_recorded("%", events, seconds=200)
            since = monotonic()
            campaign.worker.tell_to_stop()
            await campaign.until_dead(nth, seconds=2 * FINISH_WITHIN.total_seconds())
            took.append(monotonic() - since)
        await campaign.until_over(seconds=400)
        left = await campaign.aftermath()
        kinds, failures = await happened(campaign)
        deaths = campaign.worker.deaths
    note(f"told to stop after {STOPS} of {left.size} events: gone after {', '.join(f'{s:.1f} s' for s in took)}")
    assert deaths == [0] * len(STOPS)
    assert max(took) < FINISH_WITHIN.total_seconds()
    assert not FAILURES & kinds.keys()
    assert set(failures) <= {"worker_stopping"}, "the outreach hands over at once; nothing else is begun twice"
    assert left.redeliveries == 0
    assert left.endings() == expected
