"""Who may look: whoever has shown a key, as long as it is one."""

import re
from dataclasses import replace

import httpx
import pytest

from api.access.principal import AccessRole, Kind, Principal
from api.console.visitor import may_call, may_decide
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


async def test_a_browser_that_does_not_say_from_which_page_shows_the_token_of_its_forms(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    """As over plain HTTP in an office's network: each form that changes something carries the session's token."""
    id_ = await bench.opened()
    del console.headers["Sec-Fetch-Site"]
    forms = re.findall(r'<form[^>]*method="post".*?</form>', (await console.get("/console/inbox")).text, re.DOTALL)
    tokens = [re.search(r'name="csrf_token" value="(\w+)"', form) for form in forms]
    assert len(forms) >= 4
    assert None not in tokens
    path = f"/console/collaborations/{id_}/decide/approve-creator"
    assert (await console.post(path)).status_code == 403
    assert tokens[0] is not None
    assert (await console.post(path, data={"csrf_token": tokens[0][1]})).status_code == 303


@pytest.mark.parametrize(
    ("role", "signs", "pays", "runs", "grants"),
    [
        (AccessRole.OWNER, True, True, True, True),
        (AccessRole.CAMPAIGN_MANAGER, False, False, True, False),
        (AccessRole.LEGAL, True, False, False, False),
        (AccessRole.FINANCE, False, True, False, False),
    ],
)
def test_pages_offer_what_the_rules_allow(role: AccessRole, signs: bool, pays: bool, runs: bool, grants: bool) -> None:
    visitor = Principal("m1", "default", role, Kind.MEMBER)
    allowed = [may_decide(visitor, command) for command in ("SignContract", "ConfirmPayment", "CancelCampaign")]
    assert allowed == [signs, pays, runs]
    assert may_call(visitor, "GET /console/access") is grants
    looking = replace(visitor, read_only=True)
    assert not may_decide(looking, "ApproveDraft")
    assert not may_call(looking, "POST /console/access/keys")


async def test_the_session_is_out_of_reach_of_scripts(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/console/sign-in", data={"api_key": API_KEY})
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert API_KEY not in answer.headers["set-cookie"]
