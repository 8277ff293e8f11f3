"""Bringing in creators from outside sources, batch by batch; who is known already is renewed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.connectors.creator_sources import CreatorSources
from activities.failures import as_application_error
from activities.ports import SourcedProfile
from activities.store.creators import Creators
from activities.store.sourcing_jobs import BatchResult, Job, SourcingJobs
from domain.creators import Profile
from domain.errors import GroundswellError
from domain.values import Line, Value

BATCH = 10
"""Accounts that are asked for at a time: a failure repeats no more requests than that."""


class BatchRequest(Value):
    """Which part of a job is to be done: the nth batch, and of a search the source's own mark for it."""

    job_id: Line
    place: int = 0
    cursor: str | None = None
    so_far: int = 0
    """Accounts that the batches before it have brought in."""


class BatchDone(Value):
    """Where the job goes on; None if it is done."""

    following: BatchRequest | None


class JobEnd(Value):
    """That a job is over, and if it failed, why."""

    job_id: Line
    failure: Line | None = None


class Sourcing:
    """Asks sources, and keeps what they tell in the directory."""

    def __init__(self, sources: CreatorSources, creators: Creators, jobs: SourcingJobs) -> None:
        self._sources = sources
        self._creators = creators
        self._jobs = jobs

    @activity.defn
    async def bring_in(self, batch: BatchRequest) -> BatchDone:
        """Do one batch. A source that has had enough for now is waited for; the job says until when."""
        try:
            job = await self._jobs.get(batch.job_id)
            if job.ended:
                return BatchDone(following=None)
            return await self._bring_in(job, batch)
        except GroundswellError as error:
            raise as_application_error(error) from error
        except ApplicationError as error:
            if error.next_retry_delay is not None and not error.non_retryable:
                await self._jobs.wait(batch.job_id, datetime.now(UTC) + error.next_retry_delay)
            raise

    @activity.defn
    async def end_job(self, end: JobEnd) -> None:
        """Note how a job ended."""
        await self._jobs.end(end.job_id, end.failure)

    async def _bring_in(self, job: Job, batch: BatchRequest) -> BatchDone:
        if job.wish.handles:
            return await self._look_up(job, batch)
        return await self._search(job, batch)

    async def _look_up(self, job: Job, batch: BatchRequest) -> BatchDone:
        first, last = batch.place * BATCH, (batch.place + 1) * BATCH
        source = self._sources.get(job.wish.source)
        found = await source.look_up(job.wish.platform, job.wish.handles[first:last])
        accounts = {first + nth: account for nth, account in enumerate(found) if account is not None}
        unknown = tuple(first + nth for nth, account in enumerate(found) if account is None)
        result, unreachable = await self._keep(job.workspace, list(accounts.values()))
        without = tuple(at for at, account in accounts.items() if account in unreachable)
        told = {"looked_at": len(found), "unknown_at": unknown, "without_address_at": without}
        await self._jobs.record(job.id, batch.place, result.model_copy(update=told))
        more = last < len(job.wish.handles)
        return BatchDone(following=BatchRequest(job_id=job.id, place=batch.place + 1) if more else None)

    async def _search(self, job: Job, batch: BatchRequest) -> BatchDone:
        page = await self._sources.get(job.wish.source).search(job.wish.query, batch.cursor)
        room = job.wish.at_most - batch.so_far
        found = list(page.found[:room])
        result, _ = await self._keep(job.workspace, found)
        told = {"looked_at": len(found), "unreadable": page.unreadable}
        await self._jobs.record(job.id, batch.place, result.model_copy(update=told))
        if page.next is None or len(found) >= room:
            return BatchDone(following=None)
        so_far = batch.so_far + len(found)
        following = BatchRequest(job_id=job.id, place=batch.place + 1, cursor=page.next, so_far=so_far)
        return BatchDone(following=following)

    async def _keep(self, workspace: str, found: Sequence[SourcedProfile]) -> tuple[BatchResult, list[SourcedProfile]]:
        """Put accounts into the directory: what came of it, and those who could not be reached and so are left out."""
        accounts = [(str(account.platform), account.handle) for account in found]
        known = await self._creators.of_accounts(workspace, accounts)
        merged = [merge(account, known.get(key)) for account, key in zip(found, accounts, strict=True)]
        profiles = [profile for profile in merged if profile is not None]
        kept = await self._creators.upsert(workspace, profiles)
        created = sum(each.created for each in kept)
        erased = sum(each.erased for each in kept)
        unreachable = [account for account, profile in zip(found, merged, strict=True) if profile is None]
        result = BatchResult(
            created=created,
            updated=len(kept) - created - erased,
            erased=erased,
            without_address=len(unreachable),
        )
        return result, unreachable


def merge(found: SourcedProfile, known: Profile | None) -> Profile | None:
    """What a source tells over what is known; None if neither has a mail address.

    What the source does not tell stays as it was. An address that is known stays too: people give theirs to us, and
    what they write in public may be an agency's. A price goes with its currency.
    """
    told: dict[str, Any] = {
        name: value for name in SourcedProfile.model_fields if (value := getattr(found, name)) not in (None, "", ())
    }
    if found.fee is None:
        del told["fee_currency"]
    before = {} if known is None else dict(known)
    if known is not None:
        told["email"] = known.email
    elif found.email is None:
        return None
    return Profile(**{"name": found.handle, **before, **told})
