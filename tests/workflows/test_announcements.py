"""Mail beside the story: in order, each once, and what may wait does so until the morning."""

import asyncio
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.event_streams import DueNotice
from activities.notification import NotifyRequest
from domain.notices import Audience, Notice, Template
from workflows.alarm_clock import AlarmClock
from workflows.announcements import Announcements
from workflows.sandbox import sandboxed

STREAM = "campaign/c1"
NIGHT = timedelta(hours=8)


class Post:
    """Takes letters; some events cannot be told of."""

    def __init__(self, *refused: int) -> None:
        self.sent: list[tuple[str, int]] = []
        self._refused = refused

    @activity.defn(name="notify")
    async def notify(self, request: NotifyRequest) -> None:
        """Take one letter."""
        if request.version in self._refused:
            raise ApplicationError("no such person", non_retryable=True)
        self.sent.append((request.stream, request.version))


@workflow.defn
class Crier:
    """Has something to tell of each of these versions, of those below zero only in the morning."""

    @workflow.run
    async def run(self, versions: list[int]) -> list[float]:
        """Returns after how many hours nothing was on its way or could go, and after how many all had been told."""
        began = workflow.now()
        clock = AlarmClock()
        announcements = Announcements(STREAM, clock, dict)
        announcements.extend(
            DueNotice(
                version=abs(version),
                notice=Notice(template=Template.CAMPAIGN_STARTED, audience=Audience.MANAGER),
                not_before=began + NIGHT if version < 0 else None,
            )
            for version in versions
        )
        making = asyncio.create_task(announcements.make())
        hours = []
        await workflow.wait_condition(lambda: announcements.at_rest)
        hours.append((workflow.now() - began) / timedelta(hours=1))
        await workflow.wait_condition(lambda: announcements.made)
        hours.append((workflow.now() - began) / timedelta(hours=1))
        making.cancel()
        return hours


async def told(environment: WorkflowEnvironment, post: Post, *versions: int) -> list[float]:
    """What the crier returns."""
    async with Worker(
        environment.client,
        task_queue="announcements",
        workflows=[Crier],
        activities=[post.notify],
        workflow_runner=sandboxed(),
    ):
        handle: WorkflowHandle[Crier, list[float]] = await environment.client.start_workflow(
            Crier.run, list(versions), id="crier", task_queue="announcements"
        )
        return await handle.result()


async def test_everything_is_told_once_and_in_order(time_skipping: WorkflowEnvironment) -> None:
    """At once, where nothing waits for the morning."""
    post = Post()
    at_rest, made = await told(time_skipping, post, 1, 2, 2, 3)
    assert post.sent == [(STREAM, 1), (STREAM, 2), (STREAM, 2), (STREAM, 3)]
    assert made < 1 / 60
    assert at_rest <= made


async def test_what_may_not_wait_goes_before_what_waits_for_the_morning(time_skipping: WorkflowEnvironment) -> None:
    """Nothing is on its way meanwhile, and the clock wakes the workflow when it is time."""
    post = Post()
    at_rest, made = await told(time_skipping, post, -1, 2, -3)
    assert post.sent == [(STREAM, 2), (STREAM, 1), (STREAM, 3)]
    assert at_rest < 1 / 60
    assert 8 <= made < 8.1


async def test_what_cannot_be_told_keeps_nothing_else_back(time_skipping: WorkflowEnvironment) -> None:
    """It counts as said: people find it in the record."""
    post = Post(2)
    await told(time_skipping, post, 1, 2, 3)
    assert post.sent == [(STREAM, 1), (STREAM, 3)]
