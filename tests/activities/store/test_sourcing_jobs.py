"""Jobs that ask outside sources: noted once, counted once, and silent about people once they are over."""

from datetime import UTC, datetime

import pytest

from activities.store.pool import Pool
from activities.store.sourcing_jobs import BatchResult, JobState, SourcingJobs, Wish
from domain.creators import Platform
from domain.errors import IdempotencyKeyReused, NotFound
from tests.keys import a_sealer

WISH = Wish(source="instagram", platform=Platform.INSTAGRAM, handles=("ines", "leo"))


@pytest.fixture
def jobs(pool: Pool) -> SourcingJobs:
    """The jobs of an empty database."""
    return SourcingJobs(pool, a_sealer(pool).keyring)


async def test_a_job_is_noted_once(jobs: SourcingJobs) -> None:
    """The same again changes nothing; another wish under its id is refused, also after the end."""
    for _ in range(2):
        await jobs.open("job-1", "default", WISH)
    job = await jobs.get("job-1")
    assert (job.wish, job.workspace, job.ended) == (WISH, "default", False)
    await jobs.end("job-1", None)
    await jobs.open("job-1", "default", WISH)
    with pytest.raises(IdempotencyKeyReused):
        await jobs.open("job-1", "default", WISH.model_copy(update={"handles": ("ines",)}))


async def test_batches_add_up_and_none_counts_twice(jobs: SourcingJobs) -> None:
    """A worker that died may do one again: what it created the first time it only renews the second."""
    await jobs.open("job-1", "default", WISH)
    await jobs.record("job-1", 0, BatchResult(looked_at=10, created=7, unknown_at=(2, 5)))
    await jobs.record("job-1", 0, BatchResult(looked_at=10, updated=7, unknown_at=(2, 5)))
    await jobs.record("job-1", 1, BatchResult(looked_at=3, created=1, without_address=1, without_address_at=(11,)))
    progress = await jobs.progress("default", "job-1")
    assert progress.result == BatchResult(
        looked_at=13, created=8, without_address=1, unknown_at=(2, 5), without_address_at=(11,)
    )
    assert (progress.state, progress.asked, progress.ended_at) == (JobState.RUNNING, 2, None)


async def test_a_wait_is_shown_until_it_is_over(jobs: SourcingJobs) -> None:
    """The next batch ends it."""
    until = datetime(2026, 11, 20, 12, tzinfo=UTC)
    await jobs.open("job-1", "default", WISH)
    await jobs.wait("job-1", until)
    assert (await jobs.progress("default", "job-1")).waits_until == until
    await jobs.record("job-1", 0, BatchResult())
    assert (await jobs.progress("default", "job-1")).waits_until is None


@pytest.mark.parametrize(("failure", "state"), [(None, JobState.COMPLETED), ("timed_out", JobState.FAILED)])
async def test_an_end_forgets_whom_it_was_about(
    pool: Pool, jobs: SourcingJobs, failure: str | None, state: JobState
) -> None:
    """No name is left in the database; what came of it is."""
    await jobs.open("job-1", "default", WISH)
    await jobs.record("job-1", 0, BatchResult(looked_at=2, created=2))
    await jobs.end("job-1", failure)
    await jobs.end("job-1", "another")
    assert "ines" not in await pool.fetchval("select string_agg(sourcing_jobs::text, '') from sourcing_jobs")
    progress = await jobs.progress("default", "job-1")
    assert (progress.state, progress.failure, progress.asked, progress.result.created) == (state, failure, 2, 2)
    assert progress.ended_at is not None


async def test_a_job_of_another_workspace_is_not_there(jobs: SourcingJobs) -> None:
    """As little as one that nobody has asked for."""
    await jobs.open("job-1", "default", WISH)
    with pytest.raises(NotFound):
        await jobs.progress("other", "job-1")
    with pytest.raises(NotFound):
        await jobs.get("job-2")
