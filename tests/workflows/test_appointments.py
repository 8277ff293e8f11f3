"""The engine's own appointments: found again in the stream, labelled in the history, and on the one clock."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.store.projections.unfinished import UnfinishedStreams
from api.embedded.mail import MailSink
from tests.workflows.watching import Watching, watching
from workflows.resume import resume


@pytest.fixture
async def patient(time_skipping: WorkflowEnvironment, database: str, mail_sink: MailSink) -> AsyncIterator[Watching]:
    """On a server that skips time."""
    async with watching(time_skipping.client, database, mail_sink, time_skipping) as one:
        yield one


@pytest.fixture
async def prompt(temporal_client: Client, database: str, mail_sink: MailSink) -> AsyncIterator[Watching]:
    """On the server that people use."""
    async with watching(temporal_client, database, mail_sink, None) as one:
        yield one


async def test_appointments_are_found_again_in_the_stream(patient: Watching) -> None:
    """A run that is lost after the first look leaves all the others to the next one."""
    one, _ = await patient.publish()
    await one.until("PostVerified")
    await one.handle.terminate("lost")
    bench = patient.bench
    streams = UnfinishedStreams(bench.pool, bench.log)
    await resume(bench.client, streams, one.campaign_id, task_queue=bench.task_queue)
    state = await one.until("MetricsRecorded", times=2)
    assert (await one.events()).count("PostVerified") == 1
    assert set(state.appointments) == {"check_post/1", "poll_metrics/1"}


async def test_a_look_is_labelled_and_costs_no_timer_that_is_thrown_away(prompt: Watching) -> None:
    """Whoever reads the history sees what was done; the clock is set once for the earliest thing to come."""
    one, _ = await prompt.publish()
    await one.until("PostVerified")
    await one.history_length_at_rest()
    events = (await one.handle.fetch_history()).events
    labels = [event.user_metadata.summary.data for event in events]
    assert any(b"look whether the post of deliverable 1 is there" in label for label in labels)
    assert any(b"the engine's next appointment" in label for label in labels)
    (latest,) = [event for event in events if event.HasField("timer_started_event_attributes")][-1:]
    timeout = latest.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
    assert timedelta(minutes=50) < timeout <= timedelta(hours=1)
