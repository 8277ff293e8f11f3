"""The door: an API key in, a session out."""

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.access.auditing import note_refusal
from api.auth import NotAuthenticated
from api.console.rendering import HOME, console_router, form_of, local_path, page
from api.console.visitor import sign_in, sign_out
from api.dependencies import Serving

router = console_router()


@router.get("/sign-in")
async def show_sign_in(request: Request, services: Serving, next: str = HOME) -> Response:  # noqa: A002 - the form's word
    """The page on which the key is typed."""
    return await _shown(request, services, local_path(next))


@router.post("/sign-in")
async def take_key(request: Request, services: Serving) -> Response:
    """Signs in, and goes on to where the visitor wanted to go."""
    fields = await form_of(request)
    where = local_path(fields.get("next", HOME))
    key = fields.get("api_key", "")
    response = RedirectResponse(where, status_code=303)
    if not await sign_in(response, services, key):
        await note_refusal(request, NotAuthenticated(why="This key is none of ours, has expired or was revoked."))
        return await _shown(request, services, where, wrong="That is no key of this installation.", status=403)
    return response


@router.post("/sign-out")
async def leave(request: Request, services: Serving) -> Response:
    """Signs out."""
    response = RedirectResponse("/console/sign-in", status_code=303)
    await sign_out(request, response, services)
    return response


async def _shown(request: Request, services: Serving, where: str, *, wrong: str = "", status: int = 200) -> Response:
    sign_on = services.desk.sign_on
    facts = {"next": where, "wrong": wrong, "provider": sign_on.name if sign_on is not None else ""}
    return await page(request, services, "sign_in.html", status, visitor=None, section="", **facts)
