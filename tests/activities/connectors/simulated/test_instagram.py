"""The twin of the Graph API answers what was asked for, and is as strict as the API."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from activities.connectors.simulated.instagram import ACCOUNT, TOKEN, VERSION, Asked, InstagramTwin, parse
from activities.connectors.simulated.people import people
from activities.connectors.simulated.serving import served
from domain.creators import Platform

PERSON = next(one for one in people() if one.profile.platform is Platform.INSTAGRAM and (one.profile.posts or 0) > 30)
HANDLE = PERSON.profile.handle


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Asks as the brand's app does."""
    async with served(InstagramTwin().app) as address:
        settings: dict[str, Any] = {"params": {"access_token": TOKEN}, "base_url": f"{address}/{VERSION}"}
        async with httpx.AsyncClient(**settings) as client:
            yield client


async def discover(client: httpx.AsyncClient, fields: str, handle: str = HANDLE) -> Mapping[str, Any]:
    """The answer to `business_discovery`."""
    asked = f"business_discovery.username({handle}){{{fields}}}"
    return dict((await client.get(f"/{ACCOUNT}", params={"fields": asked})).json())


async def test_only_what_was_asked_for_is_answered(client: httpx.AsyncClient) -> None:
    """And the ids, which the API always adds."""
    answer = await discover(client, "followers_count,media_count")
    assert answer == {
        "business_discovery": {
            "followers_count": PERSON.profile.followers,
            "media_count": PERSON.profile.posts,
            "id": PERSON.number,
        },
        "id": ACCOUNT,
    }


async def test_media_come_in_pages_by_cursor(client: httpx.AsyncClient) -> None:
    """Each once; the last page has no cursor to a further one."""
    seen: list[str] = []
    after = ""
    while True:
        answer = await discover(client, f"media{after}.limit(20){{timestamp}}")
        media = answer["business_discovery"]["media"]
        assert all(set(one) == {"id", "timestamp"} for one in media["data"])
        seen += [one["id"] for one in media["data"]]
        cursors = media["paging"]["cursors"]
        if "after" not in cursors:
            break
        after = f".after({cursors['after']})"
    assert len(seen) == len(set(seen)) == min(PERSON.profile.posts or 0, 90)


@pytest.mark.parametrize(
    ("node", "parameters", "code", "subcode"),
    [
        (ACCOUNT, {"access_token": "another"}, 190, None),
        ("17841400000000099", {}, 100, 33),
        (ACCOUNT, {"fields": "business_discovery.username(nobody.here){followers_count}"}, 110, 2207013),
        (ACCOUNT, {"fields": "business_discovery.username(x){followers_count"}, 2500, None),
        (ACCOUNT, {"fields": "business_discovery.username(x){media{id}}}"}, 2500, None),
        (ACCOUNT, {"fields": "a b"}, 2500, None),
        ("17950000000000001/insights", {"metric": "reach"}, 100, 33),
        ("17950000000000001/insights", {"metric": "reach,impressions"}, 100, None),
        ("17950000000000001/insights", {"metric": "reach", "access_token": ""}, 190, None),
    ],
)
async def test_errors_have_the_api_s_codes(
    client: httpx.AsyncClient, node: str, parameters: dict[str, str], code: int, subcode: int | None
) -> None:
    """In the API's shape, as a 400."""
    answer = await client.get(f"/{node}", params={"access_token": TOKEN, **parameters})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error.get("error_subcode")) == (400, code, subcode)
    assert error["type"] == "OAuthException"


async def test_every_answer_says_how_much_of_the_quota_is_used(client: httpx.AsyncClient) -> None:
    """In both headers."""
    answer = await client.get(f"/{ACCOUNT}", params={"fields": "id,username"})
    assert answer.json() == {"username": "northwind.roasters", "id": ACCOUNT}
    assert '"call_count": 12' in answer.headers["x-app-usage"]
    assert ACCOUNT in answer.headers["x-business-use-case-usage"]


async def test_newcomers_say_how_to_be_reached(client: httpx.AsyncClient) -> None:
    """Those of the roster do not: the roster has their address."""
    new = next(one.profile for one in people() if one.newcomer and one.profile.platform is Platform.INSTAGRAM)
    assert new.email in (await discover(client, "biography", new.handle))["business_discovery"]["biography"]
    assert "@" not in (await discover(client, "biography"))["business_discovery"]["biography"]


def test_a_field_expansion_is_taken_apart() -> None:
    """Fields with modifiers, and fields in fields."""
    assert parse("id,a.username(x){b,media.after(c=).limit(2){d}}") == [
        Asked("id"),
        Asked("a", {"username": "x"}, [Asked("b"), Asked("media", {"after": "c=", "limit": "2"}, [Asked("d")])]),
    ]
