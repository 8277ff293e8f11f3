"""Instagram's own ways: its error codes, its quota, posts that hide their likes, late insights, signed webhooks."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.exceptions import ApplicationError

from activities.connectors.instagram import LATE, Instagram, is_signed, regained_in, usage
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.instagram import ACCOUNT, APP_SECRET, TOKEN, VERSION, InstagramTwin, error
from activities.connectors.simulated.people import Person, people
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure
from domain.creators import Platform
from domain.monitoring import Metrics

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@asynccontextmanager
async def connected(app: Starlette) -> AsyncIterator[Instagram]:
    """Instagram, by a server of the test's."""
    async with served(app) as address:
        instagram = Instagram(TOKEN, ACCOUNT, base_url=f"{address}/{VERSION}", app_secret=APP_SECRET)
        try:
            yield instagram
        finally:
            await instagram.aclose()


@asynccontextmanager
async def answering(answer: Response) -> AsyncIterator[Instagram]:
    """Instagram, where it always answers the same."""

    async def respond(_: Request) -> Response:
        return answer

    async with connected(Starlette(routes=[Route("/{path:path}", respond)])) as instagram:
        yield instagram


async def failure_of(answer: Response) -> ApplicationError:
    """What becomes of an error of the API."""
    async with answering(answer) as instagram:
        with pytest.raises(ApplicationError) as failed:
            await instagram.look_up(Platform.INSTAGRAM, ["ines"])
    return failed.value


def discovered(**facts: object) -> Response:
    """An account as the API describes it."""
    usual: dict[str, object] = {"username": "ines", "followers_count": 4_000, "id": "1"}
    return JSONResponse({"business_discovery": {**usual, **facts}, "id": ACCOUNT})


def somebody(**facts: object) -> Person:
    """One of the twin's people, but for these facts."""
    person = next(person for person in people() if person.profile.platform is Platform.INSTAGRAM)
    return person._replace(profile=person.profile.model_copy(update=facts))


@pytest.mark.parametrize("code", [4, 17, 32, 613])
async def test_a_quota_that_is_used_up_says_when_to_come_back(code: int) -> None:
    """The API answers 400 and states the minutes in a header."""
    error = await failure_of(InstagramTwin().out_of_quota(code, minutes=17))
    assert (error.type, error.non_retryable) == (OutsideFailure.RATE_LIMITED, False)
    assert error.next_retry_delay == timedelta(minutes=17)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400, "Session has expired", 190, subcode=463), OutsideFailure.CREDENTIALS),
        (error(400, "(#10) Application does not have permission", 10), OutsideFailure.CREDENTIALS),
        (error(403, "(#200) Requires a permission", 200), OutsideFailure.CREDENTIALS),
        (error(500, "An unknown error occurred", 1), OutsideFailure.UNAVAILABLE),
        (error(400, "Service temporarily unavailable", 2), OutsideFailure.UNAVAILABLE),
        (error(400, "Please retry", 999, transient=True), OutsideFailure.UNAVAILABLE),
        (error(500, "Something else", 999), OutsideFailure.UNAVAILABLE),
        (error(400, "Ines is not yours", 100), OutsideFailure.REFUSED),
        (JSONResponse(["no error of theirs"], 400), OutsideFailure.REFUSED),
        (JSONResponse({"error": "in other words"}, 503), OutsideFailure.UNAVAILABLE),
    ],
)
async def test_the_api_s_codes_say_more_than_its_status(answer: Response, kind: OutsideFailure) -> None:
    """Whether to try again follows from them; what it says in words stays out of ours."""
    error = await failure_of(answer)
    assert error.type == kind
    assert "Ines" not in str(error)


async def test_an_account_that_is_no_professional_one_is_not_found() -> None:
    """The API calls that an invalid user id."""
    async with answering(error(400, "Invalid user id", 110, subcode=2207013)) as instagram:
        assert await instagram.look_up(Platform.INSTAGRAM, ["ines"]) == [None]


async def test_likes_that_are_hidden_are_not_counted_as_none() -> None:
    """The average is over the posts that show them; without any it is unknown."""
    shown = {"like_count": 100, "comments_count": 4, "timestamp": "2026-11-08T10:00:00+0000"}
    hidden = {"comments_count": 6, "timestamp": "2026-11-01T10:00:00+0000"}
    async with answering(discovered(media={"data": [shown, hidden]})) as instagram:
        (found,) = await instagram.look_up(Platform.INSTAGRAM, ["ines"])
    assert found is not None
    assert (found.average_likes, found.average_comments, found.posts_per_week) == (100, 5, 1)
    async with answering(discovered(media={"data": [hidden]})) as instagram:
        (found,) = await instagram.look_up(Platform.INSTAGRAM, ["ines"])
    assert found is not None
    assert (found.average_likes, found.average_comments, found.posts_per_week) == (None, 6, None)


async def test_what_people_write_about_themselves_is_kept_as_far_as_it_can_be() -> None:
    """A mail address in the biography is how to reach them; control characters go."""
    about = discovered(name=" Ines\x00 Ito ", biography="Tea. Work:\nines@mail.example \x07 ☕")
    async with answering(about) as instagram:
        (found,) = await instagram.look_up(Platform.INSTAGRAM, ["ines"])
    assert found is not None
    assert (found.name, found.email, found.biography) == (
        "Ines Ito",
        "ines@mail.example",
        "Tea. Work:\nines@mail.example  ☕",
    )
    assert (found.following, found.posts, found.average_likes) == (None, None, None)


@pytest.mark.parametrize("content", [{}, [], {"business_discovery": {"username": "ines"}}])
async def test_an_answer_of_another_shape_is_not_taken_for_an_account(content: object) -> None:
    """It may be whole the next time."""
    assert (await failure_of(JSONResponse(content))).type == OutsideFailure.UNREADABLE


async def test_figures_that_no_account_can_have_are_not_stored() -> None:
    """More followers than there are people is a mistake of somebody's."""
    assert (await failure_of(discovered(followers_count=10**12))).type == OutsideFailure.UNREADABLE


async def test_each_request_proves_that_it_is_the_app_s_own() -> None:
    """By the HMAC of the token under the app's secret; the token itself is in no address."""
    seen: list[httpx.URL] = []

    async def respond(request: Request) -> Response:
        seen.append(httpx.URL(str(request.url)))
        return discovered()

    async with connected(Starlette(routes=[Route("/{path:path}", respond)])) as instagram:
        await instagram.look_up(Platform.INSTAGRAM, ["ines"])
    (url,) = seen
    proof = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    assert url.params["appsecret_proof"] == proof
    assert TOKEN not in str(url)


async def test_insights_are_a_post_s_figures() -> None:
    """As documented, under our names."""
    twin = InstagramTwin([somebody(posts=40)], now=NOW)
    post = twin.posts_of(somebody().profile.handle)[-1]
    async with connected(twin.app) as instagram:
        figures = await instagram.figures(post.number)
    assert (figures.likes, figures.comments) == (post.likes, post.comments)
    assert (figures.reach, figures.views, figures.saves) == (post.likes * 9, post.likes * 14, post.likes // 12)
    assert (figures.clicks, figures.impressions) == (None, None)


async def test_insights_that_are_not_there_yet_are_unknown_and_not_zero() -> None:
    """Within two days of a post some are left out of the answer; none at all is an empty one."""
    twin = InstagramTwin([somebody(posts=40, posts_per_week=7.0)], now=NOW)
    post = twin.posts_of(somebody().profile.handle)[0]
    async with connected(twin.app) as instagram:
        figures = await instagram.figures(post.number)
        assert NOW - post.at < LATE == instagram.late
    assert (figures.reach, figures.views, figures.likes) == (None, None, post.likes)
    async with answering(JSONResponse({"data": []})) as instagram:
        assert await instagram.figures(post.number) == Metrics()


async def test_a_zero_that_the_platform_tells_is_a_zero() -> None:
    """Nobody has commented is something else than nobody knows."""
    told = {"name": "comments", "period": "lifetime", "values": [{"value": 0}]}
    async with answering(JSONResponse({"data": [told]})) as instagram:
        assert await instagram.figures("17950000000000001") == Metrics(comments=0)


async def test_a_post_that_too_few_have_seen_has_no_figures() -> None:
    """The API refuses, and will do so again."""
    twin = InstagramTwin([somebody(followers=40, posts=10)], now=NOW)
    async with connected(twin.app) as instagram:
        with pytest.raises(ApplicationError, match="too few people") as refused:
            await instagram.figures(twin.posts_of(somebody().profile.handle)[0].number)
    assert (refused.value.type, refused.value.non_retryable) == (OutsideFailure.REFUSED, True)


async def test_what_is_no_media_id_is_not_asked_for() -> None:
    """It would be another address of the API."""
    twin = InstagramTwin([somebody()])
    async with connected(twin.app) as instagram:
        with pytest.raises(ApplicationError, match="a media id is a number"):
            await instagram.figures("../me")
    assert twin.requests == 0


@pytest.mark.parametrize("content", [{"data": [{"name": "likes"}]}, {"data": [{"name": "likes", "values": []}]}, {}])
async def test_insights_of_another_shape_are_not_taken_for_figures(content: object) -> None:
    """They may be whole the next time."""
    async with answering(JSONResponse(content)) as instagram:
        with pytest.raises(ApplicationError) as failed:
            await instagram.figures("17950000000000001")
    assert failed.value.type == OutsideFailure.UNREADABLE


async def test_there_is_no_search() -> None:
    """The API has none, and it is said so before anything is sent."""
    twin = InstagramTwin([somebody()])
    async with connected(twin.app) as instagram:
        assert not instagram.searchable
        with pytest.raises(ApplicationError, match="only be looked up by name"):
            await instagram.search("coffee")
    assert twin.requests == 0


async def test_the_check_tells_how_much_of_the_quota_is_used() -> None:
    """From the headers of its one request."""
    twin = InstagramTwin([somebody()])
    twin.usage = 87
    async with connected(twin.app) as instagram:
        assert await instagram.check() == "token accepted, 87 % of the quota used"
        twin.faults.plan(Fault.EXPIRED_TOKEN)
        with pytest.raises(ApplicationError, match="expired"):
            await instagram.check()


@pytest.mark.parametrize(
    ("headers", "percent", "wait"),
    [
        ({}, 0, None),
        ({"x-app-usage": '{"call_count": 28, "total_time": 25, "total_cputime": 40}'}, 40, None),
        (
            {
                "x-business-use-case-usage": '{"1": [{"call_count": 100, "estimated_time_to_regain_access": 5}],'
                ' "2": [{"call_count": 3, "estimated_time_to_regain_access": 19}]}'
            },
            100,
            timedelta(minutes=19),
        ),
        ({"x-app-usage": "no JSON", "x-business-use-case-usage": '["odd"]'}, 0, None),
        ({"x-app-usage": '{"call_count": "many"}', "x-business-use-case-usage": '{"1": ["odd"]}'}, 0, None),
    ],
)
def test_usage_is_read_from_both_headers(headers: dict[str, str], percent: int, wait: timedelta | None) -> None:
    """The largest share and the longest wait count; what is not as documented is passed over."""
    assert (usage(headers), regained_in(headers)) == (percent, wait)


def test_a_webhook_is_known_by_its_signature() -> None:
    """Of exactly these bytes under exactly this secret."""
    content = b'{"object":"instagram","entry":[]}'
    signature = "sha256=" + hmac.new(b"secret", content, hashlib.sha256).hexdigest()
    assert is_signed("secret", content, signature)
    assert not is_signed("another", content, signature)
    assert not is_signed("secret", content + b" ", signature)
    for forged in ("", "sha256=", signature.removeprefix("sha256="), signature.replace("sha256", "sha1"), "sha256=é"):
        assert not is_signed("secret", content, forged)
