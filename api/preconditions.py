"""ETag, If-None-Match and If-Match: every tag that the API gives out is made here, and looked at here.

A tag reads `"<edition>-<digest>"`. The digest is of everything that is shown, and If-None-Match goes by the whole tag:
304 means that nothing has changed. The edition is of what people decide there: a stream's version, or a digest of each
field that can be set. If-Match goes by it alone, so that a webhook which has sent something meanwhile, or a key that
was used, can still be changed by whoever has read it before; what somebody else has decided is not overwritten.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Header, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from domain.errors import GroundswellError


class PreconditionFailed(GroundswellError):
    """{what} is not what If-Match says: {changed}. Read it again, decide again, and send the ETag of that answer."""


_TAG: dict[str, Any] = {
    "headers": {
        "ETag": {
            "description": "For If-None-Match, to read again only what has changed, and for If-Match, to change "
            "only what you have read.",
            "schema": {"type": "string"},
        }
    }
}
TAGGED: dict[int | str, dict[str, Any]] = {200: _TAG}
"""How the API's description documents an answer with an ETag."""
READ: dict[int | str, dict[str, Any]] = {**TAGGED, 304: {"description": "Unchanged since the ETag in If-None-Match"}}
"""The same of a GET, which may also answer that nothing has changed."""


def edition_of(decided: Mapping[str, object]) -> str:
    """The edition of a resource, by the values of the fields that people can set, in the order of the fields."""
    return ".".join(
        hashlib.sha256(json.dumps(value, default=str, sort_keys=True).encode()).hexdigest()[:8]
        for value in decided.values()
    )


def tag_of(content: bytes, edition: str | int | None = None) -> str:
    """The ETag of a representation. Without an edition, which lists do not have, it is no use for If-Match."""
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f'"{digest}"' if edition is None else f'"{edition}-{digest}"'


class Representation(NamedTuple):
    """What is shown, as JSON with its ETag."""

    content: bytes
    etag: str


def representation(view: Any, edition: str | int | None = None) -> Representation:
    """A model, or a list of them, as it is sent."""
    content = as_json(view)
    return Representation(content, tag_of(content, edition))


def with_etag(
    request: Request, view: Any, edition: str | int | None = None, more: Mapping[str, str] | None = None
) -> Response:
    """What is shown as JSON with its ETag, or 304 if the caller has it. `more` are further headers, or other ones."""
    return answer(request, representation(view, edition), more)


def answer(request: Request, shown: Representation, more: Mapping[str, str] | None = None) -> Response:
    """The same of what is written already."""
    headers = {"ETag": shown.etag, "Cache-Control": "private, no-cache", **(more or {})}
    if is_current(request, shown.etag):
        return Response(status_code=304, headers=headers)
    return Response(shown.content, media_type="application/json", headers=headers)


_WHATEVER: TypeAdapter[Any] = TypeAdapter(Any)


def as_json(view: Any) -> bytes:
    """A model, or a list of them, as it is sent."""
    return _WHATEVER.dump_json(view)


def is_current(request: Request, etag: str) -> bool:
    """Whether the caller says in If-None-Match that it has the representation with this ETag."""
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in given.split(",")}


class Precondition:
    """What a caller says of the state that they want to change; without If-Match, nothing."""

    def __init__(self, if_match: str | None = None) -> None:
        given = [tag.strip() for tag in (if_match or "*").split(",")]
        self.asks = "*" not in given
        """Whether it matters what the state is; `*` is whatever there is."""
        # A weak tag never matches here (RFC 9110, 13.1.1), and we give out none.
        self._editions = [tag.strip('"').rpartition("-")[0] for tag in given if tag.startswith('"')]

    def must_hold(self, what: str, decided: Mapping[str, object]) -> None:
        """Looks at a resource, by the values of the fields that people can set.

        Raises:
            PreconditionFailed: somebody has set one of them since; it names which.
        """
        if not self.asks or edition_of(decided) in self._editions:
            return
        now = edition_of(decided).split(".")
        read = next((parts for edition in self._editions if len(parts := edition.split(".")) == len(now)), None)
        changed = "the tag is none of this resource's"
        if read is not None:
            fields = (name for name, was, is_ in zip(decided, read, now, strict=True) if was != is_)
            changed = f"changed since: {', '.join(fields)}"
        raise PreconditionFailed(what=what, changed=changed)

    def must_be_version(self, what: str, version: int) -> None:
        """Looks at a stream.

        Raises:
            PreconditionFailed: something has been decided since.
        """
        if self.asks and str(version) not in self._editions:
            read = next((edition for edition in self._editions if edition.isdecimal()), None)
            then = "the tag is none of this resource's" if read is None else f"read at version {read[:19]}"
            raise PreconditionFailed(what=what, changed=f"{then}, now at version {version}")


async def _precondition(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=1_000,
            description="The ETag of what you have read: if somebody has changed it since, nothing is done and the "
            "answer is 412. Without it, the change is made in any case.",
        ),
    ] = None,
) -> Precondition:
    return Precondition(if_match)


IfMatch = Annotated[Precondition, Depends(_precondition)]
