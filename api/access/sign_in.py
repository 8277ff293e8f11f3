"""Signing in to the console: a link by mail, good for a quarter of an hour and for one time.

Whether an address is a member's is told to nobody: the answer is the same, and the mail is written after it.
"""

import secrets
from collections.abc import Mapping, Sequence
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
from activities.store.access_sessions import LINK_LIFE, LINKS_WITHIN, Session
from api.access.auditing import note_done, note_refusal
from api.access.desk import Desk
from api.access.principal import AccessRole, Kind, Principal
from api.auth import NotAuthenticated, TooManyRequests
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

ELSEWHERE = """Hello,

you sign in to Groundswell, workspace {workspace}, with your account at {provider}, and not by mail:

{url}

If that account is yours no more, ask an owner of the workspace to have it forgotten.
"""

ADDRESS: TypeAdapter[str] = TypeAdapter(Address)


@router.get("/sign-in")
async def show_sign_in(services: Serving) -> Response:
    """Where somebody says who they are."""
    return sign_in_page(services.desk, "ask")


@router.post("/sign-in")
async def ask_for_link(services: Serving, address: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Sends a link to whoever is a member with this address; everybody is told the same."""
    response = sign_in_page(services.desk, "sent")
    response.background = BackgroundTask(send_links, services.desk, address)
    return response


async def send_links(desk: Desk, address: str) -> None:
    """Mails a link for each workspace that has a member with this address, a few in an hour at most.

    Who signs in with an account elsewhere is told so instead: a mailbox may be somebody else's by now.
    """
    try:
        known = await desk.members.with_address(ADDRESS.validate_python(address))
        for member in known if desk.mailer is not None else ():
            token = await desk.sessions.link(member)
            if token is None:
                continue
            if desk.sign_on is not None and await desk.identities.is_bound(member, desk.sign_on.issuer):
                letter = _letter(desk, member, ELSEWHERE, "/oidc/sign-in", provider=desk.sign_on.name)
            else:
                letter = _letter(desk, member, BODY, f"/sign-in/{token}", minutes=MINUTES)
            await desk.mailer.send(letter)  # type: ignore[union-attr]  # looked at above
    except ValidationError:
        return  # no address at all: nobody's
    except Exception as trouble:  # noqa: BLE001 - it happens after the answer; its text may quote the address
        structlog.get_logger(__name__).warning("sign-in mail not sent", error=type(trouble).__name__)


def _letter(desk: Desk, member: Member, words: str, path: str, **facts: object) -> Letter:
    body = words.format(workspace=member.workspace, url=f"{desk.public_url}{path}", **facts)
    id_ = f"sign-in-{secrets.token_hex(16)}@groundswell"
    return Letter(id=id_, to=member.address, subject="Your link to sign in", body=body)


@router.get("/sign-in/{token}")
async def show_link(services: Serving, token: str) -> Response:
    """Asks for one more click: programs that look at links in mails must not use them up."""
    return sign_in_page(services.desk, "confirm", token=token)


@router.post("/sign-in/{token}")
async def use_link(request: Request, services: Serving, token: str) -> Response:
    """Signs in, if the link still counts."""
    desk = services.desk
    session = await desk.sessions.sign_in(token) if len(token) <= 100 else None
    if session is None or not isinstance(session.who, Member):
        wrong = "This link was used before, or is older than it may be. Ask for a new one."
        await note_refusal(request, NotAuthenticated(why=wrong))
        return sign_in_page(desk, "ask", wrong=wrong, status=401)
    return await come_in(request, desk, session, "member.signed_in", CONSOLE)


async def come_in(request: Request, desk: Desk, session: Session, noted: str, where: str) -> Response:
    """Leads a member who has signed in to where they wanted to go; the audit of their workspace has it."""
    member = session.who
    assert isinstance(member, Member), "keys come in elsewhere"
    request.state.principal = Principal(member.id, member.workspace, AccessRole(member.role), Kind.MEMBER, member.limit)
    await note_done(request, noted, member_id=member.id)
    headers = {"Set-Cookie": desk.set_cookie(session.token or ""), "Cache-Control": "no-store"}
    return RedirectResponse(where, 303, headers=headers)


async def choose(desk: Desk, members: Sequence[Member]) -> Response:
    """Asks somebody who is known in several workspaces into which they want: each by a link that works once.

    Raises:
        TooManyRequests: they have had too many links lately.
    """
    links = {member.workspace: token for member in members if (token := await desk.sessions.link(member))}
    if not links:
        raise TooManyRequests(retry_after=int(LINKS_WITHIN.total_seconds()))
    return sign_in_page(desk, "choose", links=links)


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


def sign_in_page(
    desk: Desk,
    shows: str,
    *,
    wrong: str = "",
    token: str = "",
    links: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page: what it `shows` is `ask`, `sent`, `confirm` (a link's `token`) or `choose` (`links` by workspace)."""
    nonce = secrets.token_urlsafe(16)
    facts = {
        "shows": shows,
        "wrong": wrong,
        "token": token,
        "links": links or {},
        "nonce": nonce,
        "minutes": MINUTES,
        "provider": desk.sign_on.name if desk.sign_on is not None else "",
        "by_mail": desk.mailer is not None,
    }
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(_templates().get_template("sign_in.html").render(facts), status, headers=headers)
