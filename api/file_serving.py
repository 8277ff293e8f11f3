"""A kept file as an answer: shown and not run, whole or a range of it, and not sent again to whoever has it."""

import re
from collections.abc import Iterable
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from activities.store.files import Files, StoredFile
from api.preconditions import is_current

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "application/pdf": "pdf",
}

FILE = {"schema": {"type": "string", "format": "binary"}}
"""How the API's description says that something is a file."""
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is what the caller has, by `If-None-Match`"}}
"""How it says that a file need not be sent."""


def answers_with(kinds: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """How it describes what `served` answers with: a file of one of these media types, or a range of it."""
    content = dict.fromkeys(kinds, FILE)
    part = {"description": "The range that was asked for", "content": content}
    return {200: {"content": content}, 206: part, **UNCHANGED}


def served(request: Request, files: Files, file: StoredFile, name: str, *, shown: bool = True) -> Response:
    """The file, or the range of it that the request asks for (one: of several the whole file comes).

    `name` is what it is called when it is saved, without its ending; `shown` says that browsers may show it at its own
    address, too.

    Raises:
        HTTPException: 416, the range begins behind its end.
    """
    etag = f'"{file.sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{name}.{ENDINGS[file.media_type]}"',
        # It comes from outside: were it ever taken for a page, it could do nothing.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if is_current(request, etag):
        return Response(status_code=304, headers=headers)
    start, end = 0, file.size
    if request.headers.get("if-range", etag) == etag and (asked := _asked(request, file.size)) is not None:
        start, end = asked
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    headers["Content-Length"] = str(end - start)
    status = 206 if "Content-Range" in headers else 200
    return StreamingResponse(files.read(file, start, end), status, headers, media_type=file.media_type)


def _asked(request: Request, size: int) -> tuple[int, int] | None:
    """The range that is asked for, its end excluded; None if none is that is understood (RFC 9110, 14.2)."""
    given = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if given is None or given[1] == given[2] == "":
        return None
    first, last = given[1], given[2]
    if first and last and int(first) > int(last):
        return None
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= size:
        detail = f"The file has {size} bytes; a range begins before its end."
        raise HTTPException(416, detail, headers={"Content-Range": f"bytes */{size}"})
    return start, end
