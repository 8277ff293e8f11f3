"""The classes of what goes over the wire: a pydantic model for each object, an enumeration for each set of words."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from api.generator.schemas import REFERENCE, Schema, annotation, class_name, identifier, member

WIDTH = 116

HEADER = '''"""What goes over the wire, as the OpenAPI document describes it."""

from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from .transport import Model, OpenEnum

'''


def models(components: Mapping[str, Schema], order: list[str]) -> str:
    """The module with the classes for these components, in this order."""
    return HEADER + "\n\n".join("\n".join(_class(component, components)) for component in order) + "\n"


def docstring(text: str, indent: str) -> Iterator[str]:
    """A text of the document as a docstring, wrapped."""
    clean = text.replace("\\", "\\\\").replace('"""', "'''").strip()
    parts = [
        f"\n{indent}".join(
            textwrap.fill(" ".join(point.split()), WIDTH - len(indent) - 6, subsequent_indent=indent)
            for point in re.split(r"\n(?=[-*] )", part)
        )
        for part in clean.split("\n\n")
    ]
    joined = f"\n\n{indent}".join(parts)
    quoted = f'"{joined}"' if joined.startswith('"') else joined
    yield f'{indent}"""{quoted}{" " if quoted.endswith(chr(34)) else ""}"""'


def _class(component: str, components: Mapping[str, Schema]) -> Iterator[str]:
    schema = components[component]
    name = class_name(component)
    if "enum" in schema:
        yield f"class {name}(OpenEnum):"
        yield from docstring(schema.get("description", schema.get("title", name)), "    ")
        yield ""
        yield from (f"    {member(value)} = {value!r}" for value in schema["enum"])
    elif "properties" in schema or schema.get("type") == "object":
        yield f"class {name}(Model):"
        yield from docstring(schema.get("description", schema.get("title", name)), "    ")
        yield ""
        required = schema.get("required", ())
        fields = schema.get("properties", {})
        for field in sorted(fields, key=lambda each: each not in required):
            yield from _field(field, fields[field], components, needed=field in required)
    else:
        yield f"{name} = {annotation(schema)}"
    yield ""


def _field(name: str, schema: Schema, components: Mapping[str, Schema], *, needed: bool) -> Iterator[str]:
    python, kind = identifier(name), annotation(schema)
    arguments = [f"alias={name!r}"] if python != name else []
    if not needed:
        default, factory = _default(schema, components)
        if default == "None" and "None" not in kind.split(" | "):
            kind += " | None"
        arguments.insert(0, f"default_factory=lambda: {default}" if factory else f"default={default}")
        if len(arguments) == 1 and not factory:
            yield f"    {python}: {kind} = {default}"
            arguments = []
    if arguments:
        yield f"    {python}: {kind} = Field({', '.join(arguments)})"
    elif needed:
        yield f"    {python}: {kind}"
    if "description" in schema:
        yield from docstring(schema["description"], "    ")


def _default(schema: Schema, components: Mapping[str, Schema]) -> tuple[str, bool]:
    """What a field is without a value, as Python, and whether that has to be made anew each time."""
    if schema.get("default") is None:
        return "None", False
    value = schema["default"]
    reference = schema.get("$ref", "").removeprefix(REFERENCE)
    if reference and "enum" in components[reference]:
        return f"{class_name(reference)}({value!r})", False
    if reference and isinstance(value, dict):
        return f"{class_name(reference)}.model_validate({value!r})", True
    if isinstance(value, list | dict) or annotation(schema) not in ("str", "int", "float", "bool"):
        return _made(schema, value), True
    return repr(float(value) if schema.get("type") == "number" else value), False


def _made(schema: Schema, value: Any) -> str:
    """Of anything else: what the field's own type makes of it."""
    if value in ([], {}):
        return repr(value)
    return f"TypeAdapter({annotation(schema)}).validate_python({value!r})"
