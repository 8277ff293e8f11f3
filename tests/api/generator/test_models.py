"""Classes as they are written."""

from typing import Any

from api.generator.models import docstring, models

COMPONENTS: dict[str, dict[str, Any]] = {
    "Color": {"type": "string", "enum": ["red", "dark blue"], "description": "Of a thing."},
    "Thing": {
        "type": "object",
        "description": 'Says "what" it is.\n\n* one\n* two',
        "required": ["id", "from"],
        "properties": {
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "If any."},
            "size": {"type": "integer", "default": 3},
            "tags": {"type": "array", "items": {"type": "string"}, "default": []},
            "color": {"$ref": "#/components/schemas/Color", "default": "red"},
            "weight": {"type": "integer"},
            "id": {"type": "string"},
            "from": {"type": "string"},
        },
    },
    "Word": {"type": "string"},
}


def test_a_class_has_its_fields_the_needed_ones_first_and_the_others_with_their_defaults() -> None:
    written = models(COMPONENTS, ["Color", "Thing", "Word"])
    body = written[written.index("class Thing") :]

    assert "class Color(OpenEnum):" in written
    assert "    DARK_BLUE = 'dark blue'" in written
    assert body.index("    id: str\n") < body.index("    note: str | None = None\n")
    assert "    from_: str = Field(alias='from')\n" in body
    assert "    size: int = 3\n" in body
    assert "    tags: list[str] = Field(default_factory=lambda: [])\n" in body
    assert "    color: Color = Color('red')\n" in body
    assert "    weight: int | None = None\n" in body
    assert '    """If any."""\n' in body
    assert "Word = str\n" in body


def test_what_is_written_is_python_that_reads_and_writes_what_goes_over_the_wire() -> None:
    names: dict[str, object] = {"__name__": "api.client.written"}
    source = models(COMPONENTS, ["Color", "Thing"]).replace("from .transport", "from api.client.transport")
    exec(compile(source, "written", "exec"), names)  # noqa: S102 - that it runs is what is tested
    thing = names["Thing"].model_validate({"id": "1", "from": "here", "color": "green", "later": 5})  # type: ignore[attr-defined]

    assert (thing.from_, thing.color, thing.size, thing.later) == ("here", "green", 3, 5)
    assert thing.model_dump_json(exclude_unset=True, by_alias=True) == (
        '{"id":"1","from":"here","color":"green","later":5}'
    )


def test_a_docstring_is_wrapped_and_keeps_its_points_and_its_quotes() -> None:
    lines = "\n".join(docstring('* one\n* "two" ' + "word " * 40, "    ")).splitlines()
    assert lines[0] == '    """* one'
    assert lines[1].startswith('    * "two" word')
    assert all(len(line) <= 120 for line in lines)
