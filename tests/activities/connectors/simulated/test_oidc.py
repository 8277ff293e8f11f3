"""The twin of a sign-in service, as a browser and a curious client meet it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.oidc import CLIENT_ID, CLIENT_SECRET, OidcTwin

ASKED = {
    "client_id": CLIENT_ID,
    "redirect_uri": "http://127.0.0.1:8000/oidc/callback",
    "response_type": "code",
    "scope": "openid email",
    "state": "s",
    "code_challenge": "c",
    "code_challenge_method": "S256",
}


@pytest.fixture
def twin() -> OidcTwin:
    return OidcTwin()


@pytest.fixture
async def client(twin: OidcTwin) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(twin.app), base_url="http://twin.test") as client:
        yield client


async def test_the_page_has_a_link_for_each_person_and_leads_back_with_a_code(client: httpx.AsyncClient) -> None:
    await client.post("/twin/people", json={"sub": "u-9", "email": "<b>lee@brand.example"})
    page = await client.get("/authorize", params=ASKED)
    chosen = await client.get("/authorize", params={**ASKED, "as": "u-9"})

    assert (page.text.count("Sign in as"), "<b>" in page.text) == (3, False)
    assert chosen.headers["Location"].startswith(f"{ASKED['redirect_uri']}?state=s&iss=http%3A%2F%2Ftwin.test&code=")


async def test_who_has_signed_in_is_asked_nothing(client: httpx.AsyncClient) -> None:
    await client.post("/twin/signed-in", json={"sub": "u-1002"})
    assert (await client.get("/authorize", params=ASKED)).status_code == 303


@pytest.mark.parametrize("back", ["https://evil.example/", "http://127.0.0.1.evil.example/", "", "http://[::1"])
async def test_browsers_are_sent_to_this_machine_only(client: httpx.AsyncClient, back: str) -> None:
    refused = await client.get("/authorize", params={**ASKED, "redirect_uri": back, "as": "u-1001"})
    assert (refused.status_code, "Location" in refused.headers) == (400, False)


async def test_without_pkce_there_is_no_code(client: httpx.AsyncClient) -> None:
    refused = await client.get("/authorize", params={**ASKED, "code_challenge_method": "plain"})
    assert "error=invalid_request" in refused.headers["Location"]


async def test_a_new_key_is_announced_beside_the_old_one(client: httpx.AsyncClient, twin: OidcTwin) -> None:
    before = (await client.get("/jwks")).json()["keys"]
    kid = (await client.post("/twin/keys")).json()["kid"]
    after = (await client.get("/jwks")).json()["keys"]

    assert [key["kid"] for key in after] == [*(key["kid"] for key in before), kid]
    assert not any("d" in key for key in after), "the private part stays"


async def test_a_client_shows_its_secret_and_a_token_its_person(client: httpx.AsyncClient) -> None:
    form = {"grant_type": "authorization_code", "code": "none"}
    unknown = await client.post("/token", data=form)
    known = await client.post("/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))
    other = await client.post("/token", data={"grant_type": "password"}, auth=(CLIENT_ID, CLIENT_SECRET))

    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_client")
    assert (known.status_code, known.json()["error"]) == (400, "invalid_grant")
    assert other.json()["error"] == "unsupported_grant_type"
    assert (await client.get("/userinfo")).status_code == 401


async def test_it_fails_on_demand(client: httpx.AsyncClient, twin: OidcTwin) -> None:
    twin.faults.plan(Fault.RATE_LIMITED, retry_after=7)
    assert (await client.get("/jwks")).headers["Retry-After"] == "7"
    twin.faults.plan(Fault.EXPIRED_TOKEN)
    assert (await client.post("/token")).json()["error"] == "invalid_client"
