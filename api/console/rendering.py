"""How a page of the console is made and protected, and what a visitor sees when it cannot be."""

import re
import secrets
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import structlog
from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from activities.store.projections.tasks import list_tasks
from api.access.auditing import note_not_found
from api.access.authorise import csrf_token
from api.auth import NotAuthenticated
from api.console import assets, wording
from api.console.visitor import may_call, may_decide
from api.dependencies import ENGINE_KEYS, Services
from api.errors import OUTAGES, RETRY_AFTER, DatabaseUnavailable, field_error, status_of
from api.report.wording import count, duration, money, percent
from api.uploads import in_words
from domain.decider import Role
from domain.errors import GroundswellError

HOME = "/console/inbox"
MANY = 100
"""More open tasks than that are not counted."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Cookie, HX-Request",
}
"""Nothing is loaded from elsewhere, and no script runs that is not a file of ours."""

REFUSALS: tuple[type[Exception], ...] = (GroundswellError, RequestValidationError, *OUTAGES)
"""What `why` finds words for."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ConsoleRoute(APIRoute):
    """A route whose refusals are pages as well."""

    def get_route_handler(self) -> Handler:
        """See `APIRoute.get_route_handler`."""
        handle: Handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                response = await handle(request)
            except NotAuthenticated:
                response = _to_sign_in(request)
            except REFUSALS as refusal:
                await note_not_found(request, refusal)
                response = refused(request, refusal)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handled


def console_router() -> APIRouter:
    """A router for pages of the console."""
    return APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)


def wants_part(request: Request) -> bool:
    """Whether htmx asks, which puts the answer into the page that is open."""
    return request.headers.get("hx-request") == "true"


def _to_sign_in(request: Request) -> Response:
    came_for = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    where = f"/console/sign-in?next={quote(came_for if request.method == 'GET' and not wants_part(request) else HOME)}"
    if wants_part(request):
        return Response(status_code=204, headers={"HX-Redirect": where})
    return RedirectResponse(where, status_code=303)


def why(refusal: Exception) -> tuple[int, str]:
    """The status of a refusal, and what a person is told.

    Raises:
        KeyError: it is none of those that this table knows.
    """
    match refusal:
        case GroundswellError():
            return status_of(type(refusal)), str(refusal)
        case RequestValidationError():
            wrong = (field_error(detail) for detail in refusal.errors())
            return 422, "; ".join(f"{each.field}: {each.rule}" for each in wrong)
    structlog.get_logger(__name__).warning("database unavailable", error=type(refusal).__name__)
    return 503, str(DatabaseUnavailable())


def refused(request: Request, refusal: Exception) -> Response:
    """The page, or the part of one, that says why something was not done."""
    if isinstance(refusal, ValueError) and isinstance(refusal, OUTAGES):
        raise refusal  # asyncpg's word for an argument of the wrong type: our mistake, no outage
    status, text = why(refusal)
    template = "refused_part.html" if wants_part(request) else "refused.html"
    content = render(template, why=text, title=HTTPStatus(status).phrase, section="", visitor=None)
    response = HTMLResponse(content, status)
    if status in RETRY_AFTER:
        response.headers["Retry-After"] = str(RETRY_AFTER[status])
    if request.method == "GET":
        response.headers["HX-Reswap"] = "none"  # what is shown stays, rather than giving way to an outage
    return response


async def page(request: Request, services: Services, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """A whole page, or with the name of a part's template that part, from what the template needs."""
    if facts.get("visitor") is not None and not wants_part(request):
        waiting = await list_tasks(services.pool, services.workspace, assignee=Role.BRAND, limit=MANY)
        facts["waiting"] = f"{MANY}+" if len(waiting) == MANY else str(len(waiting) or "")
    return HTMLResponse(render(template, guard=_guard(request), **facts), status)


def _guard(request: Request) -> Markup:
    """What a form shows where a browser does not say from which page it sends: the session's token."""
    token = csrf_token(request)
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token) if token else Markup()


def render(template: str, **facts: Any) -> str:
    """A template with these facts."""
    return environment().get_template(template).render(**{"waiting": "", "guard": "", **facts})


async def form_of(request: Request) -> Mapping[str, str]:
    """What was entered, without empty fields; of several values of a field the last one."""
    form = await request.form(max_files=0, max_fields=2_000)
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    clean = {name: text.replace("\r\n", "\n").replace("\x00", "").strip() for name, text in texts.items()}
    return {name: text for name, text in clean.items() if text}


def key_of(fields: Mapping[str, str]) -> str:
    """The idempotency key that a form carries: pressing twice, or reloading, decides once."""
    key = fields.get("key", "")
    return key if re.fullmatch(r"[ -~]{1,150}", key) and not key.startswith(ENGINE_KEYS) else uuid4().hex


def local_path(given: str) -> str:
    """An address within the console to go back to; the first page for every other one."""
    return given if re.fullmatch(r"/console/[\w/.?=&%:+-]*", given) else HOME


@cache
def environment() -> Environment:
    """The console's templates."""
    made = Environment(
        loader=PackageLoader("api.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "money": money,
        "count": count,
        "percent": percent,
        "compact": wording.compact,
        "term": wording.term,
        "standing": wording.standing,
        "units": wording.units,
        "duration": duration,
        "words": lambda text: str(text).replace("_", " "),
        "asked": wording.asked,
        "until": wording.until,
        "ago": wording.ago,
        "urgency": wording.urgency,
        "initials": wording.initials,
        "size": in_words,
        "moment": lambda at: f"{at:%-d %b %Y, %H:%M}",
        "day": lambda at: f"{at:%-d %b %Y}",
    }
    made.globals |= {
        "asset": assets.address,
        "new_key": lambda: secrets.token_hex(16),
        "stages": wording.STAGES,
        "who": wording.WHO,
        "may_decide": may_decide,
        "may_call": may_call,
    }
    return made
