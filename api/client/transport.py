"""How the client speaks HTTP: keys, patience, problems as exceptions, pages and streams. Written by hand.

Refusal                     the API said no: status, code, detail, and the facts of the problem
├── Unauthorized            401
├── Forbidden               403
├── NotFound                404, and 410 of what was erased
├── Conflict                409: the rules do not allow it now, or the key came with another request
├── PreconditionFailed      412: somebody has changed it since it was read
├── Malformed               422: `errors` names every field
└── Unavailable             429 and 503, for longer than the client was patient
"""

import asyncio
import random
import warnings
from collections.abc import AsyncIterator, Mapping, Sequence
from enum import Enum, StrEnum
from time import monotonic
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, PrivateAttr, TypeAdapter
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")
I_co = TypeVar("I_co", covariant=True)

PATIENCE = 30.0
"""Seconds for which a request is sent again, with the same key, while the other side is not available."""
LATER = (429, 503)
PAGE = 500
"""Items that are asked for at a time; the API gives no more."""


class Model(BaseModel):
    """What goes over the wire. What a later release adds is kept, and can be read as an attribute, too."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    _etag: str | None = PrivateAttr(default=None)

    @property
    def etag(self) -> str | None:
        """Of the answer that this came with: `if_match` of a change to it. None of what is part of an answer."""
        return self._etag


class OpenEnum(StrEnum):
    """Words of the API. One that a later release adds is read as the text that it is, and is none of the members."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A member if it is one, else the text."""
        known = core_schema.no_info_after_validator_function(cls._known, core_schema.str_schema())
        return core_schema.json_or_python_schema(known, known, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def _known(cls, value: str) -> str:
        return cls(value) if value in cls._value2member_map_ else value


class Refusal(Exception):
    """The API said no; `code` and `detail` are those of its problem, `facts` everything that the problem says."""

    def __init__(self, status: int, facts: Mapping[str, Any]) -> None:
        self.status = status
        self.facts = facts
        self.code = str(facts.get("code", "unknown"))
        self.detail = str(facts.get("detail", ""))
        self.errors: list[dict[str, Any]] = facts.get("errors") or []
        self.request_id = facts.get("request_id")
        super().__init__(f"{status} {self.code}: {self.detail}")


class Unauthorized(Refusal):
    """There are no credentials, or they do not count any more."""


class Forbidden(Refusal):
    """It is not for this caller."""


class NotFound(Refusal):
    """There is no such thing, or it is somebody else's, or it was erased."""


class Conflict(Refusal):
    """The rules do not allow it now."""


class PreconditionFailed(Refusal):
    """Somebody has changed it since it was read."""


class Malformed(Refusal):
    """The request is not well-formed."""


class Unavailable(Refusal):
    """Nobody was there to answer, or there were too many requests, for longer than the client was patient."""


REFUSALS: dict[int, type[Refusal]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    412: PreconditionFailed,
    422: Malformed,
    429: Unavailable,
    503: Unavailable,
}


class PageOf(Protocol[I_co]):
    """A part of a list, as every list comes."""

    @property
    def items(self) -> "Sequence[I_co]":
        """In their order."""

    @property
    def next(self) -> str | None:
        """The cursor of the page after it."""


def quoted(value: object) -> str:
    """A value as a part of a path."""
    return quote(str(value), safe="")


class Transport:
    """Requests of one caller. The session may be shared: then whoever opened it closes it."""

    def __init__(
        self, address: str, token: str, *, session: httpx.AsyncClient | None = None, patience: float = PATIENCE
    ) -> None:
        self._address = address.rstrip("/")
        self._session = session or httpx.AsyncClient(timeout=30)
        self._owned = session is None
        self._patience = patience
        self._credentials = {"Authorization": f"Bearer {token}"}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the session, unless it was given."""
        if self._owned:
            await self._session.aclose()

    async def _json(self, shape: TypeAdapter[T], method: str, path: str, **request: Any) -> T:
        answer = await self._send(method, path, **request)
        read = shape.validate_json(answer.content)
        if isinstance(read, Model):
            read._etag = answer.headers.get("ETag")
        return read

    async def _bytes(self, method: str, path: str, **request: Any) -> bytes:
        return (await self._send(method, path, **request)).content

    async def _pages(
        self, shape: TypeAdapter[Any], method: str, path: str, *, query: Mapping[str, Any] | None = None, **request: Any
    ) -> AsyncIterator[Any]:
        cursor: str | None = None
        while True:
            asked = {**(query or {}), "cursor": cursor, "limit": PAGE}
            page: PageOf[Any] = await self._json(shape, method, path, query=asked, **request)
            for item in page.items:
                yield item
            cursor = page.next
            if cursor is None:
                return

    async def _follow(self, shape: TypeAdapter[T], path: str, last_event_id: int) -> AsyncIterator[T]:
        last, seconds = str(last_event_id), 2.0
        while True:
            headers = {**self._credentials, "Accept": "text/event-stream", "Last-Event-ID": last}
            try:
                async with self._session.stream("GET", self._address + path, headers=headers, timeout=60) as answer:
                    if not answer.is_success:
                        await answer.aread()
                        if answer.status_code not in LATER:
                            raise _refusal(answer)
                        seconds = _wait(answer)
                    data = ""
                    async for line in answer.aiter_lines():
                        field, _, value = line.partition(":")
                        match field:
                            case "id":
                                last = value.strip()
                            case "retry":
                                seconds = int(value) / 1_000
                            case "data":
                                data += value.removeprefix(" ")
                            case "" if data and not line:
                                yield shape.validate_json(data)
                                data = ""
            except httpx.TransportError:
                pass  # it is taken up again where it was lost
            await asyncio.sleep(seconds)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Model | None = None,
        content: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> httpx.Response:
        sent = {**self._credentials, "Accept": f"{accept}, application/problem+json"}
        sent |= {name: value for name, value in (headers or {}).items() if value is not None}
        if method == "POST":
            sent.setdefault("Idempotency-Key", uuid4().hex)
        if body is not None:
            content = body.model_dump_json(exclude_unset=True, by_alias=True).encode()
        if content is not None:
            sent["Content-Type"] = content_type
        asked = {name: _plain(value) for name, value in (query or {}).items() if value is not None}
        give_up = monotonic() + self._patience
        while True:
            try:
                answer = await self._session.request(
                    method, self._address + path, params=asked, headers=sent, content=content
                )
            except httpx.TransportError:
                # Safe to send again: a POST has a key, and everything else may be done twice.
                if monotonic() > give_up:
                    raise
                wait = 0.5
            else:
                if "Deprecation" in answer.headers:
                    warnings.warn(f"{method} {path} is deprecated: see docs/api.md", DeprecationWarning, stacklevel=3)
                if answer.is_success:
                    return answer
                if answer.status_code not in LATER or monotonic() > give_up:
                    raise _refusal(answer)
                wait = _wait(answer)
            # Not all who were turned away at once come back at once; and nobody waits for longer than they have.
            spread = 1 + random.random() * 0.4  # noqa: S311 - nothing secret
            await asyncio.sleep(min(wait * spread, max(0.1, give_up - monotonic())))


def _plain(value: Any) -> Any:
    match value:
        case bool():
            return str(value).lower()
        case Enum():
            return value.value
        case list() | tuple():
            return [_plain(part) for part in value]
        case _ if hasattr(value, "isoformat"):
            return value.isoformat()
        case _:
            return value


def _wait(answer: httpx.Response) -> float:
    """Seconds until the API wants to be asked again."""
    stated = answer.headers.get("Retry-After", "")
    return float(stated) if stated.isdecimal() else 1.0


def _refusal(answer: httpx.Response) -> Refusal:
    try:
        said = answer.json()
    except ValueError:
        said = {"detail": answer.reason_phrase}
    return REFUSALS.get(answer.status_code, Refusal)(answer.status_code, said)
