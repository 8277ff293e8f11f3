"""All pages of the console, and the way to them from the front door."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse

from api.console import (
    access,
    assets,
    board,
    campaigns,
    collaboration,
    decisions,
    directory,
    inbox,
    people,
    renewal,
    report,
    rights,
    shortlist,
    sign_in,
    start,
    timeline,
)
from api.console.rendering import HOME, ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/")
@router.get("/console")
async def enter() -> RedirectResponse:
    """Leads to the first page."""
    return RedirectResponse(HOME, status_code=303)


for part in (
    assets,
    sign_in,
    inbox,
    decisions,
    start,
    campaigns,
    board,
    shortlist,
    timeline,
    people,
    report,
    collaboration,
    directory,
    rights,
    renewal,
    access,
):
    router.include_router(part.router)
