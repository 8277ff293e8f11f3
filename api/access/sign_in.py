"""Signing in to the console: a link by mail, good for a quarter of an hour and for one time.

Whether an address is a member's is told to nobody: the answer is the same, and the mail is written after it.
"""

import secrets
from functools import cache
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import TypeAdapter, ValidationError
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, RedirectResponse, Response

from activities.ports import Letter
from activities.store.access_members import Address, Member
from activities.store.access_sessions import LINK_LIFE
from api.access.auditing import note_done, note_refusal
from api.access.desk import Desk
from api.auth import NotAuthenticated
from api.dependencies import AsBrand, Serving

router = APIRouter(include_in_schema=False)

CONSOLE = "/console"
"""Where a sign-in leads."""

MINUTES = int(LINK_LIFE.total_seconds() // 60)

BODY = """Hello,

with this link you sign in to Groundswell, workspace {workspace}:

{url}

It works once, within {minutes} minutes. If you did not ask for it, leave it: without it nobody gets in.
"""

_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)


@router.get("/sign-in")
async def show_sign_in() -> Response:
    """Where somebody says who they are."""
    return _page("ask")


@router.post("/sign-in")
async def ask_for_link(services: Serving, address: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Sends a link to whoever is a member with this address; everybody is told the same."""
    response = _page("sent")
    response.background = BackgroundTask(send_links, services.desk, address)
    return response


async def send_links(desk: Desk, address: str) -> None:
    """Mails a link for each workspace that has a member with this address, a few in an hour at most."""
    try:
        known = await desk.members.with_address(_ADDRESS.validate_python(address))
        for member in known if desk.mailer is not None else ():
            token = await desk.sessions.link(member)
            if token is not None:
                await desk.mailer.send(_letter(desk, member, token))  # type: ignore[union-attr]  # looked at above
    except ValidationError:
        return  # no address at all: nobody's
    except Exception as trouble:  # noqa: BLE001 - it happens after the answer; its text may quote the address
        structlog.get_logger(__name__).warning("sign-in mail not sent", error=type(trouble).__name__)


def _letter(desk: Desk, member: Member, token: str) -> Letter:
    url = f"{desk.public_url}/sign-in/{token}"
    body = BODY.format(workspace=member.workspace, url=url, minutes=MINUTES)
    id_ = f"sign-in-{secrets.token_hex(16)}@groundswell"
    return Letter(id=id_, to=member.address, subject="Your link to sign in", body=body)


@router.get("/sign-in/{token}")
async def show_link(token: str) -> Response:
    """Asks for one more click: programs that look at links in mails must not use them up."""
    return _page("confirm", token=token)


@router.post("/sign-in/{token}")
async def use_link(request: Request, services: Serving, token: str) -> Response:
    """Signs in, if the link still counts."""
    desk = services.desk
    session = await desk.sessions.sign_in(token) if len(token) <= 100 else None
    if session is None or not isinstance(session.who, Member):
        wrong = "This link was used before, or is older than it may be. Ask for a new one."
        await note_refusal(request, NotAuthenticated(why=wrong))
        return _page("ask", wrong=wrong, status=401)
    await note_done(request, "member.signed_in", member_id=session.who.id)
    headers = {"Set-Cookie": desk.set_cookie(session.token or ""), "Cache-Control": "no-store"}
    return RedirectResponse(CONSOLE, 303, headers=headers)


@router.post("/sign-out")
async def sign_out(request: Request, services: Serving, caller: AsBrand) -> Response:
    """Ends the session here, and makes the browser forget it."""
    if caller.session_id is not None:
        await services.desk.sessions.end(caller.session_id)
        await note_done(request, "member.signed_out")
    headers = {"Set-Cookie": services.desk.clear_cookie(), "Clear-Site-Data": '"cache"', "Cache-Control": "no-store"}
    return RedirectResponse("/sign-in", 303, headers=headers)


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined)


def _page(shows: str, *, wrong: str = "", token: str = "", status: int = 200) -> Response:
    nonce = secrets.token_urlsafe(16)
    facts = {"shows": shows, "wrong": wrong, "token": token, "nonce": nonce, "minutes": MINUTES}
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(_templates().get_template("sign_in.html").render(facts), status, headers=headers)
