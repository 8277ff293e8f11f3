"""The client of a sign-in service, against its twin over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError

from activities.connectors.oidc import (
    Account,
    Client,
    CodeRefused,
    OidcProvider,
    ProviderMisfit,
    may_be_told_secrets,
    vouched_for,
)
from activities.connectors.oidc_tokens import IdTokenInvalid, KeyUnknown
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.oidc import CLIENT_ID, CLIENT_SECRET, OidcTwin
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure

BACK = "http://127.0.0.1:9/oidc/callback"
VERIFIER, NONCE = "v" * 43, "n" * 43
ROBIN = Account("u-1001", "robin@brand.example", verified=True)


@dataclass
class Here:
    """A twin and its client."""

    twin: OidcTwin
    provider: OidcProvider

    async def code(self, verifier: str = VERIFIER) -> str:
        """The code that somebody comes back with who signs in there."""
        self.twin.signed_in = "u-1001"
        where = await self.provider.begin(state="s-1", nonce=NONCE, verifier=verifier)
        async with httpx.AsyncClient() as browser:
            back = (await browser.get(where)).headers["Location"]
        assert back.startswith(f"{BACK}?")
        answer = parse_qs(urlsplit(back).query)
        assert answer["state"] == ["s-1"]
        return answer["code"][0]

    async def account(self, code: str | None = None, **changes: Any) -> Account:
        """Whose account it is."""
        expected: dict[str, Any] = {
            "nonce": NONCE,
            "verifier": VERIFIER,
            "issuer": self.provider.client.issuer,
            **changes,
        }
        return await self.provider.account(code or await self.code(), **expected)


@asynccontextmanager
async def provider_at(issuer: str, **changes: Any) -> AsyncIterator[OidcProvider]:
    given: dict[str, Any] = {
        "client_id": CLIENT_ID,
        "secret": SecretStr(CLIENT_SECRET),
        "redirect_uri": BACK,
        **changes,
    }
    provider = OidcProvider(Client(issuer=issuer, **given))
    yield provider
    await provider.aclose()


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    twin = OidcTwin()
    async with served(twin.app) as issuer, provider_at(issuer) as provider:
        yield Here(twin, provider)


async def test_whoever_signs_in_is_known_by_subject_and_address(here: Here) -> None:
    assert await here.account() == ROBIN


async def test_a_code_counts_once(here: Here) -> None:
    code = await here.code()
    assert await here.account(code) == ROBIN
    with pytest.raises(CodeRefused, match="used before"):
        await here.account(code)


async def test_a_stolen_code_is_worth_nothing_without_the_verifier(here: Here) -> None:
    with pytest.raises(CodeRefused):
        await here.account(await here.code(verifier="w" * 43))


async def test_an_answer_to_another_sign_in_is_refused(here: Here) -> None:
    with pytest.raises(IdTokenInvalid, match="nonce"):
        await here.account(nonce="m" * 43)


@pytest.mark.parametrize(
    ("pretends", "why"), [({"aud": "another"}, "aud"), ({"exp": 1}, "exp"), ({"iss": "https://x.example"}, "iss")]
)
async def test_a_token_that_is_not_for_us_or_now_is_refused(here: Here, pretends: dict[str, Any], why: str) -> None:
    here.twin.pretends = pretends
    with pytest.raises(IdTokenInvalid, match=why):
        await here.account()


@pytest.mark.parametrize("forged", ["none", "HS256"])
async def test_a_token_that_anybody_could_have_made_is_refused(here: Here, forged: str) -> None:
    here.twin.forges = forged
    with pytest.raises(IdTokenInvalid, match="only the issuer"):
        await here.account()


async def test_a_new_key_is_asked_for_once(here: Here) -> None:
    """The provider changes its keys when it likes; keys that were announced are not asked for again."""
    await here.account()
    asked = here.twin.requests
    assert await here.account() == ROBIN
    assert here.twin.requests == asked + 2, "to authorize and for the token, but not for keys"
    here.twin.rotate()
    asked = here.twin.requests
    assert await here.account() == ROBIN
    assert here.twin.requests == asked + 3


async def test_a_key_that_is_announced_nowhere_is_refused(here: Here) -> None:
    await here.account()
    here.twin.rotate()
    here.twin.announced.pop()
    with pytest.raises(KeyUnknown):
        await here.account()


async def test_addresses_may_come_from_userinfo_of_the_same_subject_alone(here: Here) -> None:
    here.twin.quiet = True
    assert await here.account() == ROBIN
    here.twin.pretends = {"sub": "u-1009"}
    assert await here.account() == Account("u-1009", None, verified=False)


async def test_what_another_provider_answers_is_not_taken(here: Here) -> None:
    """Nor an answer that does not say whose it is, where the provider says that it always does."""
    for issuer in ("https://another.example", None):
        with pytest.raises(ProviderMisfit, match="another one"):
            await here.account(issuer=issuer)


async def test_credentials_are_checked_without_anybody_signing_in(here: Here) -> None:
    await here.provider.check_credentials()
    async with provider_at(here.provider.client.issuer, secret=SecretStr("wrong")) as wrong:
        with pytest.raises(ProviderMisfit, match="_CLIENT_SECRET") as refused:
            await wrong.check_credentials()
    assert "wrong" not in str(refused.value)


async def test_an_issuer_that_calls_itself_otherwise_is_none_of_ours(here: Here) -> None:
    """To the letter: a slash at the end is another name."""
    async with provider_at(f"{here.provider.client.issuer}/") as other:
        with pytest.raises(ProviderMisfit, match="GROUNDSWELL_OIDC_ISSUER is"):
            await other.metadata()


async def test_a_provider_that_is_away_or_broken_is_a_failure_of_its_kind(here: Here) -> None:
    here.twin.faults.plan(Fault.SERVER_ERROR)
    with pytest.raises(ApplicationError) as away:
        await here.provider.metadata()
    here.twin.faults.plan(Fault.MALFORMED)
    with pytest.raises(ApplicationError) as broken:
        await here.provider.metadata()
    async with provider_at("http://127.0.0.1:9") as nowhere:
        with pytest.raises(ApplicationError) as gone:
            await nowhere.metadata()
    kinds = [raised.value.type for raised in (away, broken, gone)]
    assert kinds == [OutsideFailure.UNAVAILABLE, OutsideFailure.UNREADABLE, OutsideFailure.UNAVAILABLE]


@pytest.mark.parametrize(
    "document", [{}, {"token_endpoint": "http://id.brand.example/token"}, {"jwks_uri": "file:///x"}]
)
async def test_a_discovery_document_that_leads_astray_is_refused(document: dict[str, str]) -> None:
    issuer = "https://id.brand.example"
    whole = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"issuer": issuer, **whole, **document} if document else [])

    client = Client(issuer, CLIENT_ID, None, BACK)
    provider = OidcProvider(client, transport=httpx.MockTransport(answer))
    with pytest.raises(ProviderMisfit, match="https" if document else "discovery document"):
        await provider.metadata()
    await provider.aclose()


@pytest.mark.parametrize(
    ("issuer", "told", "vouched"),
    [
        ("https://id.brand.example", {"email_verified": True}, True),
        ("https://id.brand.example", {"email_verified": "true"}, True),
        ("https://id.brand.example", {"email_verified": False}, False),
        ("https://id.brand.example", {"email_verified": "false"}, False),
        ("https://id.brand.example", {}, False),
        ("https://id.brand.example", {"xms_edov": True}, False),
        ("https://login.microsoftonline.com/t/v2.0", {"email_verified": True}, False),
        ("https://login.microsoftonline.com/t/v2.0", {"xms_edov": "1"}, True),
        ("https://accounts.google.com", {"email_verified": True, "email": "a@brand.example"}, False),
        (
            "https://accounts.google.com",
            {"email_verified": True, "email": "a@brand.example", "hd": "brand.example"},
            True,
        ),
        ("https://accounts.google.com", {"email_verified": True, "email": "a@gmail.com"}, True),
    ],
)
def test_an_address_is_believed_for_which_the_provider_answers_today(
    issuer: str, told: dict[str, Any], vouched: bool
) -> None:
    assert vouched_for(told, issuer) is vouched


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://id.brand.example", True),
        ("http://127.0.0.1:8108", True),
        ("http://localhost:8080/realms/x", True),
        ("http://id.brand.example", False),
        ("http://localhost.evil.example", False),
        ("ftp://127.0.0.1", False),
        ("id.brand.example", False),
        ("https://", False),
        ("http://[::1", False),
    ],
)
def test_secrets_go_by_tls_or_not_off_this_machine(address: str, may: bool) -> None:
    assert may_be_told_secrets(address) is may
