"""Looking at published posts through a service: what is there, what is not, and what nobody can say."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.connectors.instagram import Instagram
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.instagram import InstagramTwin
from activities.failures import OutsideFailure
from activities.live_posts import ASKS, LivePosts, LookRequest, post_not_verified, post_sources, post_to_restore
from domain.assignment import PostSource
from domain.creators import Creator, Platform
from domain.formats import Format
from domain.live_posts import Look, PostNotVerified, Sighting
from domain.monitoring import Metrics, Unavailable
from domain.notices import Audience
from domain.peers import Peers
from domain.ranking import Wanted
from tests.activities.connectors.test_instagram import NOW, connected, somebody
from tests.activities.occasions import occasion
from tests.domain.given import DISCLOSED, HOUR, T0, UNDISCLOSED, live, not_seen, seen, watched

PERSON = somebody(posts=60, posts_per_week=7.0)
DAY = timedelta(days=1)


class OneCreator:
    """A directory that knows one person."""

    async def candidates(self, wanted: Wanted, *, campaign_id: str | None = None) -> list[Creator]:
        """Everybody."""
        return [Creator(id="creator-1", profile=PERSON.profile)]

    async def get(self, creator_ids: Sequence[str]) -> dict[str, Creator]:
        """Whoever is asked for and known."""
        known = {"creator-1": Creator(id="creator-1", profile=PERSON.profile)}
        return {one: known[one] for one in creator_ids if one in known}

    async def peers(self, creator_id: str) -> Peers | None:
        """Nobody is like them."""
        return None


class Bench:
    """The activities between a directory and Instagram's twin."""

    def __init__(self, twin: InstagramTwin, instagram: Instagram) -> None:
        self.twin = twin
        self.posts = LivePosts(OneCreator(), [instagram])
        self.environment = ActivityEnvironment()
        self.published = twin.publications.publish(PERSON.profile.handle, DISCLOSED, at=NOW - 3 * DAY, likes=400)

    def request(self, **facts: object) -> LookRequest:
        """To look for the post that was published."""
        usual = {"creator_id": "creator-1", "source": "instagram", "told_at": NOW - 3 * DAY, "url": self.published.url}
        return LookRequest.model_validate({**usual, **facts})

    async def check(self, **facts: object) -> Sighting:
        """What is there."""
        return await self.environment.run(self.posts.check_post, self.request(**facts))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Instagram with one post in question."""
    twin = InstagramTwin([PERSON], now=NOW)
    async with connected(twin.app) as instagram:
        yield Bench(twin, instagram)


async def test_a_post_is_seen_with_the_caption_that_everybody_sees(bench: Bench) -> None:
    """And with the platform's own id of it."""
    assert await bench.check() == Sighting(look=Look.FOUND, post_id=bench.published.number, caption=DISCLOSED)


async def test_a_post_that_was_deleted_is_absent(bench: Bench) -> None:
    """The account is there and the post is not."""
    bench.twin.publications.delete(bench.published.code)
    assert await bench.check() == Sighting(look=Look.ABSENT)
    assert (await bench.check(url="https://social.example/p/1")).look is Look.ABSENT


async def test_what_nobody_can_say_is_unknown(bench: Bench) -> None:
    """A service that is not configured any more, a creator who has left, an account that is not shown."""
    assert (await bench.check(source="another")).look is Look.UNKNOWN
    assert (await bench.check(creator_id="creator-2")).look is Look.UNKNOWN
    renamed = InstagramTwin([somebody(handle="another.name")], now=NOW)
    async with connected(renamed.app) as instagram:
        posts = LivePosts(OneCreator(), [instagram])
        assert (await bench.environment.run(posts.check_post, bench.request())).look is Look.UNKNOWN


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.MALFORMED, Fault.EXPIRED_TOKEN])
async def test_a_service_that_fails_is_asked_again(bench: Bench, fault: Fault) -> None:
    """Also when its token was refused: somebody may make another one within hours."""
    for activity in (bench.posts.check_post, bench.posts.poll_metrics):
        bench.twin.faults.plan(fault)
        with pytest.raises(ApplicationError) as failed:
            await bench.environment.run(activity, bench.request())
        assert not failed.value.non_retryable


async def test_a_wait_that_the_service_asks_for_is_handed_on(bench: Bench) -> None:
    """The next attempt is when it wants it."""
    bench.twin.faults.plan(Fault.RATE_LIMITED, retry_after=600)
    with pytest.raises(ApplicationError) as failed:
        await bench.check()
    assert failed.value.type == OutsideFailure.RATE_LIMITED
    assert failed.value.next_retry_delay == timedelta(minutes=10)


async def test_figures_are_the_post_s_insights(bench: Bench) -> None:
    """Where its account lets us see them, and its id is known."""
    polled = await bench.environment.run(bench.posts.poll_metrics, bench.request(post_id=bench.published.number))
    assert polled.metrics is not None
    likes = bench.published.post(NOW).likes
    assert (polled.metrics.likes, polled.metrics.reach, polled.metrics.saves) == (likes, likes * 9, likes // 12)
    assert polled.cause is None


@pytest.mark.parametrize("post_id", [None, "known"])
async def test_without_insights_figures_are_what_everybody_sees(bench: Bench, post_id: str | None) -> None:
    """Likes and comments; what is not shown stays unknown."""
    bench.twin.without_insights.add(PERSON.profile.handle)
    request = bench.request(post_id=post_id and bench.published.number)
    polled = await bench.environment.run(bench.posts.poll_metrics, request)
    shown = bench.published.post(NOW)
    assert polled.metrics == Metrics(likes=shown.likes, comments=shown.comments)


async def test_a_post_that_is_gone_has_no_figures(bench: Bench) -> None:
    """Nor has one that nobody can look for."""
    bench.twin.publications.delete(bench.published.code)
    for request in (bench.request(), bench.request(creator_id="creator-2")):
        polled = await bench.environment.run(bench.posts.poll_metrics, request)
        assert (polled.metrics, polled.cause) == (None, Unavailable.NOT_GIVEN)


async def test_collaborations_are_told_who_reads_which_posts(bench: Bench) -> None:
    """By platform, with the formats that the service shows."""
    async with connected(bench.twin.app) as instagram:
        known = post_sources([instagram])
    assert known == {Platform.INSTAGRAM: PostSource(name="instagram", formats=(Format.POST, Format.REEL))}


def test_the_creator_is_told_what_is_wrong_and_until_when() -> None:
    """Where it is gone, and where it hides the partnership with how to mend that; and that money waits for it."""
    story = live(watched()).does(not_seen(), at=T0 + 2 * HOUR)
    letter = post_to_restore(occasion(story, PostNotVerified))
    assert letter.subject == "Please restore deliverable 1 (reel) for Lumen Tea"
    assert "it is not there" in letter.body
    assert "by Wednesday 4 March 2026, 06:00 (America/New_York)" in letter.body
    assert "The rest of your fee is paid as soon as we see it." in letter.body
    story = live(watched()).does(seen(), at=T0 + HOUR).does(seen(UNDISCLOSED), at=T0 + 30 * DAY)
    letter = post_to_restore(occasion(story, PostNotVerified))
    assert "does not disclose the partnership any more" in letter.body
    assert "Begin the caption with #ad" in letter.body
    assert "rest of your fee" not in letter.body


def test_the_manager_hears_of_it() -> None:
    """In words that are for the brand; the reminder's too."""
    about = occasion(live(watched()).does(not_seen(), at=T0 + 2 * HOUR), PostNotVerified)
    letter = post_not_verified(replace(about, audience=Audience.MANAGER))
    assert letter.subject == "deliverable 1 (reel) by @steep.and.pour on Instagram is not in order"
    assert "then it counts as missed" in letter.body
    assert ASKS["restore_post"](about, "1") == "restore the post of deliverable 1 (reel), with its disclosure"
