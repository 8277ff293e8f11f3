"""Documents as PDF: a template, and what varies as data to it, which is only ever shown, never evaluated."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).with_name("templates")


def typeset(template: str, facts: Mapping[str, Any], at: datetime) -> tuple[bytes, int]:
    """The PDF that `templates/<template>.typ` makes of its facts, and its number of pages.

    Deterministic: the same facts give the same bytes, dated `at`.
    """
    compiler = typst.Compiler(
        TEMPLATES / f"{template}.typ",
        font_paths=_fonts(),
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
    )
    content = compiler.compile(format="pdf", timestamp=at.replace(microsecond=0))
    assert isinstance(content, bytes), "one PDF is one file"
    (pages,) = json.loads(compiler.query("<pages>", field="value"))
    return content, pages


@cache
def _fonts() -> typst.Fonts:
    """The typefaces inside the typst wheel; the system's help out only with scripts that those do not have."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)
