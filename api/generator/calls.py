"""The calls: a method for each operation, with its path, its parameters, its body, and what it answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.generator.models import docstring
from api.generator.schemas import REFERENCE, Schema, annotation, identifier

JSON = "application/json"
STREAM = "text/event-stream"
M = "models."
HEADERS = {"Idempotency-Key": "idempotency_key", "If-Match": "if_match"}
"""Headers that a caller may give; the transport knows what to do with them."""

HEADER = '''"""A method for each call of the API, as the OpenAPI document describes it."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from . import models
from .transport import Transport, quoted

'''


@dataclass(frozen=True)
class Operation:
    """One call of the document."""

    method: str
    path: str
    said: Mapping[str, Any]
    components: Mapping[str, Schema]

    @property
    def name(self) -> str:
        """Of its method."""
        return str(self.said["operationId"])

    @property
    def _answers(self) -> dict[str, Schema]:
        """Media type to schema of what is answered if all goes well."""
        return {
            kind: content.get("schema", {})
            for status, answer in self.said["responses"].items()
            if status in ("200", "201", "202")
            for kind, content in answer.get("content", {}).items()
        }

    @property
    def _body(self) -> tuple[str, str] | None:
        """Argument and its annotation for the request's body; None without one."""
        if "requestBody" not in self.said:
            return None
        content = self.said["requestBody"]["content"]
        if JSON not in content:
            return "content", "bytes"
        kind = annotation(content[JSON]["schema"], M)
        optional = not self.said["requestBody"].get("required") or "None" in kind.split(" | ")
        return "body", f"{kind.removesuffix(' | None')} | None = None" if optional else kind

    def _parameters(self, place: str) -> list[Mapping[str, Any]]:
        """Those of a path in their order there, the others in that of the document."""
        found = [each for each in self.said.get("parameters", ()) if each["in"] == place]
        return sorted(found, key=lambda each: self.path.find("{%s}" % each["name"]))  # noqa: UP031 - braces in braces

    def _queries(self, *, without: tuple[str, ...] = ()) -> dict[str, str]:
        """Name on the wire to the argument."""
        names = [each["name"] for each in self._parameters("query")]
        return {name: identifier(name) for name in names if name not in without}

    def _signature(self, queries: Mapping[str, str], headers: Mapping[str, str], *more: str) -> str:
        places = [f"{identifier(each['name'])}: {annotation(each['schema'], M)}" for each in self._parameters("path")]
        body = self._body
        if body is not None:
            places.append(": ".join(body))
        named = list(more)
        for each in self._parameters("query"):
            if each["name"] in queries:
                kind = annotation(each["schema"], M)
                optional = "" if each.get("required") else " = None"
                kind = kind if not optional or "None" in kind.split(" | ") else f"{kind} | None"
                named.append(f"{queries[each['name']]}: {kind}{optional}")
        named += [f"{argument}: str | None = None" for argument in headers.values()]
        return ", ".join(["self", *places, *(["*", *named] if named else [])])

    def _address(self) -> str:
        path = self.path
        for each in self._parameters("path"):
            name = each["name"]
            path = path.replace(f"{{{name}}}", f"{{quoted({identifier(name)})}}")
        return f'f"{path}"' if "{" in path else f'"{path}"'

    def _said_of(self, *more: str) -> Iterator[str]:
        deprecated = ["Deprecated: see docs/api.md."] if self.said.get("deprecated") else []
        parts = [f"{self.said['summary']}.".replace("?.", "?"), *deprecated, self.said.get("description", ""), *more]
        yield from docstring("\n\n".join(part for part in parts if part), "        ")

    def methods(self, shapes: dict[str, str]) -> Iterator[str]:
        """The lines of its methods. `shapes` collects the annotations of what is answered, each with its constant."""
        answers = self._answers
        headers = {
            name: HEADERS[name] for name in (each["name"] for each in self._parameters("header")) if name in HEADERS
        }
        given = [f"{name!r}: {argument}" for name, argument in headers.items()]
        body = [f"{argument}={argument}" for argument, _ in ([self._body] if self._body else [])]
        if self._body is not None and self._body[0] == "content":
            body.append("content_type=content_type")
        uploads = list(self.said.get("requestBody", {}).get("content", {})) if body[1:] else []
        more = [f"content_type: Literal[{', '.join(map(repr, uploads))}]"] if uploads else []

        def sent(method: str, queries: Mapping[str, str]) -> str:
            asked = ", ".join(f"{name!r}: {argument}" for name, argument in queries.items())
            arguments = [repr(self.method.upper()), self._address(), *body]
            arguments += [f"query={{{asked}}}"] if asked else []
            arguments += [f"headers={{{', '.join(given)}}}"] if given else []
            return f"self.{method}({', '.join(arguments)})"

        item = self._item(answers.get(JSON, {}))
        queries = self._queries()
        if item is not None:
            kind = annotation(answers[JSON], M)
            rest = self._queries(without=("cursor", "limit"))
            yield f"    def {self.name}({self._signature(rest, headers, *more)}) -> AsyncIterator[{item}]:"
            yield from self._said_of("All of them, read page by page.", self._call())
            call = sent("_pages", rest).replace("_pages(", f"_pages({_constant(kind, shapes)}, ", 1)
            yield f"        return {call}"
            yield ""
            yield from self._one(
                f"{self.name}_page", kind, self._signature(queries, headers, *more), sent("_json", queries), shapes
            )
            if STREAM in answers:
                yield from self._follow(item, shapes)
        elif JSON in answers:
            kind = annotation(answers[JSON], M)
            yield from self._one(
                self.name, kind, self._signature(queries, headers, *more), sent("_json", queries), shapes
            )
        elif not answers:
            yield f"    async def {self.name}({self._signature(queries, headers, *more)}) -> None:"
            yield from self._said_of(self._call())
            yield f"        await {sent('_bytes', queries)}"
            yield ""
        if others := [kind for kind in answers if kind not in (JSON, STREAM)]:
            name = f"{self.name}_as" if JSON in answers else self.name
            accept = f"accept: Literal[{', '.join(map(repr, others))}]" + (
                f" = {others[0]!r}" if len(others) == 1 else ""
            )
            yield f"    async def {name}({self._signature(queries, headers, accept, *more)}) -> bytes:"
            yield from self._said_of(self._call())
            yield f"        return await {sent('_bytes', queries)[:-1]}, accept=accept)"
            yield ""

    def _one(self, name: str, kind: str, signature: str, call: str, shapes: dict[str, str]) -> Iterator[str]:
        yield f"    async def {name}({signature}) -> {kind}:"
        yield from self._said_of(self._call())
        yield f"        return await {call.replace('_json(', f'_json({_constant(kind, shapes)}, ', 1)}"
        yield ""

    def _follow(self, item: str, shapes: dict[str, str]) -> Iterator[str]:
        name = f"follow_{self.name.removeprefix('read_')}"
        signature = self._signature({}, {}, "last_event_id: int = 0")
        yield f"    def {name}({signature}) -> AsyncIterator[{item}]:"
        yield from self._said_of("As they come, without end, taken up again where a connection was lost.", self._call())
        yield f"        return self._follow({_constant(item, shapes)}, {self._address()}, last_event_id)"
        yield ""

    def _call(self) -> str:
        return f"`{self.method.upper()} {self.path}`"

    def _item(self, schema: Schema) -> str | None:
        """The annotation of one item, if the answer is a page of a list."""
        component = schema.get("$ref", "").removeprefix(REFERENCE)
        properties = self.components.get(component, {}).get("properties", {})
        if set(properties) != {"items", "next"}:
            return None
        return annotation(properties["items"], M).removeprefix("list[").removesuffix("]")


def _constant(kind: str, shapes: dict[str, str]) -> str:
    """The constant for what is read as this annotation."""
    words = "".join(letter if letter.isalnum() else "_" for letter in kind.replace(M, ""))
    return shapes.setdefault(kind, f"_{'_'.join(filter(None, words.split('_')))}")


def calls(operations: list[Operation]) -> str:
    """The module with the client's class."""
    shapes: dict[str, str] = {}
    lines = [line for operation in operations for line in operation.methods(shapes)]
    adapters = [f"{name}: TypeAdapter[{kind}] = TypeAdapter({kind})" for kind, name in sorted(shapes.items())]
    head = ["class Groundswell(Transport):", '    """The API, for one caller."""', ""]
    return HEADER + "\n".join([*adapters, "", "", *head, *lines])
