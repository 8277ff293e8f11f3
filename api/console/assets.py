"""Style, scripts and drawings of the console: they come from the package, each under an address that names its content.

So a browser keeps them for good, and asks for the new ones when a release has changed them.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

router = APIRouter(prefix="/console/static", include_in_schema=False)

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    content: bytes
    media_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """All files of the package's directory `static`, by name."""
    found = (each for each in files("api.console").joinpath("static").iterdir() if each.is_file())
    return {each.name: _asset(each.name, each.read_bytes()) for each in found}


def _asset(name: str, content: bytes) -> Asset:
    return Asset(content, TYPES[name.rpartition(".")[2]], hashlib.sha256(content).hexdigest()[:16])


def address(name: str) -> str:
    """Where a page finds this file.

    Raises:
        KeyError: there is no such file.
    """
    return f"/console/static/{name}?v={assets()[name].digest}"


@router.get("/{name}")
async def read_asset(request: Request, name: str) -> Response:
    """The file; for good, if it is asked for by its digest."""
    asset = assets().get(name)
    if asset is None:
        return Response(status_code=404)
    asked_by_digest = request.query_params.get("v") == asset.digest
    kept = "public, max-age=31536000, immutable" if asked_by_digest else "no-cache"
    headers = {"Cache-Control": kept, "ETag": f'"{asset.digest}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
