"""Asking an outside source as a durable job: through quotas and failures, to an end that says what came of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from pydantic import SecretStr
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from activities.connectors.creator_sources import CreatorSources
from activities.connectors.instagram import Instagram
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.instagram import ACCOUNT, TOKEN, VERSION, InstagramTwin
from activities.connectors.simulated.people import people
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure
from activities.starting import sourcing_id
from activities.store.creators import Creators
from activities.store.pool import open_pool
from activities.store.sourcing_jobs import JobProgress, JobState, SourcingJobs, Wish
from domain.creators import Platform
from domain.errors import IdempotencyKeyReused
from tests.keys import MASTER_KEYS, a_sealer
from workflows.payload_codec import encrypted_client
from workflows.sandbox import sandboxed
from workflows.settings import Settings
from workflows.sourcing import SourcingWorkflow
from workflows.sourcing_client import SourcingEngine
from workflows.worker import worker

NEW = tuple(one.profile.handle for one in people() if one.newcomer and one.profile.platform is Platform.INSTAGRAM)
WISH = Wish(source="instagram", platform=Platform.INSTAGRAM, handles=NEW)


@dataclass
class Running:
    """A worker that can ask a twin."""

    client: Client
    twin: InstagramTwin
    jobs: SourcingJobs
    engine: SourcingEngine
    creators: Creators

    async def history(self, job_id: str) -> WorkflowHistory:
        """What Temporal keeps of a job."""
        return await self.client.get_workflow_handle(sourcing_id(job_id)).fetch_history()

    async def ended(self, job_id: str) -> JobProgress:
        """How a job ended."""
        async with asyncio.timeout(60):
            await self.client.get_workflow_handle(sourcing_id(job_id)).result()
        return await self.jobs.progress("default", job_id)


@pytest.fixture
async def running(temporal_client: Client, database: str) -> AsyncIterator[Running]:
    """Everything real but Instagram."""
    settings = Settings(
        database_url=SecretStr(database),
        secret_key=SecretStr("k" * 32),
        master_keys=SecretStr(MASTER_KEYS),
        task_queue=f"tests-{uuid4().hex}",
    )
    pool = await open_pool(database, application_name="tests")
    sealer = a_sealer(pool)
    client, jobs, twin = encrypted_client(temporal_client, sealer), SourcingJobs(pool, sealer.keyring), InstagramTwin()
    async with served(twin.app) as address:
        sources = CreatorSources(Instagram(TOKEN, ACCOUNT, base_url=f"{address}/{VERSION}"))
        async with worker(client, settings, pool, sealer, sources):
            engine = SourcingEngine(client, jobs, settings.task_queue)
            yield Running(client, twin, jobs, engine, Creators(pool, sealer.keyring))
        await sources.aclose()
    await pool.close()


async def test_a_job_goes_on_after_failures_and_quotas(running: Running) -> None:
    """Everybody comes in once, though the source answered badly, was away, and wanted to be left alone."""
    job_id = uuid4().hex
    running.twin.faults.plan(Fault.MALFORMED)
    running.twin.faults.plan(Fault.RATE_LIMITED, retry_after=6)
    running.twin.faults.plan(Fault.SERVER_ERROR)
    await running.engine.start(job_id, "default", WISH)
    progress = await running.ended(job_id)
    assert (progress.state, progress.failure, progress.waits_until) == (JobState.COMPLETED, None, None)
    assert (progress.result.looked_at, progress.result.created) == (len(NEW), len(NEW))
    assert len(await running.creators.search("default")) == len(NEW)


async def test_a_job_that_cannot_go_on_says_why_and_keeps_what_it_has(running: Running) -> None:
    """The token expired after the first batch."""
    job_id = uuid4().hex
    await running.engine.start(job_id, "default", WISH.model_copy(update={"handles": NEW[:2]}))
    await running.ended(job_id)
    running.twin.faults.plan(Fault.EXPIRED_TOKEN)
    job_id = uuid4().hex
    await running.engine.start(job_id, "default", WISH)
    progress = await running.ended(job_id)
    assert (progress.state, progress.failure) == (JobState.FAILED, OutsideFailure.CREDENTIALS)
    assert progress.result.looked_at == 0
    assert len(await running.creators.search("default")) == 2


async def test_a_job_is_started_once(running: Running) -> None:
    """Also when it is asked for again after its end; another wish under its id is refused."""
    job_id = uuid4().hex
    wish = WISH.model_copy(update={"handles": NEW[:1]})
    await running.engine.start(job_id, "default", wish)
    before = await running.ended(job_id)
    requests = running.twin.requests
    await running.engine.start(job_id, "default", wish)
    assert await running.ended(job_id) == before
    assert running.twin.requests == requests
    with pytest.raises(IdempotencyKeyReused):
        await running.engine.start(job_id, "default", WISH)


async def test_temporal_gets_to_know_nobody_and_the_history_replays(running: Running) -> None:
    """The names are in the database only, as long as they are needed."""
    job_id = uuid4().hex
    await running.engine.start(job_id, "default", WISH.model_copy(update={"handles": NEW[:1]}))
    await running.ended(job_id)
    history = await running.history(job_id)
    assert NEW[0] not in history.to_json()
    converter = running.client.data_converter
    replayer = Replayer(workflows=[SourcingWorkflow], data_converter=converter, workflow_runner=sandboxed())
    await replayer.replay_workflow(history)
