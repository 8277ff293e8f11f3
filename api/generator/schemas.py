"""Schemas of the OpenAPI document as Python: names of classes, annotations of fields, and in which order they come."""

import keyword
import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

REFERENCE = "#/components/schemas/"
FORMATS = {"date-time": "datetime", "date": "date", "time": "time", "uuid": "UUID", "binary": "bytes"}
"""Formats of strings that have a type of their own. Durations stay text: `P3D` and `3 business days` are both some."""
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def class_name(component: str) -> str:
    """The class for a component: `Brief-Output` is Brief, `Page_OpenTask_` is OpenTaskPage, and of components with the
    same name that of the module stands before it, if it says more: `domain__growth__Forecast` is GrowthForecast."""
    if page := re.fullmatch(r"Page_(.+)_", component):
        return f"{class_name(page[1])}Page"
    *modules, name = component.removesuffix("-Output").replace("-Input", "Input").split("__")
    if not modules:
        return name
    module = "".join(word.title() for word in modules[-1].split("_"))
    return name if module.rstrip("s") == name.rstrip("s") else f"{module}{name}"


def identifier(name: str) -> str:
    """A name of the wire as one of Python: `Idempotency-Key` is idempotency_key, `from` is from_."""
    plain = re.sub(r"\W+", "_", name).strip("_").lower()
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def member(value: str) -> str:
    """The name of a value in an enumeration: `work again` is WORK_AGAIN, `13-17` is FROM_13_17."""
    plain = re.sub(r"\W+", "_", value).strip("_").upper()
    return f"FROM_{plain}" if plain[:1].isdigit() else plain


def annotation(schema: Schema, place: str = "") -> str:
    """The annotation of what a schema describes; `place` stands before the names of classes (`models.`).

    Raises:
        ValueError: the schema says something that no client was ever generated for.
    """
    if "$ref" in schema:
        return place + class_name(schema["$ref"].removeprefix(REFERENCE))
    if alternatives := schema.get("anyOf", schema.get("oneOf")):
        return " | ".join(dict.fromkeys(annotation(each, place) for each in alternatives))
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    match schema.get("type"):
        case "array" if "prefixItems" in schema:
            return f"tuple[{', '.join(annotation(each, place) for each in schema['prefixItems'])}]"
        case "array":
            return f"list[{annotation(schema.get('items', {}), place)}]"
        case "object":
            values = schema.get("additionalProperties", True)
            return f"dict[str, {annotation(values, place) if isinstance(values, Mapping) else 'Any'}]"
        case "string":
            return FORMATS.get(schema.get("format", ""), "str")
        case str() as name:
            return SCALARS[name]
        case None:
            return "Any"
    raise ValueError(f"there is no annotation for {schema}")


def references(schema: Any) -> Iterator[str]:
    """The components that a schema mentions, in their order."""
    match schema:
        case {"$ref": str() as reference}:
            yield reference.removeprefix(REFERENCE)
        case Mapping():
            for part in schema.values():
                yield from references(part)
        case list():
            for part in schema:
                yield from references(part)


def in_order(components: Mapping[str, Schema], wanted: Iterator[str]) -> list[str]:
    """The wanted components and all that they are made of, each behind what it is made of.

    Raises:
        ValueError: one is made of itself.
    """
    found: dict[str, None] = {}

    def add(component: str, within: tuple[str, ...]) -> None:
        if component in within:
            raise ValueError(f"{component} is made of itself, by {' and '.join(within)}")
        if component not in found:
            for part in references(components[component]):
                add(part, (*within, component))
            found[component] = None

    for component in wanted:
        add(component, ())
    names = [class_name(component) for component in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"more than one component would be the class {', '.join(sorted(twice))}")
    return list(found)
