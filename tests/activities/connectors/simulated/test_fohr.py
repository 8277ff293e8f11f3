"""The twin of Fohr speaks as the documentation assumes, to whoever has the key."""

from typing import Any

import httpx

from activities.connectors.simulated.fohr import KEY, PAGE, FohrTwin
from activities.connectors.simulated.people import matching, people
from activities.connectors.simulated.serving import served

HEADERS = {"Authorization": f"Bearer {KEY}"}


async def ask(headers: dict[str, str] = HEADERS, **parameters: str) -> tuple[int, Any]:
    """Status and content of an answer."""
    async with served(FohrTwin().app) as address, httpx.AsyncClient(base_url=address, headers=headers) as client:
        answer = await client.get("/api/creators", params=parameters)
        return answer.status_code, answer.json()


async def test_nobody_is_told_anything_without_the_key() -> None:
    """No key and another's key are the same."""
    assert (await ask({}, search="coffee"))[0] == 401
    assert (await ask(dict.fromkeys(HEADERS, "Bearer other"), search="coffee"))[0] == 401


async def test_a_search_comes_in_pages() -> None:
    """The last one leads nowhere."""
    _, answer = await ask(search="coffee")
    assert len(answer["data"]) == PAGE
    pages, following = 1, answer["meta"]["next_offset"]
    while following is not None:
        _, answer = await ask(search="coffee", offset=str(following))
        pages, following = pages + 1, answer["meta"]["next_offset"]
    expected = len(matching(people(), "coffee"))
    assert (pages - 1) * PAGE + len(answer["data"]) == expected


async def test_accounts_are_known_by_name() -> None:
    """Those that there are, on the platform that was asked for."""
    known = [person.profile for person in people() if person.profile.platform == "instagram"][:2]
    names = ",".join([*(profile.handle for profile in known), "nobody.of.this.name"])
    _, answer = await ask(handles=names, network="instagram")
    assert [one["name" if "name" in one else "full_name"] for one in answer["data"]] == [one.name for one in known]
    _, answer = await ask(handles=names, network="tiktok")
    assert answer["data"] == []
