"""Whether members can sign in with their accounts elsewhere, as readiness and the doctor say it."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from activities.connectors.oidc import Client, OidcProvider
from activities.connectors.simulated.oidc import CLIENT_ID, CLIENT_SECRET, OidcTwin
from activities.connectors.simulated.serving import served
from api.readiness import Finding
from api.readiness_of_sign_in import SignInProbe


@pytest.fixture
async def issuer() -> AsyncIterator[str]:
    async with served(OidcTwin().app) as address:
        yield address


async def _found(issuer: str, *, secret: str = CLIENT_SECRET, shows_secret: bool = False) -> Finding:
    provider = OidcProvider(Client(issuer, CLIENT_ID, SecretStr(secret), "http://127.0.0.1:9/oidc/callback"))
    finding = await SignInProbe(provider, shows_secret=shows_secret).check()
    await provider.aclose()
    assert not finding.needed, "members can still sign in by mail, and everything else goes on"
    return finding


async def test_a_provider_that_answers_and_knows_us_is_ready(issuer: str) -> None:
    assert (await _found(issuer)).found == f"{issuer} answers with 1 keys"
    assert (await _found(issuer, shows_secret=True)).found.endswith("and knows us")


async def test_a_wrong_secret_is_found_by_whoever_shows_it(issuer: str) -> None:
    assert (await _found(issuer, secret="wrong")).ready
    finding = await _found(issuer, secret="wrong", shows_secret=True)
    assert (finding.ready, "_CLIENT_SECRET" in finding.found, "_CLIENT_SECRET" in finding.todo) == (False, True, True)


async def test_an_issuer_that_is_spelled_otherwise_is_named(issuer: str) -> None:
    finding = await _found(f"{issuer}/")
    assert (finding.ready, f"calls itself {issuer}" in finding.found) == (False, True)


async def test_an_issuer_that_is_away_is_said_to_be_away() -> None:
    finding = await _found("http://127.0.0.1:9")
    assert (finding.ready, "cannot be reached" in finding.found) == (False, True)
