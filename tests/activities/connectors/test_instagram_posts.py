"""Posts are known by the code in their address, and read as they are shown now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.responses import JSONResponse
from temporalio.exceptions import ApplicationError

from activities.connectors.instagram import Instagram
from activities.connectors.instagram_posts import Media, as_post, code_of
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.instagram import ACCOUNT, TOKEN, VERSION, InstagramTwin
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure
from tests.activities.connectors.test_instagram import NOW, answering, connected, discovered, somebody

DAY = timedelta(days=1)
PERSON = somebody(posts=60, posts_per_week=7.0)
HANDLE = PERSON.profile.handle


def a_twin() -> InstagramTwin:
    """Instagram with one account that posts every day."""
    return InstagramTwin([PERSON], now=NOW)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://www.instagram.com/p/Cxy_9-aB/", "Cxy_9-aB"),
        ("https://instagram.com/p/Cxy?igsh=abc&utm_source=x", "Cxy"),
        ("http://m.instagram.com/reel/Cxy", "Cxy"),
        ("https://www.instagram.com/some.body/reel/Cxy/", "Cxy"),
        ("https://www.instagram.com/reels/Cxy/#comments", "Cxy"),
        ("https://www.instagram.com/some.body/", None),
        ("https://www.instagram.com/stories/some.body/31415/", None),
        ("https://instagram.com.example/p/Cxy/", None),
        ("https://social.example/p/Cxy", None),
        ("https://[broken", None),
    ],
)
def test_an_address_names_a_post_by_its_code(url: str, code: str | None) -> None:
    """However people copy it; what is no post of Instagram's has none."""
    assert code_of(url) == code


async def test_a_post_is_found_at_its_address() -> None:
    """With the caption that everybody sees, its id and its public figures."""
    twin = a_twin()
    made = twin.publications.publish(HANDLE, "#ad My\x07 new cup.", at=NOW - 19 * timedelta(hours=1), likes=400)
    async with connected(twin.app) as instagram:
        post = await instagram.find_post(HANDLE, f"{made.url}?igsh=1", NOW - DAY)
    assert post is not None
    assert (post.id, post.caption, post.published_at) == (made.number, "#ad My new cup.", made.at)
    assert (post.likes, post.comments) == (200, 10)
    assert twin.requests == 1


async def test_what_was_edited_or_deleted_is_seen_as_it_is_now() -> None:
    """Another caption, and then nothing."""
    twin = a_twin()
    made = twin.publications.publish(HANDLE, "#ad My new cup.", at=NOW)
    async with connected(twin.app) as instagram:
        twin.publications.edit(made.code, "My new cup.")
        post = await instagram.find_post(HANDLE, made.url, NOW - DAY)
        assert post is not None
        assert post.caption == "My new cup."
        twin.publications.delete(made.code)
        assert await instagram.find_post(HANDLE, made.url, NOW - DAY) is None


async def test_older_posts_are_on_later_pages() -> None:
    """As far back as it may have been published, and no further."""
    twin = a_twin()
    old = twin.publications.publish(HANDLE, "#ad A month ago.", at=NOW - 30 * DAY)
    async with connected(twin.app) as instagram:
        assert await instagram.find_post(HANDLE, old.url, NOW - 31 * DAY) is not None
        assert twin.requests == 2
        assert await instagram.find_post(HANDLE, old.url, NOW - 10 * DAY) is None
        assert twin.requests == 3


async def test_what_is_no_address_of_instagram_s_is_not_asked_for() -> None:
    """It cannot be among the account's posts."""
    twin = a_twin()
    async with connected(twin.app) as instagram:
        assert await instagram.find_post(HANDLE, "https://social.example/p/1", NOW - DAY) is None
    assert twin.requests == 0


async def test_an_account_that_is_not_shown_is_no_missing_post() -> None:
    """Whoever goes private or by another name has not deleted anything: the request is refused."""
    async with connected(a_twin().app) as instagram:
        with pytest.raises(ApplicationError, match="does not show this account") as refused:
            await instagram.find_post("nobody.of.this.name", "https://www.instagram.com/p/Cxy/", NOW)
    assert refused.value.type == OutsideFailure.REFUSED
    assert "nobody.of.this.name" not in str(refused.value)


async def test_a_page_that_is_only_partly_filled_is_not_the_end() -> None:
    """The post on the next one is found."""
    twin = a_twin()
    old = twin.publications.publish(HANDLE, "#ad Last week.", at=NOW - 10 * DAY)
    async with connected(twin.app) as instagram:
        twin.faults.plan(Fault.PARTIAL_PAGE, times=3)
        assert await instagram.find_post(HANDLE, old.url, NOW - 31 * DAY) is not None
    assert twin.requests == 2


@pytest.mark.parametrize(
    ("plan", "kind", "lasting"),
    [
        ({"fault": Fault.RATE_LIMITED, "retry_after": 600}, OutsideFailure.RATE_LIMITED, False),
        ({"fault": Fault.SERVER_ERROR}, OutsideFailure.UNAVAILABLE, False),
        ({"fault": Fault.EXPIRED_TOKEN}, OutsideFailure.CREDENTIALS, True),
        ({"fault": Fault.MALFORMED}, OutsideFailure.UNREADABLE, False),
    ],
)
async def test_a_service_that_fails_says_nothing_of_the_post(
    plan: dict[str, Any], kind: OutsideFailure, lasting: bool
) -> None:
    """It is an error of a known kind, never a post that is missing; so it is with its figures."""
    twin = a_twin()
    made = twin.publications.publish(HANDLE, "#ad My new cup.", at=NOW)
    async with connected(twin.app) as instagram:
        for call in (instagram.find_post(HANDLE, made.url, NOW - DAY), instagram.figures(made.number)):
            twin.faults.plan(**plan)
            with pytest.raises(ApplicationError) as failed:
                await call
            assert (failed.value.type, failed.value.non_retryable) == (kind, lasting)


async def test_an_account_that_gives_no_insights_is_known_by_its_refusal() -> None:
    """What everybody sees is still there to be read."""
    twin = a_twin()
    made = twin.publications.publish(HANDLE, "#ad My new cup.", at=NOW - DAY)
    twin.without_insights.add(HANDLE)
    async with connected(twin.app) as instagram:
        with pytest.raises(ApplicationError, match="permission") as refused:
            await instagram.figures(made.number)
        assert await instagram.find_post(HANDLE, made.url, NOW - 2 * DAY) is not None
    assert refused.value.type == OutsideFailure.CREDENTIALS


@pytest.mark.parametrize("figure", ["like_count", "comments_count"])
async def test_a_post_of_an_unknown_shape_is_not_taken_for_one(figure: str) -> None:
    """Nothing is made of figures that no post can have."""
    url = "https://www.instagram.com/p/Cxy/"
    odd = {"id": "1", "permalink": url, "timestamp": "2026-11-08T10:00:00+0000", figure: -1}
    async with answering(discovered(media={"data": [odd]})) as instagram:
        with pytest.raises(ApplicationError) as failed:
            await instagram.find_post("ines", url, NOW)
    assert failed.value.type == OutsideFailure.UNREADABLE
    async with answering(JSONResponse({"business_discovery": {"username": "ines"}})) as instagram:
        with pytest.raises(ApplicationError) as failed:
            await instagram.find_post("ines", url, NOW)
    assert failed.value.type == OutsideFailure.UNREADABLE


def test_likes_that_are_hidden_are_unknown() -> None:
    """So are captions that were left empty, which is no error."""
    post = as_post(Media(id="1", timestamp=datetime(2026, 11, 8, tzinfo=UTC), comments_count=0))
    assert (post.likes, post.comments, post.caption) == (None, 0, "")
    with pytest.raises(ValidationError):
        as_post(Media(timestamp=datetime(2026, 11, 8, tzinfo=UTC)))


async def test_an_answer_that_takes_too_long_is_not_waited_for() -> None:
    """The attempt ends, and says nothing of the post or its figures."""
    twin = a_twin()
    made = twin.publications.publish(HANDLE, "#ad My new cup.", at=NOW)
    async with served(twin.app) as address:
        instagram = Instagram(TOKEN, ACCOUNT, base_url=f"{address}/{VERSION}", step_timeout=0.2)
        for call in (instagram.find_post(HANDLE, made.url, NOW - DAY), instagram.figures(made.number)):
            twin.faults.plan(Fault.SLOW)
            with pytest.raises(ApplicationError) as failed:
                await call
            assert (failed.value.type, failed.value.non_retryable) == (OutsideFailure.UNAVAILABLE, False)
        await instagram.aclose()
