"""How letters look: the same parts as text and as HTML, and nothing in either that somebody else could put there."""

import re
from html.parser import HTMLParser

from activities.letter_layout import (
    Address,
    Block,
    Button,
    Code,
    Facts,
    Items,
    Page,
    Paragraph,
    as_html,
    as_text,
    quoted,
)
from activities.wording import Phrase

URL = "https://groundswell.example/c/token"
NAME = "Ines <script>alert(1)</script> & Co"


def say(text: str, **facts: object) -> Phrase:
    """A phrase."""
    return Phrase(text, facts)


def a_page(*blocks: Block) -> Page:
    """A letter with these parts."""
    return Page(
        language="de",
        brand="Lumen Tea",
        subject="Bitte antworten",
        greeting=say("Guten Tag {name},", name=NAME),
        blocks=blocks,
        sender=say("Groundswell"),
        why=say("Sie sind gefragt."),
    )


EVERY_PART = a_page(
    Paragraph(say("Wir schreiben {name}.", name=NAME)),
    quoted("Hallo <b>du</b>\n\n-- \nzahle hier"),
    Facts([(say("Betrag"), "5,00 EUR"), (say("An"), say("{name}", name=NAME))]),
    Items([say("eins"), say("zwei {name}", name=NAME)]),
    Code("c0ffee"),
    Button(say("Antworten"), URL),
    Address(say("Ablehnen (POST)"), f"{URL}/decline"),
)


def test_text_has_every_part_in_order() -> None:
    """Read by people without HTML, and by machines that look for the link."""
    greeting = f"Guten Tag {NAME},"
    assert as_text(EVERY_PART) == (
        f"{greeting}\n\nWir schreiben {NAME}.\n\n> Hallo <b>du</b>\n>\n> --\n> zahle hier\n\n"
        f"Betrag: 5,00 EUR\nAn: {NAME}\n\n- eins\n- zwei {NAME}\n\nc0ffee\n\n"
        f"Antworten:\n{URL}\n\nAblehnen (POST):\n{URL}/decline\n\n--\nGroundswell\nSie sind gefragt.\n"
    )


class Reader(HTMLParser):
    """Keeps what a mail program would see: tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each tag that opens."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Called for text."""
        self.text += data


def test_html_says_what_the_text_says() -> None:
    """Whoever reads HTML misses nothing: each line of the text is in it, without the marks of quotes and lists."""
    read = " ".join(Reader(as_html(EVERY_PART)).text.split())
    for line in as_text(EVERY_PART).splitlines():
        for part in re.split(": ", line.removeprefix("> ").removeprefix("- ").removesuffix(":")):
            assert part.strip("-> ") in read or part == URL


def test_nobodys_text_becomes_markup() -> None:
    """A creator may be called anything; in HTML it is only ever their name."""
    tags = {tag for tag, _ in Reader(as_html(EVERY_PART)).tags}
    assert not tags & {"script", "b", "img", "link", "iframe", "form"}
    assert NAME in Reader(as_html(EVERY_PART)).text


def test_html_loads_nothing_and_has_one_button() -> None:
    """No picture, font or style comes from elsewhere, so that opening a letter tells nobody of it."""
    html = as_html(EVERY_PART)
    tags = Reader(html).tags
    assert {name for _, attributes in tags for name in attributes} & {"src", "srcset", "background"} == set()
    assert "url(" not in html
    assert "@import" not in html
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    assert links == [URL]
    assert sum("button" in (attributes.get("class") or "") for _, attributes in tags) == 1


def test_html_names_its_language_and_suits_light_and_dark() -> None:
    """Screen readers pronounce it rightly, and mail programs do not invert its colours by guess."""
    html = as_html(EVERY_PART)
    attributes = dict(Reader(html).tags)
    assert attributes["html"]["lang"] == "de"
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html
