"""What surrounds every request: its id, its line in the log, its figures, the limit of its body, and a last resort."""

import re
from collections.abc import Mapping
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.logs import about
from activities.metrics import REQUESTS
from api.errors import internal_problem

MEBIBYTE = 1024 * 1024
BODY_LIMIT = 1 * MEBIBYTE
ROSTER_LIMIT = 20 * MEBIBYTE
ROSTER_PATH = "/v1/creators/import"
PROOF_LIMIT = 6 * MEBIBYTE
"""A picture of a phone's screen, or a document, with the form around it."""
PROOF_PATHS = re.compile(r"/c/[^/]+/performance-report|/v1/collaborations/[^/]+/performance-report/proof")
DRAFT_PATHS = re.compile(r"/c/[^/]+/draft|/v1/collaborations/[^/]+/deliverables/[^/]+/draft/file")
AROUND_A_FILE = 64 * 1024
"""What a form may have beside its file."""
CODEC_LIMIT = 8 * MEBIBYTE
"""Temporal's payloads have up to 2 MiB each, its messages up to 4, which base64 makes longer by a third."""
CODEC_PATHS = "/codec/"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RequestContext:
    """Gives a request its id, echoes it with the idempotency key, and logs the outcome without personal data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        answered: list[tuple[int, float]] = []

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered.append((message["status"], perf_counter() - began))
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if "idempotency_key" in state:
                    headers["Idempotency-Key"] = state["idempotency_key"]
                for name, value in state.get("response_headers", ()):
                    headers.append(name, value)
            await send(message)

        began = perf_counter()
        with about(lambda: _ids(scope)):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as error:  # noqa: BLE001 - the last resort: whoever calls gets an answer, the log the place
                response = internal_problem(Request(scope), error)
                if not answered:
                    await response(scope, receive, send_with_headers)
            status, seconds = answered[0] if answered else (None, perf_counter() - began)
            REQUESTS.labels(_method(scope), _route(scope), str(status or "none")).observe(seconds)
            structlog.get_logger(__name__).info(
                "request",
                method=_method(scope),
                route=_route(scope),
                status=status,
                milliseconds=round((perf_counter() - began) * 1_000, 1),
            )


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LOGGED_IDS = ("campaign_id", "collaboration_id", "creator_id")


def _ids(scope: Scope) -> Mapping[str, str]:
    """What the log says of where a line belongs. Which campaign it is about is known once there is a route."""
    given = scope.get("path_params", {})
    ids = {name: given[name] for name in LOGGED_IDS if _ID.fullmatch(str(given.get(name, "")))}
    return {"request_id": scope["state"]["request_id"], **ids}


def _method(scope: Scope) -> str:
    """The method; callers can make up others without end."""
    return scope["method"] if scope["method"] in METHODS else "other"


def _route(scope: Scope) -> str:
    """The route as a template: a path may hold a creator's link, with which anybody can act as that creator."""
    return getattr(scope.get("route"), "path", "none")


def _limit(path: str, largest_draft: int) -> int:
    if path == ROSTER_PATH:
        return ROSTER_LIMIT
    if DRAFT_PATHS.fullmatch(path):
        return largest_draft + AROUND_A_FILE
    if PROOF_PATHS.fullmatch(path):
        return PROOF_LIMIT
    return CODEC_LIMIT if path.startswith(CODEC_PATHS) else BODY_LIMIT


class BodyLimit:
    """Refuses bodies above the limit with 413, by what they say of their length and by what really arrives.

    `largest_draft` is the most bytes that a draft's file may have.
    """

    def __init__(self, app: ASGIApp, *, largest_draft: int) -> None:
        self._app = app
        self._largest_draft = largest_draft

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit(scope["path"], self._largest_draft)
        stated = Headers(scope=scope).get("content-length", "")
        # The length of the digits is compared first: Python refuses to read a number of thousands of digits.
        states_too_much = stated.isdecimal() and (len(stated) > 12 or int(stated) > limit)
        too_large = HTTPException(413, detail=f"The body is larger than {limit} bytes, which is the most taken here.")
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if states_too_much or received > limit:
                raise too_large
            return message

        await self._app(scope, receive_within_limit, send)
