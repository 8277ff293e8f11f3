"""Paths that a job takes which asks an outside source for creators; recorded beside those of `paths`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from activities.connectors.creator_sources import CreatorSources
from activities.connectors.instagram import Instagram
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.instagram import ACCOUNT, TOKEN, VERSION, InstagramTwin
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure
from activities.sourcing import BATCH
from activities.starting import sourcing_id
from activities.store.sourcing_jobs import JobState, SourcingJobs, Wish
from domain.creators import Platform
from tests.workflows.conftest import Bench
from workflows.sourcing_client import SourcingEngine
from workflows.worker import worker

NOBODY = tuple(f"nobody.{nth}" for nth in range(BATCH + 1))
"""As many accounts as make two batches, of which Instagram knows none."""


async def sourced(live: Bench) -> str:
    """Two batches, of which one is asked for again because the source answered badly."""
    async with asking(live) as twin:
        twin.faults.plan(Fault.SERVER_ERROR)
        return await _until_ended(live, JobState.COMPLETED)


async def sourcing_failed(live: Bench) -> str:
    """The source does not take the token any more: the job ends and says so."""
    async with asking(live) as twin:
        twin.faults.plan(Fault.EXPIRED_TOKEN)
        return await _until_ended(live, JobState.FAILED)


@asynccontextmanager
async def asking(live: Bench) -> AsyncIterator[InstagramTwin]:
    """A worker on a queue of its own that can ask Instagram's twin."""
    twin = InstagramTwin()
    async with served(twin.app) as address:
        sources = CreatorSources(Instagram(TOKEN, ACCOUNT, base_url=f"{address}/{VERSION}"))
        settings = live.settings.model_copy(update={"task_queue": _queue(live)})
        async with worker(live.client, settings, live.pool, live.sealer, sources):
            yield twin
        await sources.aclose()


async def _until_ended(live: Bench, state: JobState) -> str:
    job_id, jobs = uuid4().hex, SourcingJobs(live.pool, live.sealer.keyring)
    wish = Wish(source="instagram", platform=Platform.INSTAGRAM, handles=NOBODY)
    await SourcingEngine(live.client, jobs, _queue(live)).start(job_id, "default", wish)
    async with asyncio.timeout(60):
        await live.client.get_workflow_handle(sourcing_id(job_id)).result()
    progress = await jobs.progress("default", job_id)
    assert (progress.state, progress.failure) == (
        state,
        OutsideFailure.CREDENTIALS if state is JobState.FAILED else None,
    )
    return sourcing_id(job_id)


def _queue(live: Bench) -> str:
    return f"{live.task_queue}-sources"
