"""Creators from outside: what a source tells is laid over what is known, and nothing that is known is lost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.connectors.creator_sources import CreatorSources
from activities.failures import OutsideFailure, outside_failure
from activities.ports import SourcedPage, SourcedProfile
from activities.sourcing import BATCH, BatchRequest, JobEnd, Sourcing, merge
from activities.store.erasure import Erasures
from activities.store.sourcing_jobs import SourcingJobs, Wish
from domain.creators import Handle, Platform
from tests.activities.conftest import Store
from tests.domain.given import a_profile


def a_finding(handle: str = "ines", **facts: Any) -> SourcedProfile:
    """An account as a source tells of it."""
    return SourcedProfile(**{"platform": Platform.INSTAGRAM, "handle": handle, "followers": 4_000, **facts})


class Known:
    """A source that knows some accounts, or fails."""

    name = "known"
    searchable = True

    def __init__(self, *found: SourcedProfile, page: int = 3, failure: ApplicationError | None = None) -> None:
        self._found = found
        self._page = page
        self._failure = failure

    async def look_up(self, platform: Platform, handles: Sequence[Handle]) -> Sequence[SourcedProfile | None]:
        """See `CreatorSource`."""
        if self._failure is not None:
            raise self._failure
        by_handle = {found.handle: found for found in self._found if found.platform is platform}
        return [by_handle.get(handle) for handle in handles]

    async def search(self, query: str, cursor: str | None = None) -> SourcedPage:
        """See `CreatorSource`."""
        first = int(cursor or 0)
        last = first + self._page
        following = str(last) if last < len(self._found) else None
        return SourcedPage(found=self._found[first:last], unreadable=1, next=following)

    async def check(self) -> str:
        """See `CreatorSource`."""
        return "well"

    async def aclose(self) -> None:
        """See `CreatorSource`."""


class Desk:
    """The activities on one source, with a job at a time."""

    def __init__(self, store: Store, source: Known) -> None:
        self.jobs = SourcingJobs(store.pool, store.sealer.keyring)
        self.sourcing = Sourcing(CreatorSources(source), store.directory, self.jobs)

    async def do(self, **wish: Any) -> int:
        """Carry out a job to its end; how many batches it took."""
        await self.jobs.open("job-1", "default", Wish(**{"source": "known", "platform": Platform.INSTAGRAM, **wish}))
        batch: BatchRequest | None = BatchRequest(job_id="job-1")
        count = 0
        while batch is not None:
            batch = (await self.sourcing.bring_in(batch)).following
            count += 1
        return count


async def test_accounts_are_looked_up_in_batches(store: Store) -> None:
    """Those that there are come into the directory; the others are told by their position."""
    asked = tuple(f"creator.{nth}" for nth in range(BATCH + 2))
    there = [a_finding(handle, email=f"{handle}@mail.example") for handle in asked if handle != f"creator.{BATCH}"]
    desk = Desk(store, Known(*there))
    assert await desk.do(handles=asked) == 2
    result = (await desk.jobs.progress("default", "job-1")).result
    assert (result.looked_at, result.created, result.unknown_at) == (BATCH + 2, BATCH + 1, (BATCH,))
    assert len(await store.directory.search("default")) == BATCH + 1


async def test_a_search_stops_at_as_many_as_were_wanted(store: Store) -> None:
    """In the middle of a page if need be."""
    desk = Desk(store, Known(*(a_finding(f"c{nth}", email=f"c{nth}@mail.example") for nth in range(9))))
    assert await desk.do(query="tea", at_most=4) == 2
    result = (await desk.jobs.progress("default", "job-1")).result
    assert (result.looked_at, result.created, result.unreadable) == (4, 4, 2)


async def test_a_batch_that_is_done_again_changes_nothing(store: Store) -> None:
    """As after the death of the worker that did it."""
    desk = Desk(store, Known(a_finding(email="ines@mail.example")))
    await desk.do(handles=("ines",))
    before = await desk.jobs.progress("default", "job-1")
    await desk.sourcing.bring_in(BatchRequest(job_id="job-1"))
    assert await desk.jobs.progress("default", "job-1") == before
    assert before.result.created == 1


async def test_a_batch_of_a_job_that_is_over_asks_nobody(store: Store) -> None:
    """There are no names left to ask for."""
    desk = Desk(store, Known(failure=outside_failure(OutsideFailure.REFUSED, "known", "asked again")))
    await desk.jobs.open("job-1", "default", Wish(source="known", platform=Platform.INSTAGRAM, handles=("ines",)))
    await desk.sourcing.end_job(JobEnd(job_id="job-1", failure="timed_out"))
    assert (await desk.sourcing.bring_in(BatchRequest(job_id="job-1"))).following is None
    assert (await desk.jobs.progress("default", "job-1")).failure == "timed_out"


async def test_a_wait_that_the_source_asks_for_is_shown(store: Store) -> None:
    """The failure itself goes on to Temporal, which waits."""
    failure = outside_failure(OutsideFailure.RATE_LIMITED, "known", "enough", retry_after=timedelta(minutes=30))
    desk = Desk(store, Known(failure=failure))
    with pytest.raises(ApplicationError) as raised:
        await desk.do(handles=("ines",))
    assert raised.value is failure
    until = (await desk.jobs.progress("default", "job-1")).waits_until
    assert until is not None
    assert timedelta(minutes=25) < until - datetime.now(UTC) <= timedelta(minutes=30)


async def test_a_source_that_is_not_configured_is_not_tried_again(store: Store) -> None:
    """The job was noted by a process with other settings."""
    with pytest.raises(ApplicationError) as raised:
        await Desk(store, Known()).do(handles=("ines",), source="gone")
    assert (raised.value.type, raised.value.non_retryable) == ("source_not_configured", True)


async def test_who_was_erased_does_not_come_back(store: Store) -> None:
    """Whatever the source still tells of them."""
    (creator_id,) = await store.add_creators()
    await Erasures(store.pool, store.sealer.keyring).erase(creator_id, requested_by="test")
    desk = Desk(store, Known(a_finding("creator.1", email="creator1@example.org")))
    await desk.do(handles=("creator.1",))
    result = (await desk.jobs.progress("default", "job-1")).result
    assert (result.created, result.updated, result.erased) == (0, 0, 1)
    assert await store.directory.search("default") == []


def test_what_a_source_tells_goes_over_what_is_known() -> None:
    """What it does not tell stays, a price with its currency; so does the address that people gave us."""
    known = a_profile(handle="ines", email="ines@mail.example", topics=("tea",), fee=90_00, fee_currency="EUR")
    merged = merge(a_finding(followers=9_000, average_likes=0.0, email="agency@mail.example"), known)
    assert merged == known.model_copy(update={"followers": 9_000, "average_likes": 0.0})
    priced = merge(a_finding(fee=100_00, fee_currency="USD"), known)
    assert priced is not None
    assert (priced.fee, priced.fee_currency) == (100_00, "USD")


def test_who_is_new_needs_an_address() -> None:
    """Without a name the account's stands for it."""
    assert merge(a_finding(), None) is None
    new = merge(a_finding(email="ines@mail.example"), None)
    assert new is not None
    assert (new.name, new.email, new.topics) == ("ines", "ines@mail.example", ())
