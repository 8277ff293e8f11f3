"""The assumptions about services without public documentation, as docs/connectors.md states them."""

import re
from pathlib import Path

from activities.connectors.mapped_source import Dialect

PAGE = Path(__file__).parents[3] / "docs" / "connectors.md"


def documented_mapping(service: str) -> Dialect:
    """The two tables under the service's heading, as the dialect that they describe."""
    section = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(service))
    rows = [
        [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
        for line in re.findall(r"^\| .+$", text, re.M)
    ]
    settings = {name: value for name, value, *_ in rows if name in Dialect.__dataclass_fields__}
    fields = {
        name.removeprefix("SourcedProfile."): path for name, path, *_ in rows if name.startswith("SourcedProfile.")
    }
    return Dialect(
        service=service,
        fields=fields,
        percentages=settings.pop("percentages") == "yes",
        key_prefix=settings.pop("key_prefix").replace("(none)", "").replace("(space)", " "),
        **settings,
    )
