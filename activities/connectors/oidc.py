"""A provider of sign-ins by OpenID Connect, whatever its make: it answers which account somebody has there.

What is used of the standard: the discovery document, the authorization code flow with PKCE, state and nonce, the JWK
set, and userinfo where the ID token says nothing of a mail address. A key that is not known is asked for once more, so
that a provider may change its keys when it likes.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from joserfc.jwk import Key
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from temporalio.exceptions import ApplicationError

from activities.connectors.http import Answer, HttpService
from activities.connectors.oidc_tokens import KeyUnknown, claims_in, keys_in
from activities.failures import OutsideFailure, outside_failure
from domain.errors import GroundswellError

SERVICE = "the sign-in service"
DISCOVERY = "/.well-known/openid-configuration"
KEPT = 3_600.0
"""Seconds for which the discovery document and the keys are kept."""
PATIENCE = 10.0
"""Seconds for one request: somebody waits for the page."""
LARGEST = 512 * 1024
"""Bytes of an answer: the discovery documents of large providers have some ten thousand."""
SCOPE = "openid email"
MICROSOFT = (".microsoftonline.com", ".microsoftonline.us", ".partner.microsoftonline.cn")
GOOGLE = ".accounts.google.com"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ProviderMisfit(GroundswellError):
    """The sign-in service cannot be used as it is set up: {why}."""


class CodeRefused(GroundswellError):
    """The sign-in service does not take its own code ({reason}): it was used before, is too old, or was meant for
    somebody else."""


class Metadata(BaseModel):
    """What is used of a discovery document."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True)
class Account:
    """Somebody's account at the provider."""

    subject: str
    """Names it for good, and is nobody else's at this issuer."""
    address: str | None
    """Its mail address, if it has one."""
    verified: bool
    """Whether the provider vouches that the address is theirs."""


@dataclass(frozen=True)
class Client:
    """What we are at the provider. Without a secret it is a public client, which PKCE alone protects."""

    issuer: str
    client_id: str
    secret: SecretStr | None
    redirect_uri: str


class OidcProvider:
    """One issuer, and us as its client. Keeps connections open: close it."""

    def __init__(
        self,
        client: Client,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.client = client
        self._clock = clock
        self._http = HttpService(
            SERVICE,
            client.issuer,
            headers={"Accept": "application/json"},
            diagnose=_diagnosis,
            step_timeout=PATIENCE,
            whole_timeout=PATIENCE,
            largest=LARGEST,
            patience=0,
            transport=transport,
        )
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, tuple[Key, ...]] | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def metadata(self, *, fresh: bool = False) -> Metadata:
        """The discovery document, at most an hour old, or asked for now.

        Raises:
            ProviderMisfit: it is another issuer's, or leads where nothing secret may go.
            ApplicationError: of a type in `OutsideFailure`.
        """
        if fresh or self._metadata is None or self._clock() > self._metadata[0]:
            self._metadata = (self._clock() + KEPT, await self._discovered())
        return self._metadata[1]

    async def _discovered(self) -> Metadata:
        issuer = self.client.issuer
        answer = await self._http.get(issuer.rstrip("/") + DISCOVERY)
        try:
            found = Metadata.model_validate(answer.json())
        except ValidationError as error:
            fields = ", ".join(str(each["loc"][0]) if each["loc"] else "all of it" for each in error.errors())
            raise ProviderMisfit(why=f"its discovery document lacks or mistakes {fields}") from None
        if found.issuer != issuer:
            raise ProviderMisfit(
                why=f"GROUNDSWELL_OIDC_ISSUER is {issuer}, and what answers there calls itself {found.issuer[:200]}"
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
            address = getattr(found, name)
            if address is not None and not may_be_told_secrets(address):
                raise ProviderMisfit(why=f"its {name} is not https")
        return found

    async def keys(self, *, fresh: bool = False) -> tuple[Key, ...]:
        """The keys that may sign ID tokens, at most an hour old, or asked for now.

        Raises:
            ProviderMisfit: there is none.
            ApplicationError: of a type in `OutsideFailure`.
        """
        address = (await self.metadata()).jwks_uri
        if fresh or self._keys is None or self._clock() > self._keys[0]:
            found = keys_in((await self._http.get(address)).json())
            if not found:
                raise ProviderMisfit(why="it has no key that could sign ID tokens")
            self._keys = (self._clock() + KEPT, found)
        return self._keys[1]

    async def begin(self, *, state: str, nonce: str, verifier: str) -> str:
        """The address at which somebody signs in there; the answer comes to our redirect URI with this state.

        Raises:
            ProviderMisfit, ApplicationError: as `metadata`.
        """
        where = httpx.URL((await self.metadata()).authorization_endpoint)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return str(where.copy_merge_params(asked))

    async def account(self, code: str, *, nonce: str, verifier: str, issuer: str | None = None) -> Account:
        """The account of whoever came back with this code. `issuer` is what came back beside it (RFC 9207).

        Raises:
            CodeRefused: the provider does not take the code.
            IdTokenInvalid: what it answers is not to be trusted.
            ProviderMisfit, ApplicationError: as `metadata`.
        """
        metadata = await self.metadata()
        if issuer != self.client.issuer and (issuer or metadata.authorization_response_iss_parameter_supported):
            raise ProviderMisfit(why="another one than ours has answered")
        answer = await self._redeem(metadata, code, verifier)
        claims = await self._claims(str(answer.get("id_token", "")), nonce)
        told = claims
        if "email" not in claims and metadata.userinfo_endpoint and answer.get("access_token"):
            told = await self._userinfo(metadata.userinfo_endpoint, str(answer["access_token"]), claims["sub"])
        address = told.get("email")
        return Account(
            subject=claims["sub"],
            address=address if isinstance(address, str) and address else None,
            verified=vouched_for(told, self.client.issuer),
        )

    async def check_credentials(self) -> None:
        """Has the provider say whether it knows us, by a code that is none.

        Raises:
            ProviderMisfit: it does not.
            ApplicationError: of a type in `OutsideFailure`.
        """
        try:
            await self._redeem(await self.metadata(), "none", "none" * 11)
        except CodeRefused:
            return  # it is the code that it refuses, not us

    async def _redeem(self, metadata: Metadata, code: str, verifier: str) -> Mapping[str, Any]:
        client = self.client
        headers: dict[str, str] = {}
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        }
        methods = metadata.token_endpoint_auth_methods_supported
        if client.secret is None:
            form["client_id"] = client.client_id
        elif "client_secret_basic" in methods or "client_secret_post" not in methods:
            pair = f"{quote(client.client_id, safe='')}:{quote(client.secret.get_secret_value(), safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": client.client_id, "client_secret": client.secret.get_secret_value()}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer = await self._http.post(metadata.token_endpoint, content=urlencode(form), headers=headers)
        except ApplicationError as failure:
            reason = _reason(failure)
            if reason == "invalid_grant":
                raise CodeRefused(reason=reason) from None
            if reason in ("invalid_client", "unauthorized_client"):
                raise ProviderMisfit(
                    why=f"it does not accept GROUNDSWELL_OIDC_CLIENT_ID and _CLIENT_SECRET ({reason})"
                ) from None
            raise
        found = answer.json()
        return found if isinstance(found, Mapping) else {}

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        expected = {"issuer": self.client.issuer, "client_id": self.client.client_id, "nonce": nonce}
        try:
            return claims_in(token, await self.keys(), **expected)
        except KeyUnknown:
            return claims_in(token, await self.keys(fresh=True), **expected)

    async def _userinfo(self, address: str, token: str, subject: str) -> Mapping[str, Any]:
        told = (await self._http.get(address, headers={"Authorization": f"Bearer {token}"})).json()
        # OpenID Connect Core 1.0, section 5.3.2: of another subject nothing may be used.
        return told if isinstance(told, Mapping) and told.get("sub") == subject else {}


def may_be_told_secrets(address: str) -> bool:
    """Whether an address is https, or on this very machine."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return False
    return bool(url.host) and (url.scheme == "https" or (url.scheme == "http" and url.host in LOOPBACK))


def vouched_for(told: Mapping[str, Any], issuer: str) -> bool:
    """Whether the provider answers for the address today.

    Everybody says `email_verified`, some as a text. Microsoft's tenants let administrators write any address, and say
    by `xms_edov` that its domain is theirs. Google's was verified once; that it still is theirs is sure of its own
    addresses and of domains that it hosts (`hd`).
    """
    host = f".{httpx.URL(issuer).host}"
    verified = told.get("xms_edov" if host.endswith(MICROSOFT) else "email_verified")
    if host == GOOGLE and not (told.get("hd") or str(told.get("email")).lower().endswith("@gmail.com")):
        return False
    return verified is True or str(verified).lower() in ("true", "1")


def _diagnosis(answer: Answer) -> ApplicationError | None:
    """What a token endpoint says of itself, by the words of RFC 6749 (section 5.2) alone: never its description."""
    try:
        said = answer.json()
    except ApplicationError:
        return None
    error = said.get("error") if isinstance(said, Mapping) else None
    if error not in ("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"):
        return None
    return outside_failure(OutsideFailure.REFUSED, answer.service, f"answered {answer.status} ({error})", code=error)


def _reason(failure: ApplicationError) -> str:
    details = failure.details[0] if failure.details else {}
    return str(details.get("code") or "") if isinstance(details, Mapping) else ""
