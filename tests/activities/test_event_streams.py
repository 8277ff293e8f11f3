"""The workflows' access to the record."""

from datetime import time

import asyncpg
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.event_streams import AppendRequest, EventStreams, LoadRequest, registry_of
from activities.store.event_log import PostgresEventLog
from activities.store.mail_log import MailLog
from activities.store.pool import Pool, open_pool
from domain.budget import moves
from domain.calendars import Calendar, QuietHours
from domain.decider import Event
from domain.events import metadata
from domain.goal_setting import CampaignStarted, StartCampaign
from domain.notices import Template, notices
from tests.domain.given import T0, a_brief, context
from tests.domain.write_golden import samples
from tests.keys import a_sealer

STREAM = "campaign/c1"


def sample(name: str) -> Event:
    """An event of that type as it really occurs."""
    return samples()[name][1]


@pytest.fixture
async def pool(database: str) -> Pool:  # type: ignore[misc]  # a generator that pytest-asyncio drives
    """Connections to an empty database."""
    pool = await open_pool(database, application_name="tests")
    yield pool
    await pool.close()


def started(budget: int = 10_000_00, *, expected_version: int = 0, command_id: str = "k") -> AppendRequest:
    """The first event of a campaign as a workflow appends it."""
    brief = a_brief(budget={"amount": budget, "currency": "USD"})
    events: list[Event] = [CampaignStarted(campaign_id="c1", brief=brief)]
    command = StartCampaign(campaign_id="c1", brief=brief)
    return AppendRequest(
        stream=STREAM,
        expected_version=expected_version,
        records=tuple(registry_of(STREAM).encode(event) for event in events),
        metadata=metadata(command, context(command_id=command_id), correlation_id="c1"),
        moves=tuple(moves(events, campaign_id="c1", currency="USD")),
    )


async def test_a_lost_answer_is_given_again(pool: Pool) -> None:
    """The activity may run twice: the second time it returns what the first has stored."""
    streams = EventStreams(PostgresEventLog(pool, a_sealer(pool)), MailLog(pool))
    first = await ActivityEnvironment().run(streams.append, started())
    assert await ActivityEnvironment().run(streams.append, started()) == first


async def test_a_conflict_arrives_as_a_failure_that_is_not_retried(pool: Pool) -> None:
    """The workflow decides again; trying the same again could not help."""
    streams = EventStreams(PostgresEventLog(pool, a_sealer(pool)), MailLog(pool))
    await ActivityEnvironment().run(streams.append, started())
    with pytest.raises(ApplicationError) as refused:
        await ActivityEnvironment().run(streams.append, started(command_id="other"))
    assert (refused.value.type, refused.value.non_retryable) == ("concurrency_conflict", True)


async def test_what_the_database_can_never_store_is_not_tried_for_ever(pool: Pool) -> None:
    """A defect shows as a failure instead of a silent wait."""
    streams = EventStreams(PostgresEventLog(pool, a_sealer(pool)), MailLog(pool))
    request = started()
    unstorable = request.records[0].model_copy(update={"type": "Nul\x00"})
    with pytest.raises(ApplicationError) as refused:
        await ActivityEnvironment().run(streams.append, request.model_copy(update={"records": (unstorable,)}))
    assert refused.value.non_retryable


async def test_a_database_that_is_away_is_left_to_the_retry_policy(pool: Pool) -> None:
    """The error is neither translated nor made final."""
    streams = EventStreams(PostgresEventLog(pool, a_sealer(pool)), MailLog(pool))
    await pool.close()
    with pytest.raises(asyncpg.InterfaceError):
        await ActivityEnvironment().run(streams.append, started())


async def test_loading_tells_what_nobody_has_been_told_of(pool: Pool) -> None:
    """Until the notice is known to have been sent."""
    mails = MailLog(pool)
    streams = EventStreams(PostgresEventLog(pool, a_sealer(pool)), mails)
    stored = await ActivityEnvironment().run(streams.append, started())
    loaded = await ActivityEnvironment().run(streams.load, LoadRequest(stream=STREAM))
    [due] = loaded.unsent
    assert (due.version, due.notice.template) == (1, Template.CAMPAIGN_STARTED)
    [notice] = notices(registry_of(STREAM).decode(stored.events[0]))
    await mails.begin(stored.events[0].event_id, notice, "<1@example.org>")
    await mails.finish(stored.events[0].event_id, notice)
    assert not (await ActivityEnvironment().run(streams.load, LoadRequest(stream=STREAM))).unsent


async def test_at_night_it_is_said_until_when_mail_waits(pool: Pool) -> None:
    """The append returns the end of the quiet hours, and a load finds the same for what has not been sent."""
    streams = EventStreams(PostgresEventLog(pool, a_sealer(pool)), MailLog(pool))
    calendar = Calendar(quiet_hours=QuietHours(starts=time(8), ends=time(11)))  # the events are of nine o'clock
    until = T0.replace(hour=11)
    stored = await ActivityEnvironment().run(streams.append, started().model_copy(update={"calendar": calendar}))
    assert stored.quiet_until == until
    asked = LoadRequest(stream=STREAM, calendar=calendar)
    loaded = await ActivityEnvironment().run(streams.load, asked)
    assert [due.not_before for due in loaded.unsent] == [None]  # a start is confirmed at once
    proposed = sample("ShortlistProposed")
    more = started(expected_version=1, command_id="k2").model_copy(
        update={"records": (registry_of(STREAM).encode(proposed),), "moves": ()}
    )
    await ActivityEnvironment().run(streams.append, more)
    loaded = await ActivityEnvironment().run(streams.load, asked)
    assert [due.not_before for due in loaded.unsent] == [None, until]


async def test_a_load_from_the_beginning_reads_the_calendar_there(pool: Pool) -> None:
    """A run that starts again knows nothing: the first event says when people sleep."""
    streams = EventStreams(PostgresEventLog(pool, a_sealer(pool)), MailLog(pool))
    calendar = Calendar(quiet_hours=QuietHours(starts=time(8), ends=time(11)))
    first = sample("CampaignStarted").model_copy(update={"calendar": calendar})
    records = tuple(registry_of(STREAM).encode(event) for event in (first, sample("ShortlistProposed")))
    await ActivityEnvironment().run(streams.append, started().model_copy(update={"records": records}))
    loaded = await ActivityEnvironment().run(streams.load, LoadRequest(stream=STREAM))
    assert [due.not_before for due in loaded.unsent] == [None, T0.replace(hour=11)]
