"""What letters are made of, and how that looks: each part as plain text and as HTML, from the same phrases and facts.

Text is laid out by `templates/letter.txt`, HTML by `templates/letter.html`. What people wrote is only ever a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from activities.wording import Phrase, one_line


@dataclass(frozen=True)
class Paragraph:
    """Something that we say."""

    phrase: Phrase
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Quote:
    """What somebody else wrote, marked as such line by line, so that it cannot pass for our own words."""

    lines: Sequence[str]
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True)
class Facts:
    """Rows of a name and a value."""

    rows: Sequence[tuple[Phrase, object]]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True)
class Items:
    """A list."""

    phrases: Sequence[Phrase]
    kind: Literal["items"] = "items"


@dataclass(frozen=True)
class Code:
    """Something to copy, on a line of its own."""

    text: str
    kind: Literal["code"] = "code"


@dataclass(frozen=True)
class Button:
    """The one thing to do."""

    label: Phrase
    url: str
    kind: Literal["button"] = "button"


@dataclass(frozen=True)
class Address:
    """Another address, for programs: no link, as a browser cannot do what it is for."""

    label: Phrase
    url: str
    kind: Literal["address"] = "address"


Block = Paragraph | Quote | Facts | Items | Code | Button | Address


@dataclass(frozen=True)
class Page:
    """All that is read of a letter. `why` says for what reason its reader gets it."""

    language: str
    brand: str
    subject: str
    greeting: Phrase
    blocks: Sequence[Block]
    sender: Phrase
    why: Phrase


def quoted(text: str) -> Quote:
    """Somebody's text, line by line."""
    return Quote([one_line(line) for line in text.splitlines()])


def as_text(page: Page) -> str:
    """The page as plain text."""
    return _layout("letter.txt").render(page=page).strip() + "\n"


def as_html(page: Page) -> str:
    """The page as one HTML document that loads nothing."""
    return _layout("letter.html").render(page=page)


@cache
def _layout(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
