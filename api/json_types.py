"""What a body's values are as JSON, before anything reads them: their types, against what is described, and NUL.

What reads bodies is generous: it takes `true` for 1, 0 for `false`, and a number for an instant or for seconds. Nobody
means that, and the description does not allow it. Everything else it refuses by itself, in better words.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter

Schema = Mapping[str, Any]
Location = tuple[str | int, ...]

NUMBERS = frozenset({"integer", "number"})


class Mistaken(NamedTuple):
    """A value that is of none of the types which are described for its place."""

    location: Location
    value: bool | int | float
    rule: str


@cache
def schema_of(body: Any) -> Schema:
    """The JSON schema of a body, by its type."""
    return TypeAdapter(body).json_schema()


def refuse_nul(body: Any) -> None:
    """Looks for characters that no text column can hold.

    Raises:
        RequestValidationError: some text has a NUL character.
    """
    waiting: list[tuple[Location, Any]] = [(("body",), body)]
    while waiting:
        location, value = waiting.pop()
        match value:
            case str() if "\x00" in value:
                rule = "text must not contain the NUL character"
                raise RequestValidationError([{"type": "nul", "loc": location, "msg": rule, "input": value}])
            case dict():
                waiting.extend(((*location, name), part) for name, part in value.items())
            case list():
                waiting.extend(((*location, number), part) for number, part in enumerate(value))
            case _:
                pass


def refuse_mistaken(body: Any, value: Any, location: Location = ("body",)) -> None:
    """Looks at what was sent for a body of this type, as it was read from JSON.

    Raises:
        RequestValidationError: some of it is of another type than is described; it names each place.
    """
    wrong = [
        {"type": "json_type", "loc": (*location, *found.location), "msg": found.rule, "input": found.value}
        for found in mistaken(schema_of(body), value)
    ]
    if wrong:
        raise RequestValidationError(wrong)


def mistaken(schema: Schema, value: Any) -> Iterator[Mistaken]:
    """Each boolean and each number of a body that stands where none is described."""
    definitions: Mapping[str, Schema] = schema.get("$defs", {})
    waiting: list[tuple[Location, Sequence[Schema], Any]] = [((), [schema], value)]
    while waiting:
        location, described, value = waiting.pop()
        ways = [way for each in described for way in _ways(each, definitions)]
        match value:
            case bool() | int() | float():
                types = {way.get("type") for way in ways}
                if not ways or None in types:
                    continue  # anything may stand here, or one of a few values
                if isinstance(value, bool) and "boolean" not in types:
                    rule = "must be a number, not true or false" if types & NUMBERS else "must not be true or false"
                    yield Mistaken(location, value, rule)
                elif not isinstance(value, bool) and not types & NUMBERS:
                    rule = "must be true or false" if "boolean" in types else "must not be a number"
                    yield Mistaken(location, value, rule)
            case dict():
                waiting.extend(((*location, name), _named(ways, name), part) for name, part in value.items())
            case list():
                waiting.extend(((*location, n), _numbered(ways, n), part) for n, part in enumerate(value))
            case _:
                pass


def _ways(schema: Schema, definitions: Mapping[str, Schema]) -> Iterator[Schema]:
    """What a schema allows, each way by itself."""
    if "$ref" in schema:
        yield from _ways(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    elif parts := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        for part in parts:
            yield from _ways(part, definitions)
    else:
        yield schema


def _named(ways: Sequence[Schema], name: str) -> Sequence[Schema]:
    found = []
    for way in ways:
        part = way.get("properties", {}).get(name, way.get("additionalProperties"))
        found.extend([part] if isinstance(part, dict) else [])
    return found


def _numbered(ways: Sequence[Schema], n: int) -> Sequence[Schema]:
    found = []
    for way in ways:
        first = way.get("prefixItems", ())
        part = first[n] if n < len(first) else way.get("items")
        found.extend([part] if isinstance(part, dict) else [])
    return found
