"""What every source of creators must do, over real HTTP, whether it answers well or badly."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.connectors.fohr import fohr
from activities.connectors.instagram import Instagram
from activities.connectors.neoreach import neoreach
from activities.connectors.simulated import fohr as fohr_twin
from activities.connectors.simulated import instagram as instagram_twin
from activities.connectors.simulated import neoreach as neoreach_twin
from activities.connectors.simulated.faults import Fault, Twin
from activities.connectors.simulated.people import Person, matching, people
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure
from activities.ports import CreatorSource, SourcedProfile
from domain.creators import Platform

SECRETS = (instagram_twin.TOKEN, neoreach_twin.KEY, fohr_twin.KEY)


@dataclass(frozen=True)
class Case:
    """A source, and the twin that it is tried on."""

    twin: Callable[[], Twin]
    connect: Callable[..., CreatorSource]
    another_key: Callable[..., CreatorSource]

    @asynccontextmanager
    async def running(self, connect: Callable[..., CreatorSource] | None = None, **settings: Any) -> AsyncIterator[Any]:
        """The source, connected to its twin."""
        twin = self.twin()
        async with served(twin.app) as address:
            source = (connect or self.connect)(address, **settings)
            try:
                yield source, twin
            finally:
                await source.aclose()


def _instagram(token: str) -> Callable[..., CreatorSource]:
    version, account = instagram_twin.VERSION, instagram_twin.ACCOUNT
    return lambda address, **s: Instagram(token, account, base_url=f"{address}/{version}", **s)


CASES = {
    "instagram": Case(
        instagram_twin.InstagramTwin, _instagram(instagram_twin.TOKEN), _instagram("a-token-of-nobody-known")
    ),
    "neoreach": Case(
        neoreach_twin.NeoReachTwin,
        lambda address, **s: neoreach(address, neoreach_twin.KEY, **s),
        lambda address, **s: neoreach(address, "a-key-of-nobody-known", **s),
    ),
    "fohr": Case(
        fohr_twin.FohrTwin,
        lambda address, **s: fohr(address, fohr_twin.KEY, **s),
        lambda address, **s: fohr(address, "a-key-of-nobody-known", **s),
    ),
}
every_source = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
searchable_sources = pytest.mark.parametrize("case", [CASES["neoreach"], CASES["fohr"]], ids=["neoreach", "fohr"])


def some_people(count: int = 2) -> Sequence[Person]:
    """Instagram accounts whom every source knows, with more posts than fit on a page."""
    known = (person for person in people() if person.profile.platform is Platform.INSTAGRAM)
    return [person for person in known if (person.profile.posts or 0) > 60][:count]


def handles(known: Sequence[Person]) -> list[str]:
    """Their accounts."""
    return [person.profile.handle for person in known]


async def failure_of(case: Case, **settings: Any) -> tuple[ApplicationError, int]:
    """How a look-up fails, and how many requests it took."""
    async with case.running(**{name: value for name, value in settings.items() if name != "plan"}) as (source, twin):
        twin.faults.plan(**settings["plan"])
        with pytest.raises(ApplicationError) as failed:
            await source.look_up(Platform.INSTAGRAM, handles(some_people()))
    return failed.value, twin.requests


async def found_by_search(source: CreatorSource, words: str) -> list[SourcedProfile]:
    """Everybody on all pages."""
    page = await source.search(words)
    found = list(page.found)
    while page.next is not None:
        page = await source.search(words, page.next)
        found += page.found
    return found


@every_source
async def test_accounts_are_found_in_the_order_in_which_they_were_asked_for(case: Case) -> None:
    """With the figures that the service has of them; one that it does not know is None and spoils nothing."""
    one, other = some_people()
    async with case.running() as (source, _):
        asked = [one.profile.handle, "nobody.of.this.name", other.profile.handle]
        first, unknown, second = await source.look_up(Platform.INSTAGRAM, asked)
    assert unknown is None
    for found, person in ((first, one), (second, other)):
        profile = person.profile
        assert (found.handle, found.platform) == (profile.handle, Platform.INSTAGRAM)
        assert (found.followers, found.following, found.posts) == (profile.followers, profile.following, profile.posts)
        assert found.average_likes == pytest.approx(profile.average_likes, rel=0.02, abs=1)
        assert found.average_comments == pytest.approx(profile.average_comments, rel=0.1, abs=1)
        assert found.name == profile.name


@every_source
async def test_another_platform_s_account_of_the_same_name_is_not_the_same(case: Case) -> None:
    """Whoever is asked for on TikTok is not found on Instagram."""
    (person,) = some_people(1)
    async with case.running() as (source, _):
        assert await source.look_up(Platform.TIKTOK, [person.profile.handle]) == [None]


@searchable_sources
async def test_a_search_finds_everybody_who_fits_once_over_all_pages(case: Case) -> None:
    """However many pages the service makes of them."""
    expected = matching(people(), "coffee")
    async with case.running() as (source, twin):
        found = await found_by_search(source, "coffee")
        assert twin.requests > 2
    assert sorted((f.platform, f.handle) for f in found) == sorted(
        (p.profile.platform, p.profile.handle) for p in expected
    )


async def test_posts_are_read_over_several_pages() -> None:
    """Instagram's averages are over more posts than one page has."""
    (person,) = some_people(1)
    async with CASES["instagram"].running() as (source, twin):
        await source.look_up(Platform.INSTAGRAM, [person.profile.handle])
    assert twin.requests == 2


@every_source
async def test_a_page_that_is_only_partly_filled_is_not_the_end(case: Case) -> None:
    """Where there is more the service says so, whatever the length of the page."""
    known = some_people(12)
    async with case.running() as (source, twin):
        twin.faults.plan(Fault.PARTIAL_PAGE, times=2)
        found = await source.look_up(Platform.INSTAGRAM, handles(known))
        assert [one and one.handle for one in found] == handles(known)
        if source.searchable:
            twin.faults.plan(Fault.PARTIAL_PAGE, times=2)
            assert len(await found_by_search(source, "coffee")) == len(matching(people(), "coffee"))


@every_source
async def test_a_short_wait_that_a_service_asks_for_is_not_noticed(case: Case) -> None:
    """429 with a moment's Retry-After."""
    known = some_people()
    async with case.running() as (source, twin):
        twin.faults.plan(Fault.RATE_LIMITED, times=2, retry_after=0)
        found = await source.look_up(Platform.INSTAGRAM, handles(known))
    assert [one and one.handle for one in found] == handles(known)


@every_source
async def test_a_long_wait_is_handed_on(case: Case) -> None:
    """The error says when to come back, and nothing was repeated meanwhile."""
    error, requests = await failure_of(case, plan={"fault": Fault.RATE_LIMITED, "retry_after": 600})
    assert (error.type, error.non_retryable) == (OutsideFailure.RATE_LIMITED, False)
    assert error.next_retry_delay == timedelta(minutes=10)
    assert requests == 1


@every_source
async def test_a_service_that_fails_may_be_asked_again(case: Case) -> None:
    """5xx, with a page of some gateway."""
    error, requests = await failure_of(case, plan={"fault": Fault.SERVER_ERROR})
    assert (error.type, error.non_retryable) == (OutsideFailure.UNAVAILABLE, False)
    assert requests == 1


@every_source
async def test_a_token_that_has_expired_is_not_tried_again(case: Case) -> None:
    """Somebody has to make a new one; the old one is in no message."""
    error, requests = await failure_of(case, plan={"fault": Fault.EXPIRED_TOKEN})
    assert (error.type, error.non_retryable) == (OutsideFailure.CREDENTIALS, True)
    assert requests == 1
    assert not any(secret in str(error) for secret in SECRETS)


@every_source
async def test_json_that_ends_in_the_middle_may_be_whole_next_time(case: Case) -> None:
    """Nothing is made of the half that came."""
    error, _ = await failure_of(case, plan={"fault": Fault.MALFORMED})
    assert (error.type, error.non_retryable) == (OutsideFailure.UNREADABLE, False)


@every_source
async def test_an_answer_that_takes_too_long_is_not_waited_for(case: Case) -> None:
    """The attempt ends, and another one may be luckier."""
    error, _ = await failure_of(case, plan={"fault": Fault.SLOW}, step_timeout=0.2)
    assert (error.type, error.non_retryable) == (OutsideFailure.UNAVAILABLE, False)


@every_source
async def test_an_answer_of_enormous_size_is_not_read(case: Case) -> None:
    """A limit far below what a worker can hold."""
    error, _ = await failure_of(case, plan={"fault": Fault.SLOW, "delay": 0}, largest=100)
    assert (error.type, error.non_retryable) == (OutsideFailure.TOO_LARGE, True)


@every_source
async def test_a_check_tells_good_credentials_from_bad_ones(case: Case) -> None:
    """In words for whoever set them."""
    async with case.running() as (source, _):
        assert "accepted" in await source.check()
    async with case.running(case.another_key) as (source, _):
        with pytest.raises(ApplicationError) as refused:
            await source.check()
    assert refused.value.type == OutsideFailure.CREDENTIALS
