"""Who looks at the console: a member who has signed in by a mail link, or somebody who has shown an API key.

The front door (api/access/authorise.py) recognises them by their session before any page is asked. This is the only
place of the console that knows how people sign in.
"""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from api.access.authorise import shown_key
from api.access.principal import Principal
from api.access.rules import DECISIONS, DELIVER, RULES
from api.dependencies import AsBrand, Decisions, Services


async def _visitor(caller: AsBrand) -> Principal:
    return caller


Visitor = Annotated[Principal, Depends(_visitor)]
"""Whoever is signed in; everybody else is led to the sign-in page."""


def decisions_of(visitor: Principal, services: Services, key: str) -> Decisions:
    """The visitor's way to have commands decided, under the idempotency key of the form that was sent."""
    return Decisions(services, visitor, key)


def may_decide(visitor: Principal, command: str) -> bool:
    """Whether the rule of a command lets somebody give it; how much they may commit is looked at when they do."""
    return not visitor.read_only and DECISIONS.get(command, DELIVER).allows(visitor.role)


def may_call(visitor: Principal, call: str) -> bool:
    """Whether the rule of a route, `GET /console/access`, lets somebody in."""
    return RULES[call].allows(visitor.role) and (call.startswith("GET ") or not visitor.read_only)


async def sign_in(response: Response, services: Services, presented: str) -> bool:
    """Signs in with an API key; False if it is none of this installation's."""
    key = await shown_key(presented, services)
    if key is None:
        return False
    session = await services.desk.sessions.sign_in_with_key(key)
    response.headers.append("Set-Cookie", services.desk.set_cookie(session.token or ""))
    return True


async def sign_out(request: Request, response: Response, services: Services) -> None:
    """Ends the session, here and in the browser."""
    session = await services.desk.sessions.behind(request.cookies.get(services.desk.cookie, ""))
    if session is not None:
        await services.desk.sessions.end(session.id)
    response.headers.append("Set-Cookie", services.desk.clear_cookie())
