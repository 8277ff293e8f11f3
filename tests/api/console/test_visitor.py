"""Who may look: whoever has shown a key, as long as it is one."""

import httpx
import pytest

from tests.api.conftest import API_KEY, Bench
from tests.api.console.conftest import PART


async def test_whoever_is_not_signed_in_is_led_to_the_door_and_on_from_there(bench: Bench) -> None:
    async with bench.client() as client:
        turned_away = await client.get("/console/campaigns/tea?x=1")
        assert (turned_away.status_code, turned_away.headers["location"]) == (
            303,
            "/console/sign-in?next=/console/campaigns/tea%3Fx%3D1",
        )
        part = await client.get("/console/inbox", headers=PART)
        assert part.headers["hx-redirect"].startswith("/console/sign-in")


async def test_a_session_that_has_ended_signs_out(bench: Bench) -> None:
    async with bench.client() as client:
        client.cookies.set(bench.services.desk.cookie, "a-session-of-yesterday")
        assert (await client.get("/console/inbox")).status_code == 303


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://evil.example"}]
)
async def test_a_form_of_another_site_decides_nothing(
    bench: Bench, console: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    id_ = await bench.opened()
    before = await bench.services.log.head(f"collaboration/{id_}")
    answer = await console.post(f"/console/collaborations/{id_}/decide/approve-creator", headers=headers)
    assert answer.status_code == 403
    assert await bench.services.log.head(f"collaboration/{id_}") == before


async def test_the_session_is_out_of_reach_of_scripts(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/console/sign-in", data={"api_key": API_KEY})
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert API_KEY not in answer.headers["set-cookie"]
