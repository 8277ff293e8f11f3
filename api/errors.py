"""Every refusal as `application/problem+json` (RFC 9457), and the one table that says which HTTP status each one has.

A business refusal is 409, never 422: 422 means that the request itself is not well-formed, whatever the state.
"""

import json
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from activities.connectors.csv_roster import RosterUnreadable
from activities.connectors.oidc import CodeRefused, ProviderMisfit
from activities.connectors.oidc_tokens import IdTokenInvalid
from activities.links import LinkInvalid
from api.access.auditing import note_not_found, note_refusal
from api.auth import NotAuthenticated, NotPermitted, SignInServiceAway, TooManyRequests
from api.preconditions import PreconditionFailed
from domain import errors as domain
from domain.errors import GroundswellError
from workflows.client import EngineUnavailable, TooManyInFlight

MEDIA_TYPE = "application/problem+json"
SHOWN = 100
"""So many characters of a refused value are repeated to the caller."""


class UnsupportedMediaType(GroundswellError):
    """The body is {given}; this address takes {needed}."""


class FileTooLarge(GroundswellError):
    """This {kind} has {size}, and {most} is the most that is taken: save it smaller, and send it again."""


class DatabaseUnavailable(GroundswellError):
    """The database cannot be reached at the moment; nothing is lost, try again."""


STATUS: dict[type[GroundswellError], int] = {
    domain.NotFound: 404,
    domain.Erased: 410,
    domain.Refused: 409,
    domain.Conflict: 409,
    domain.UnknownEvent: 500,
    NotAuthenticated: 401,
    LinkInvalid: 401,
    NotPermitted: 403,
    FileTooLarge: 413,
    PreconditionFailed: 412,
    UnsupportedMediaType: 415,
    RosterUnreadable: 400,
    TooManyInFlight: 429,
    TooManyRequests: 429,
    IdTokenInvalid: 502,
    CodeRefused: 502,
    ProviderMisfit: 502,
    SignInServiceAway: 503,
    EngineUnavailable: 503,
    DatabaseUnavailable: 503,
}
"""Error to HTTP status. A class that is not listed has the status of its nearest listed base."""

RETRY_AFTER: dict[int, int] = {429: 1, 503: 5}
"""Status to the seconds after which trying again makes sense."""

OUTAGES: tuple[type[Exception], ...] = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""The database is away. Among them is `asyncpg.InterfaceError`, whose subclass for wrong arguments is a ValueError.

The last is what asyncpg makes of a pooled connection that the server has just ended, and that it believes to be idle.
"""

_CODES = {413: "body_too_large", 416: "range_not_satisfiable"}
"""Of statuses that have another phrase in later releases of Python: a code stays."""

_SENTENCES = {
    400: "The request could not be read.",
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take this method; the Allow header says which it takes.",
}


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    field: str = Field(description="Where: `objectives[0].by`, the name of a query parameter, or of a header.")
    value: str | None = Field(description=f"What was sent, at most {SHOWN} characters of it; null if it is missing.")
    rule: str = Field(description="What is expected there.")


class Problem(BaseModel):
    """Why a request was not carried out (RFC 9457). The facts of the refusal follow as further members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="A URN that names the kind of problem: `urn:groundswell:problem:stale_version`.")
    title: str
    status: int
    detail: str = Field(description="What happened and, where something can be done about it, what.")
    code: str = Field(description="The kind of problem, for programs: `stale_version`.")
    request_id: str | None = Field(default=None, description="Quote it when you ask us about this request.")
    errors: list[FieldError] | None = Field(default=None, description="With status 422: everything that is wrong.")


def status_of(error: type[GroundswellError]) -> int:
    """The HTTP status of an error.

    Raises:
        KeyError: neither the class nor any of its bases is in the table.
    """
    return next((STATUS[base] for base in error.__mro__ if base in STATUS), None) or STATUS[error]


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    facts: Mapping[str, Any] | None = None,
    errors: Sequence[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as a response. ASCII only, since what was sent may hold characters that UTF-8 does not have."""
    content = {**members(status, code, detail, facts or {}), "request_id": getattr(request.state, "request_id", None)}
    if errors is not None:
        content["errors"] = [error.model_dump() for error in errors]
    more = dict(headers or {})
    if status in RETRY_AFTER:
        more["Retry-After"] = str((facts or {}).get("retry_after", RETRY_AFTER[status]))
    if status == HTTPStatus.UNAUTHORIZED:
        more["WWW-Authenticate"] = 'Bearer realm="groundswell"'
    return Response(json.dumps(content).encode(), status, media_type=MEDIA_TYPE, headers=more)


def members(status: int, code: str, detail: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a problem says, whatever the request."""
    return {
        **{name: _plain(fact) for name, fact in facts.items()},
        "type": f"urn:groundswell:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }


def members_of(error: GroundswellError) -> dict[str, Any]:
    """What the problem says that an error is answered with."""
    return members(status_of(type(error)), error.code, str(error), error.facts)


async def problem_of(request: Request, error: Exception) -> Problem:
    """The problem that an error is answered with, as data: for requests in which several things can go wrong."""
    handlers = request.app.exception_handlers
    handler = next((handlers[kind] for kind in type(error).__mro__ if kind in handlers), None)
    response = internal_problem(request, error) if handler is None else await handler(request, error)
    return Problem.model_validate_json(bytes(response.body))


def _plain(fact: Any) -> Any:
    if fact is None or isinstance(fact, bool | int):
        return fact
    if isinstance(fact, list | tuple):
        return [_plain(part) for part in fact]
    return str(fact)


def internal_problem(request: Request, error: BaseException) -> Response:
    """The answer to a mistake of ours: the log says where it happened, the caller only that it did.

    An error's own text may quote a person's data, so it is neither logged nor sent.
    """
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    structlog.get_logger(__name__).error("request failed", error=type(error).__name__, where=where[-8:])
    detail = "Something went wrong on our side. If it happens again, tell us the request_id."
    return problem(request, 500, "internal_error", detail)


def install(app: FastAPI) -> None:
    """Make `app` answer every error with a problem."""
    app.add_exception_handler(GroundswellError, _domain_problem)
    app.add_exception_handler(RequestValidationError, _validation_problem)
    app.add_exception_handler(HTTPException, _http_problem)
    for outage in OUTAGES:
        app.add_exception_handler(outage, _outage_problem)


async def _domain_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, GroundswellError)
    status = status_of(type(error))
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return internal_problem(request, error)
    facts = dict(error.facts)
    if isinstance(error, domain.BriefRefused):
        facts["reasons"] = reasons(error)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        await note_refusal(request, error)
    await note_not_found(request, error)
    return problem(request, status, error.code, str(error), facts=facts)


def reasons(error: domain.BriefRefused) -> list[str]:
    """Everything that speaks against a brief, one by one."""
    return str(error.facts["reasons"]).split("; ")


async def _validation_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [field_error(detail) for detail in error.errors()]
    fields = ", ".join(dict.fromkeys(each.field for each in errors))
    detail = f"The request is not well-formed: see errors for {fields[:500]}."
    return problem(request, 422, "request_not_well_formed", detail, errors=errors)


def field_error(detail: Mapping[str, Any]) -> FieldError:
    """One of pydantic's error details as we show it."""
    if detail["type"] == "json_invalid":
        place = f"{detail['ctx']['error']}, at character {detail['loc'][-1]}"
        return FieldError(field="body", value=None, rule=f"must be JSON: {place}")
    value = None if detail["type"] == "missing" else _shown(detail.get("input"))
    return FieldError(field=_field(detail["loc"]), value=value, rule=detail["msg"].removeprefix("Value error, "))


def _field(location: Sequence[str | int]) -> str:
    path = ""
    for part in location[1:]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path[:200] or str(location[0])


def _shown(value: Any) -> str:
    as_json = value is None or isinstance(value, bool | int | float | list | dict)
    text = json.dumps(value, default=str) if as_json else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST and error.__cause__ is not None:
        # FastAPI's word for JSON that its parser could not even decode, while other mistakes in JSON get 422.
        unreadable = {"type": "body_unreadable", "loc": ("body",), "msg": "must be JSON in UTF-8", "input": None}
        return await _validation_problem(request, RequestValidationError([unreadable]))
    phrase = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail != phrase else _SENTENCES.get(error.status_code, f"{phrase}.")
    code = _CODES.get(error.status_code) or phrase.lower().replace(" ", "_").replace("-", "_")
    return problem(request, error.status_code, code, detail, headers=error.headers)


async def _outage_problem(request: Request, error: Exception) -> Response:
    if isinstance(error, ValueError):  # asyncpg's word for an argument of the wrong type: our mistake, not an outage
        return internal_problem(request, error)
    structlog.get_logger(__name__).warning("database unavailable", error=type(error).__name__)
    unavailable = DatabaseUnavailable()
    return problem(request, 503, unavailable.code, str(unavailable))


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How the API's description documents refusals with these statuses."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: schema}} for status in statuses}
