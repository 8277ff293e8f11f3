"""The way in."""

import httpx


async def test_the_front_door_leads_to_the_inbox(anonymous: httpx.AsyncClient, console: httpx.AsyncClient) -> None:
    for browser, where in ((anonymous, "/"), (console, "/console")):
        answer = await browser.get(where)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/inbox")


async def test_the_api_s_description_is_of_the_api_only(anonymous: httpx.AsyncClient) -> None:
    assert "/console" not in (await anonymous.get("/openapi.json")).text
