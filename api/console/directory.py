"""The directory: creators searched by words and filters, and rosters brought in."""

from fastapi import Request
from starlette.responses import Response

from api.console.rendering import console_router, page, wants_part
from api.console.visitor import Visitor
from api.dependencies import Serving
from api.directory import list_creators
from api.discovery import Imported, take_in
from api.pagination import Cursor
from domain.creators import Platform

router = console_router()

SHOWN = 50


@router.get("/creators")
async def show_directory(
    request: Request,
    services: Serving,
    visitor: Visitor,
    q: str = "",
    platform: str = "",
    country: str = "",
    cursor: Cursor = None,
) -> Response:
    """Who is in it, most followers first."""
    return await _shown(request, services, visitor, q[:500], platform, country, cursor)


@router.post("/creators/import")
async def take_roster(request: Request, services: Serving, visitor: Visitor) -> Response:
    """Brings a roster in; rows that cannot be read are told with their line, and the others are kept."""
    meant = str((await request.form(max_files=1, max_fields=10)).get("platform", ""))
    platform = Platform(meant) if meant in set(Platform) else None
    imported = await take_in(request, services, platform)
    return await _shown(request, services, visitor, "", "", "", None, imported)


async def _shown(
    request: Request,
    services: Serving,
    visitor: Visitor,
    q: str,
    platform: str,
    country: str,
    cursor: str | None,
    imported: Imported | None = None,
) -> Response:
    wanted = Platform(platform) if platform in set(Platform) else None
    where = country.upper() if len(country) == 2 and country.isalpha() and country.isascii() else None
    found = await list_creators(
        services,
        visitor,
        q=q,
        platform=wanted,
        country=where,
        language=None,
        followers_min=0,
        followers_max=None,
        cursor=cursor,
        limit=SHOWN,
    )
    return await page(
        request,
        services,
        "directory_rows.html" if wants_part(request) else "directory.html",
        visitor=visitor,
        section="creators",
        creators=found.items,
        next=found.next,
        q=q,
        platform=wanted,
        country=where or "",
        platforms=list(Platform),
        imported=imported,
    )
