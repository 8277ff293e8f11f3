"""Temporal's remote codec: operators read in Temporal's UI, and with its command line, what is stored encrypted.

The protocol is Temporal's: payloads in its JSON form, POSTed to `/decode` and `/encode`. It is closed to everybody but
operators, and each reading is in the log with their name. What was erased stays erased.

Operators show a key as `Authorization: Bearer`, or have signed in at `/codec`. The UI of the development server can do
neither: on one's own machine its address may have the key in it, `/codec/<key>`, which it tells whoever opens it.
"""

import base64
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Form, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, BeforeValidator, PlainSerializer
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from activities.store.keys import KeyUnavailable
from api.access.auditing import note_refusal
from api.auth import NotAuthenticated
from api.dependencies import Serving
from api.operators import SIGNED_IN_FOR
from domain.errors import Erased, NotFound

PREFIX = "/codec"
COOKIE = "groundswell-operator"
ERASED = Payload(metadata={"encoding": b"json/plain"}, data=b'"[erased]"')
"""What is shown in place of what somebody wrote who has been erased."""


def _from_base64(text: object) -> object:
    """Bytes of base64 text; `binascii.Error` is a ValueError, and so a refusal that names the field."""
    return base64.b64decode(text, validate=True) if isinstance(text, str) else text


def _to_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


Base64 = Annotated[bytes, BeforeValidator(_from_base64), PlainSerializer(_to_base64)]
"""Bytes in protobuf's JSON form. Pydantic's own type breaks the text into lines, which Temporal does not read."""

router = APIRouter(prefix=PREFIX, include_in_schema=False)


class Origins:
    """Lets pages of Temporal's UI, and of no other origin, read the answers of the codec in a browser."""

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...]) -> None:
        self._app = app
        self._crossing = CORSMiddleware(
            app,
            allow_origins=allowed,
            allow_credentials=True,
            allow_methods=["POST"],
            allow_headers=["Authorization", "Authorization-Extras", "Content-Type", "X-Namespace"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        ours = scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/")
        await (self._crossing if ours else self._app)(scope, receive, send)


class RemotePayload(BaseModel):
    """A payload in protobuf's JSON form: bytes are base64."""

    metadata: Mapping[str, Base64] = {}
    data: Base64 = b""

    @classmethod
    def of(cls, payload: Payload) -> "RemotePayload":
        """The payload to send."""
        return cls.model_construct(metadata=dict(payload.metadata), data=payload.data)

    def payload(self) -> Payload:
        """The payload that came."""
        return Payload(metadata=self.metadata, data=self.data)


class RemotePayloads(BaseModel):
    """What the codec takes and gives."""

    payloads: list[RemotePayload] = []


async def _operator(request: Request, services: Serving) -> str:
    """The name of the operator who asks.

    Raises:
        NotAuthenticated: they are none, or their browser shows a page that may not use their sign-in.
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    key = request.path_params.get("key", "") or (bearer.strip() if scheme.lower() == "bearer" else "")
    if key and (name := services.operators.with_key(key)):
        return name
    name = services.operators.signed_in(request.cookies.get(COOKIE, ""))
    if name is None:
        raise NotAuthenticated(why="This is for operators: a key of GROUNDSWELL_OPS_KEYS, or a sign-in at /codec.")
    # A browser says which page asks. Others' pages could not read the answer; they shall not even ask.
    if not services.operators.may_ask_from(request.headers.get("origin", "")):
        raise NotAuthenticated(why="A sign-in serves pages of GROUNDSWELL_TEMPORAL_UI_URL only.")
    return name


Operator = Annotated[str, Depends(_operator)]


async def _codec(services: Serving) -> PayloadCodec:
    if services.payloads is None:
        raise NotFound(kind="codec", id="here")
    return services.payloads


Codec = Annotated[PayloadCodec, Depends(_codec)]


@router.post("/decode")
@router.post("/{key}/decode")
async def decode(operator: Operator, codec: Codec, body: RemotePayloads) -> RemotePayloads:
    """The payloads in clear. What cannot be opened comes back as it is, so that the rest can be read."""
    payloads = [each.payload() for each in body.payloads]
    readable = [await _readable(codec, payload) for payload in payloads]
    # The UI asks for every label too; what matters is who has read something that was sealed.
    if opened := sum(before != after for before, after in zip(payloads, readable, strict=True)):
        structlog.get_logger(__name__).info("payloads read", operator=operator, payloads=opened)
    return RemotePayloads.model_construct(payloads=[RemotePayload.of(payload) for payload in readable])


@router.post("/encode")
@router.post("/{key}/encode")
async def encode(operator: Operator, codec: Codec, body: RemotePayloads) -> RemotePayloads:
    """The payloads encrypted. For which workflow they are is not said, so the workspace's key serves all."""
    structlog.get_logger(__name__).info("payloads written", operator=operator, payloads=len(body.payloads))
    encoded = await codec.encode([each.payload() for each in body.payloads])
    return RemotePayloads.model_construct(payloads=[RemotePayload.of(payload) for payload in encoded])


async def _readable(codec: PayloadCodec, payload: Payload) -> Payload:
    try:
        [plain] = await codec.decode([payload])
    except Erased:
        return ERASED
    except (KeyUnavailable, ValueError):  # another installation's, or nothing that we have made
        return payload
    return plain


@router.get("")
async def sign_in_page(request: Request, services: Serving) -> Response:
    """Where an operator's browser shows their key, once a day."""
    return _page(services.operators.ui_url, name=services.operators.signed_in(request.cookies.get(COOKIE, "")))


@router.post("/sign-in")
async def sign_in(request: Request, services: Serving, key: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Remembers in a cookie, which scripts cannot read and other sites cannot have sent, who has this key."""
    name = services.operators.with_key(key.strip())
    if name is None:
        await note_refusal(request, NotAuthenticated(why="This is not an operator's key."))
        return _page(services.operators.ui_url, wrong="This is not an operator's key.", status=401)
    response = RedirectResponse(PREFIX, 303)
    response.set_cookie(
        COOKIE,
        services.operators.sign_in(name),
        max_age=SIGNED_IN_FOR,
        path=PREFIX,
        secure=services.operators.over_tls(request.url.hostname),
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/sign-out")
async def sign_out() -> Response:
    """Forgets who it was."""
    response = RedirectResponse(PREFIX, 303)
    response.delete_cookie(COOKIE, path=PREFIX, httponly=True, samesite="strict")
    return response


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined)


def _page(ui_url: str, *, name: str | None = None, wrong: str = "", status: int = 200) -> Response:
    nonce = secrets.token_urlsafe(16)
    facts: dict[str, Any] = {"name": name, "wrong": wrong, "ui_url": ui_url, "nonce": nonce}
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(_templates().get_template("codec.html").render(facts), status, headers)
