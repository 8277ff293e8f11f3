"""Which fields tell something about a person, and what is read in their place once that person has been erased.

A field says so itself: `message: Annotated[Text, PERSONAL]`. What is stored of it is sealed with its creator's key, so
that the deleted key erases it wherever it was copied. A mark is never removed, since streams with sealed fields stay.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

NOBODY = "a creator, erased"
"""The name of somebody who has been erased."""


@dataclass(frozen=True)
class Personal:
    """The mark of a personal text; `placeholder` satisfies the field's type when the text is gone."""

    placeholder: str


PERSONAL = Personal("[erased]")
PERSONAL_URL = Personal("https://erased.invalid/")

EACH = "*"
"""A step of a path that stands for every item of a list and every value of a mapping."""

Path = tuple[str, ...]
Marks = Mapping[Path, Personal]
"""Where the JSON form of a type is personal, and how."""


def marks(kind: Any) -> Marks:
    """The personal texts of a model, a dataclass or any type made of them, by their paths in its JSON form."""
    if kind not in _MARKS:
        _MARKS[kind] = {path: mark for path, _, mark in texts(kind) if mark is not None}
    return _MARKS[kind]


_MARKS: dict[Any, Marks] = {}


def texts(kind: Any, mark: Personal | None = None, path: Path = ()) -> Iterator[tuple[Path, Any, Personal | None]]:
    """Every part of a type that is neither a model nor a container: its path, its type, and its mark if it has one."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        marked = next((each for each in arguments[1:] if isinstance(each, Personal)), mark)
        yield from texts(arguments[0], marked, path)
    elif origin in (Union, UnionType):
        for part in arguments:
            if part is not NoneType:
                yield from texts(part, mark, path)
    elif _has_fields(kind):
        for name, annotation in get_type_hints(kind, include_extras=True).items():
            if not name.startswith("_") and name in _fields(kind):
                yield from texts(annotation, mark, (*path, name))
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from texts(arguments[1], mark, (*path, EACH))
    elif origin in (tuple, list, frozenset, set):
        yield from texts(arguments[0], mark, (*path, EACH))
    else:
        yield path, kind, mark


def _has_fields(kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind))


def _fields(kind: Any) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = kind.model_fields if issubclass(kind, BaseModel) else kind.__dataclass_fields__
    return fields


Seal = Callable[[str, Personal], Any]


def with_sealed(data: Any, personal: Marks, seal: Seal) -> Any:
    """A copy of `data` with `seal(text, mark)` in place of each marked text; what is absent or empty stays."""
    for path, mark in personal.items():
        data = _replaced(data, path, mark, seal)
    return data


def _replaced(data: Any, path: Path, mark: Personal, seal: Seal) -> Any:
    if not path:
        return seal(data, mark) if isinstance(data, str) and data else data
    step, rest = path[0], path[1:]
    match data:
        case list() if step == EACH:
            return [_replaced(item, rest, mark, seal) for item in data]
        case dict() if step == EACH:
            return {name: _replaced(item, rest, mark, seal) for name, item in data.items()}
        case dict() if step in data:
            return {**data, step: _replaced(data[step], rest, mark, seal)}
        case _:
            return data
