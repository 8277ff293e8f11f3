"""Schemas as Python: what classes are called, what fields are annotated with, what comes first."""

from typing import Any

import pytest

from api.generator.schemas import annotation, class_name, identifier, in_order, member


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("Stage", "Stage"),
        ("Brief-Input", "BriefInput"),
        ("Brief-Output", "Brief"),
        ("Page_OpenTask_", "OpenTaskPage"),
        ("domain__growth__Forecast", "GrowthForecast"),
        ("domain__cost_of_results__Kind", "CostOfResultsKind"),
        ("domain__money__Money", "Money"),
        ("domain__outcomes__Outcome", "Outcome"),
    ],
)
def test_a_component_has_a_name_that_one_would_write(component: str, name: str) -> None:
    assert class_name(component) == name


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"$ref": "#/components/schemas/Brief-Output"}, "m.Brief"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "string", "format": "duration"}, "str"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "int | None"),
        ({"type": "array", "items": {"type": "number"}}, "list[float]"),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}]}, "tuple[str, str]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        ({"type": "object", "additionalProperties": True}, "dict[str, Any]"),
        ({"type": "boolean", "const": True}, "Literal[True]"),
        ({"type": "string", "enum": ["a", "b"]}, "Literal['a', 'b']"),
        ({}, "Any"),
    ],
)
def test_a_schema_has_the_annotation_of_what_it_takes(schema: dict[str, Any], expected: str) -> None:
    assert annotation(schema, "m.") == expected


def test_names_that_python_does_not_take_are_written_otherwise() -> None:
    assert [identifier(name) for name in ("Idempotency-Key", "from", "as_of")] == ["idempotency_key", "from_", "as_of"]
    assert [member(value) for value in ("work again", "13-17", "image/png")] == [
        "WORK_AGAIN",
        "FROM_13_17",
        "IMAGE_PNG",
    ]


def test_what_something_is_made_of_comes_before_it() -> None:
    components: dict[str, dict[str, Any]] = {
        "A": {"type": "object", "properties": {"b": {"type": "array", "items": {"$ref": "#/components/schemas/B"}}}},
        "B": {"type": "string", "enum": ["x"]},
        "unused": {"type": "object"},
    }
    assert in_order(components, iter(["A"])) == ["B", "A"]


def test_two_classes_of_one_name_and_a_class_made_of_itself_are_refused() -> None:
    same: dict[str, Any] = {"Brief": {"type": "object"}, "Brief-Output": {"type": "object"}}
    with pytest.raises(ValueError, match="more than one component would be the class Brief"):
        in_order(same, iter(same))
    with pytest.raises(ValueError, match="A is made of itself, by A and B"):
        in_order(
            {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}},
            iter(["A"]),
        )
