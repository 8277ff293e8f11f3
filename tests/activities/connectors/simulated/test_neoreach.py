"""The twin of NeoReach speaks as the documentation assumes, to whoever has the key."""

from typing import Any

import httpx

from activities.connectors.simulated.neoreach import KEY, PAGE, NeoReachTwin
from activities.connectors.simulated.people import matching, people
from activities.connectors.simulated.serving import served

HEADERS = {"X-API-Key": KEY}


async def ask(headers: dict[str, str] = HEADERS, **parameters: str) -> tuple[int, Any]:
    """Status and content of an answer."""
    async with served(NeoReachTwin().app) as address, httpx.AsyncClient(base_url=address, headers=headers) as client:
        answer = await client.get("/v1/influencers", params=parameters)
        return answer.status_code, answer.json()


async def test_nobody_is_told_anything_without_the_key() -> None:
    """No key and another's key are the same."""
    assert (await ask({}, q="coffee"))[0] == 401
    assert (await ask(dict.fromkeys(HEADERS, "Bearer other"), q="coffee"))[0] == 401


async def test_a_search_comes_in_pages() -> None:
    """The last one leads nowhere."""
    _, answer = await ask(q="coffee")
    assert len(answer["influencers"]) == PAGE
    pages, following = 1, answer["next_cursor"]
    while following is not None:
        _, answer = await ask(q="coffee", cursor=str(following))
        pages, following = pages + 1, answer["next_cursor"]
    expected = len(matching(people(), "coffee"))
    assert (pages - 1) * PAGE + len(answer["influencers"]) == expected


async def test_accounts_are_known_by_name() -> None:
    """Those that there are, on the platform that was asked for."""
    known = [person.profile for person in people() if person.profile.platform == "instagram"][:2]
    names = ",".join([*(profile.handle for profile in known), "nobody.of.this.name"])
    _, answer = await ask(usernames=names, platform="instagram")
    assert [one["name" if "name" in one else "full_name"] for one in answer["influencers"]] == [
        one.name for one in known
    ]
    _, answer = await ask(usernames=names, platform="tiktok")
    assert answer["influencers"] == []
