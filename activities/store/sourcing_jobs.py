"""Jobs that ask outside sources for creators: what is asked, how far it is, what came of it."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from activities.store.keys import Keyring, keyed_hash, workspaces_key
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.creators import Handle, Platform
from domain.errors import IdempotencyKeyReused, NotFound
from domain.values import Instant, Line, Value


class Wish(Value):
    """Whom to ask a source for: accounts by name, or words to search for."""

    source: Line
    platform: Platform
    handles: tuple[Handle, ...] = ()
    query: str = ""
    at_most: int = Field(default=200, ge=1)
    """Accounts that a search may bring in."""


class Job(Value):
    """A wish under its id. Once the job has ended, whom it was about is forgotten."""

    id: Line
    workspace: Line
    wish: Wish
    ended: bool


class JobState(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class BatchResult(Value):
    """What some accounts came to. Positions are those in the list that was asked for, from 0; empty for a search."""

    looked_at: int = 0
    created: int = 0
    updated: int = 0
    erased: int = 0
    """Accounts of people who have been erased: nothing of them was kept."""
    unreadable: int = 0
    """Accounts that the source described in a way that cannot be understood."""
    without_address: int = 0
    """New accounts without a mail address, who could not be invited: not kept."""
    unknown_at: tuple[int, ...] = ()
    """Accounts that the source does not know."""
    without_address_at: tuple[int, ...] = ()


class JobProgress(Value):
    """How far a job is, and what came of it so far."""

    id: Line
    source: Line
    state: JobState
    asked: int | None
    """Accounts that were asked for by name; None for a search."""
    result: BatchResult
    waits_until: Instant | None
    """When the source allows the next request; None if it is not waited for."""
    failure: Line | None
    """Why it failed, as a type of `failures.OutsideFailure`, or `timed_out`."""
    started_at: Instant
    ended_at: Instant | None


class SourcingJobs:
    """The jobs of all workspaces."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring

    async def open(self, job_id: str, workspace: str, wish: Wish) -> None:
        """Note a job, once however often it is asked for.

        Raises:
            IdempotencyKeyReused: the id is another wish's.
        """
        key = await self._keyring.to_seal(workspaces_key(workspace))
        fingerprint = keyed_hash(key, wish.model_dump_json())
        noted = await self._pool.fetchval(
            QUERIES.open_sourcing_job,
            job_id,
            workspace,
            wish.source,
            wish.platform,
            wish.handles,
            wish.query,
            wish.at_most,
            len(wish.handles) or None,
            fingerprint,
        )
        # Both are missing when another request has noted the job in the same moment: then it is there by now.
        noted = noted or await self._pool.fetchval(QUERIES.sourcing_fingerprint, job_id)
        if noted != fingerprint:
            raise IdempotencyKeyReused(key=job_id)

    async def get(self, job_id: str) -> Job:
        """A job.

        Raises:
            NotFound: there is none.
        """
        row = await self._pool.fetchrow(QUERIES.get_sourcing_job, job_id)
        if row is None:
            raise NotFound(kind="discovery", id=job_id)
        wish = Wish.model_validate({name: row[name] for name in Wish.model_fields})
        return Job(id=row["id"], workspace=row["workspace"], wish=wish, ended=row["state"] != JobState.RUNNING)

    async def record(self, job_id: str, place: int, result: BatchResult) -> None:
        """Note what a batch came to; a repetition changes nothing."""
        await self._pool.execute(QUERIES.record_sourcing_batch, job_id, place, result.model_dump(mode="json"))

    async def wait(self, job_id: str, until: Instant) -> None:
        """Note that the source is not to be asked before an instant."""
        await self._pool.execute(QUERIES.sourcing_waits, job_id, until)

    async def end(self, job_id: str, failure: str | None) -> None:
        """Note that it is over, and forget whom it was about; a repetition changes nothing."""
        await self._pool.execute(QUERIES.end_sourcing_job, job_id, failure)

    async def progress(self, workspace: str, job_id: str) -> JobProgress:
        """How a job stands; raises as `get`."""
        row = await self._pool.fetchrow(QUERIES.sourcing_progress, job_id, workspace)
        if row is None:
            raise NotFound(kind="discovery", id=job_id)
        results = await self._pool.fetch(QUERIES.sourcing_results, job_id)
        total = _total([BatchResult.model_validate(each["result"]) for each in results])
        return JobProgress(**dict(row), result=total)


def _total(results: Sequence[BatchResult]) -> BatchResult:
    counts = [name for name, field in BatchResult.model_fields.items() if field.annotation is int]
    return BatchResult(
        **{name: sum(getattr(result, name) for result in results) for name in counts},
        unknown_at=tuple(at for result in results for at in result.unknown_at),
        without_address_at=tuple(at for result in results for at in result.without_address_at),
    )
