"""The twin of a provider of sign-ins by OpenID Connect: two people have accounts there, and sign in with a click.

    curl http://127.0.0.1:8108/.well-known/openid-configuration
    curl -d '{"sub": "u-1003", "email": "lee@brand.example", "email_verified": true}' http://127.0.0.1:8108/twin/people
    curl -d '{"sub": "u-1003"}' http://127.0.0.1:8108/twin/signed-in      who is asked nothing any more; null: the page
    curl -X POST http://127.0.0.1:8108/twin/keys                          from now on it signs with a new key

It takes browsers back to addresses on this machine only, and each code once.
"""

import base64
import hashlib
import hmac
import html
import json
import secrets
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from activities.connectors.simulated.faults import Twin

CLIENT_ID = "groundswell"
CLIENT_SECRET = "twin-oidc-secret"  # noqa: S105 - the twin's own, known to everybody
CODE_LIFE = 60.0
"""Seconds within which a code is redeemed."""
TOKEN_LIFE = 300
"""Seconds for which an ID token counts."""
PEOPLE = (
    {"sub": "u-1001", "email": "robin@brand.example", "email_verified": True},
    {"sub": "u-1002", "email": "kim@brand.example", "email_verified": False},
)
ABOUT_MAIL = ("email", "email_verified")

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class _Granted:
    """What a code stands for. `until` is in seconds of `time.monotonic`."""

    subject: str
    redirect_uri: str
    nonce: str | None
    challenge: str
    until: float


class OidcTwin(Twin):
    """One issuer with one client."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, JsonObject] = {str(each["sub"]): dict(each) for each in PEOPLE}
        """The claims of everybody who has an account, by subject."""
        self.signed_in: str | None = None
        """Who is sent back at once, without a page."""
        self.refuses: str | None = None
        """The error with which everybody is sent back: `access_denied`."""
        self.pretends: JsonObject = {}
        """Claims of ID tokens that are not as they should be; None leaves one out."""
        self.forges: str | None = None
        """How ID tokens are signed wrongly: `none`, or `HS256` with the public key for a secret."""
        self.quiet = False
        """Whether addresses are told by userinfo alone."""
        self.signing: Key = _first_key()
        self.announced: list[Key] = [self.signing]
        """The keys in the JWK set."""
        self.sent: list[str] = []
        """Where browsers were sent back to, in order."""
        self._codes: dict[str, _Granted] = {}
        self._tokens: dict[str, str] = {}

    def routes(self) -> list[Route]:
        """What the discovery document names, and the twin's own."""
        return [
            self.route("/.well-known/openid-configuration", self._discovery),
            self.route("/authorize", self._authorize),
            self.route("/token", self._token, "POST"),
            self.route("/jwks", self._jwks),
            self.route("/userinfo", self._userinfo),
            self.route("/twin/people", self._add, "POST"),
            self.route("/twin/signed-in", self._sign_in, "POST"),
            self.route("/twin/keys", self._rotate, "POST"),
        ]

    def rate_limited(self, retry_after: int) -> Response:
        """429."""
        return JSONResponse({"error": "slow_down"}, 429, headers={"Retry-After": str(retry_after)})

    def expired(self) -> Response:
        """Somebody has changed the client's secret."""
        return _refused("invalid_client", 401)

    def rotate(self) -> None:
        """Signs with a new key, which the JWK set names from now on beside those before."""
        self.signing = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig", "alg": "ES256"})
        self.announced = [*self.announced, self.signing]

    async def _discovery(self, request: Request) -> Response:
        issuer = _issuer(request)
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        back = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT_ID or not _is_here(back):
            return HTMLResponse("<h1>This client, or where it leads back to, is not known here.</h1>", 400)
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            return self._back(request, error="invalid_request")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return self._back(request, error="invalid_request")  # the twin insists on PKCE
        if self.refuses is not None:
            return self._back(request, error=self.refuses)
        subject = asked.get("as", self.signed_in)
        if subject not in self.people:
            return self._page(request)
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Granted(
            subject, back, asked.get("nonce"), asked["code_challenge"], time.monotonic() + CODE_LIFE
        )
        return self._back(request, code=code)

    def _page(self, request: Request) -> Response:
        people = "".join(
            f'<p><a href="{html.escape(str(request.url.include_query_params(**{"as": subject})))}">'
            f"Sign in as {html.escape(str(person.get('email', subject)))}</a></p>"
            for subject, person in self.people.items()
        )
        refuse = html.escape(self._address_back(request, error="access_denied"))
        content = f'<!doctype html><title>Who are you?</title><h1>Who are you?</h1>{people}<p><a href="{refuse}">Nobody'
        return HTMLResponse(f"{content}</a></p>", headers={"Content-Security-Policy": "default-src 'none'"})

    def _back(self, request: Request, **answer: str) -> Response:
        self.sent.append(self._address_back(request, **answer))
        return RedirectResponse(self.sent[-1], 303)

    def _address_back(self, request: Request, **answer: str) -> str:
        given = {"state": request.query_params.get("state", ""), "iss": _issuer(request), **answer}
        return str(httpx.URL(request.query_params["redirect_uri"]).copy_merge_params(given))

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if not _is_our_client(request, form):
            return _refused("invalid_client", 401)
        granted = self._codes.pop(form.get("code", ""), None)  # once, whatever follows
        if form.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type")
        if granted is None or granted.until < time.monotonic() or granted.redirect_uri != form.get("redirect_uri"):
            return _refused("invalid_grant")
        if not hmac.compare_digest(_challenge(form.get("code_verifier", "")), granted.challenge):
            return _refused("invalid_grant")
        token = secrets.token_urlsafe(24)
        self._tokens[token] = granted.subject
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE}
        return JSONResponse(
            {**answer, "id_token": self._id_token(request, granted)}, headers={"Cache-Control": "no-store"}
        )

    def _id_token(self, request: Request, granted: _Granted) -> str:
        now = int(time.time())
        person = dict(self.people[granted.subject])
        if self.quiet:
            person = {name: value for name, value in person.items() if name not in ABOUT_MAIL}
        claims = {
            "iss": _issuer(request),
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + TOKEN_LIFE,
            "nonce": granted.nonce,
            **person,
            **self.pretends,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.forges is not None:
            return _forged(self.forges, claims, self.signing)
        return jwt.encode({"alg": str(self.signing.alg), "kid": str(self.signing.kid)}, claims, self.signing)

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.announced]})

    async def _userinfo(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            return _refused("invalid_token", 401)
        return JSONResponse(self.people[self._tokens[token]])

    async def _add(self, request: Request) -> Response:
        person: JsonObject = json.loads(await request.body())
        self.people[str(person["sub"])] = person
        return JSONResponse(list(self.people.values()), 201)

    async def _sign_in(self, request: Request) -> Response:
        self.signed_in = json.loads(await request.body())["sub"]
        return JSONResponse({"sub": self.signed_in})

    async def _rotate(self, _: Request) -> Response:
        self.rotate()
        return JSONResponse({"kid": self.signing.kid})


@cache
def _first_key() -> Key:
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})


def _issuer(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _is_here(address: str) -> bool:
    try:
        host = httpx.URL(address).host
    except httpx.InvalidURL:
        return False
    return host in ("127.0.0.1", "localhost", "::1") or host.endswith(".test")


def _is_our_client(request: Request, form: dict[str, str]) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    if scheme.lower() == "basic":
        name, _, secret = base64.b64decode(given).decode().partition(":")
        name, secret = unquote(name), unquote(secret)
    return (name, secret) == (CLIENT_ID, CLIENT_SECRET)


def _challenge(verifier: str) -> str:
    return _text_of(hashlib.sha256(verifier.encode()).digest())


def _text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _forged(how: str, claims: JsonObject, key: Key) -> str:
    """What somebody would send who has only what everybody can read."""
    header = {"alg": how, "kid": key.kid}
    signed = ".".join(_text_of(json.dumps(part).encode()) for part in (header, claims))
    if how == "none":
        return f"{signed}."
    public = RSAKey.import_key(key.as_dict(private=False)).as_pem(private=False)
    return f"{signed}.{_text_of(hmac.digest(public, signed.encode(), 'sha256'))}"


def _refused(error: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": "The twin does not like it."}, status)
