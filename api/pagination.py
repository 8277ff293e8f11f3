"""Lists by pages: an opaque cursor says where the next page begins, so that nothing is skipped while rows are added."""

import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError

from domain.values import Value

T = TypeVar("T")
P = TypeVar("P")
T_co = TypeVar("T_co", covariant=True)
P_contra = TypeVar("P_contra", contravariant=True)

Cursor = Annotated[
    str | None, Query(max_length=1_000, description="`next` of the page before; the first page without it.")
]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many items.")]

Key = Annotated[str, StringConstraints(max_length=300, pattern=r"^[ -~]*$")]
Rank = Annotated[int, Field(ge=0, lt=2**31)]
Position = Annotated[int, Field(ge=0, lt=2**63)]


def _written_out(moment: object) -> object:
    if isinstance(moment, int | float) or (isinstance(moment, str) and re.fullmatch(r"\s*[-+]?[\d._]+\s*", moment)):
        raise ValueError("must be an instant as ISO 8601 writes it, with a zone, not a number")
    return moment


WrittenOut = BeforeValidator(_written_out)
"""Of an instant that a caller gives: a number would be taken for seconds since 1970."""

Moment = Annotated[
    AwareDatetime,
    WrittenOut,
    Field(ge=datetime.fromisoformat("1970-01-01T00:00Z"), lt=datetime.fromisoformat("3000-01-01T00:00Z")),
]


class Page(Value, Generic[T]):
    """A part of a list; `next` is the cursor of the page after it, null at the end."""

    items: tuple[T, ...]
    next: str | None


class Look(Protocol[P_contra, T_co]):
    """Finds what comes after a place, from the beginning without one: at most so many."""

    def __call__(self, *, after: P_contra | None, limit: int) -> Awaitable[Sequence[T_co]]: ...


class Place(Generic[P]):
    """What a list's cursor holds. `shape` is P with its constraints, which no annotation can say of an argument yet."""

    def __init__(self, shape: Any) -> None:
        self._adapter: TypeAdapter[P] = TypeAdapter(shape)

    def read(self, cursor: str | None) -> P | None:
        """The place that a cursor names; None without one.

        Raises:
            RequestValidationError: this list never gave out such a cursor.
        """
        if cursor is None:
            return None
        try:
            return self._adapter.validate_json(base64.b64decode(cursor, altchars=b"-_", validate=True))
        except (ValidationError, binascii.Error, ValueError) as error:
            rule = "must be `next` of a page of this list, unchanged"
            detail = {"type": "cursor", "loc": ("query", "cursor"), "msg": rule, "input": cursor}
            raise RequestValidationError([detail]) from error

    def page(self, found: Sequence[T], limit: int, place: Callable[[T], P]) -> Page[T]:
        """The page of `limit` items of which one more than that was looked for."""
        items = found[:limit]
        more = len(found) > limit
        return Page(items=tuple(items), next=self._write(place(items[-1])) if more else None)

    async def fill(self, cursor: str | None, limit: int, look: Look[P, T], place: Callable[[T], P]) -> Page[T]:
        """The page of `limit` items after a cursor, of a list in which `look` finds them.

        Raises:
            RequestValidationError: as `read`.
        """
        return self.page(await look(after=self.read(cursor), limit=limit + 1), limit, place)

    def _write(self, place: P) -> str:
        data: Any = self._adapter.dump_python(place, mode="json")
        return base64.urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).decode()


SOONEST_FIRST: Place[tuple[datetime, str, str]] = Place(tuple[Moment, Key, Key])
"""Of a list of what comes due: its instant, its stream, and its name there."""
