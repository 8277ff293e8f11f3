"""Style and scripts come from the package, and are kept by browsers for as long as they are the same."""

import httpx
import pytest

from api.console.assets import address, assets


@pytest.mark.parametrize("name", ["console.css", "console.js", "htmx.min.js", "htmx.LICENSE.txt", "favicon.svg"])
async def test_a_file_is_served_for_good_under_its_digest(anonymous: httpx.AsyncClient, name: str) -> None:
    answer = await anonymous.get(address(name))
    assert answer.content == assets()[name].content
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == assets()[name].media_type


async def test_without_the_digest_a_browser_asks_again(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/console/static/console.css")
    assert answer.headers["cache-control"] == "no-cache"
    again = await anonymous.get("/console/static/console.css", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_there_is_nothing_else(anonymous: httpx.AsyncClient) -> None:
    for name in ("other.css", "..%2Fpages.py"):
        assert (await anonymous.get(f"/console/static/{name}")).status_code == 404
