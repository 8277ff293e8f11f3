"""A letter as bytes is read back as what it was."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from activities.connectors.mime import compose
from activities.ports import Attachment, Letter

FIELDS = (("Message-ID", "<c0ffee@groundswell.example>"), ("From", "Lumen Tea <a@b.example>"), ("To", "i@c.example"))
TEXT = "Grüße, Ines.\n\n.\nFrom here on = everything: \t \n" + "lang " * 400 + "\n"
HTML = "<!doctype html>\n<p>Grüße &amp; Küsse = 100 %</p>\n"
PDF = Attachment(name="contract.pdf", media_type="application/pdf", content=bytes(range(256)) * 99)


def a_letter(html: str | None = HTML, *attachments: Attachment) -> Letter:
    """A letter with everything that is hard to send."""
    return Letter(
        id="c0ffee@x.example", to="i@c.example", subject="s", body=TEXT, html=html, attachments=tuple(attachments)
    )


def read(content: bytes) -> EmailMessage:
    """As a mail program reads it."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


@pytest.mark.parametrize("letter", [a_letter(), a_letter(HTML, PDF), a_letter(None), a_letter(None, PDF)])
def test_every_form_is_read_back_as_it_was(letter: Letter) -> None:
    """Text, HTML beside it, and what is attached, whichever of them there are."""
    message = read(compose(FIELDS, letter))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == TEXT
    assert (html is None) == (letter.html is None)
    assert html is None or html.get_content().replace("\r\n", "\n") == HTML
    assert [part.get_content() for part in message.iter_attachments()] == [each.content for each in letter.attachments]


@pytest.mark.parametrize("subject", ["Grüße, Ines", "Lumen Tea " * 14, "Grüße, Ines " * 12, "日本語の件名" * 9])
def test_a_long_or_foreign_subject_arrives_whole(subject: str) -> None:
    """It is encoded and folded for the way, within the limits of a header's line."""
    content = compose((*FIELDS, ("Subject", subject)), a_letter())
    assert read(content)["Subject"] == subject
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert content.isascii()


@pytest.mark.parametrize("name", ["Subject", "To", "X-Campaign"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0"])
def test_a_field_that_would_begin_another_is_refused(name: str, end: str) -> None:
    """Whatever becomes of the texts of which letters are written."""
    with pytest.raises(ValueError, match="control character"):
        compose((*FIELDS, (name, f"x{end}Bcc: everybody@x.example")), a_letter())
    with pytest.raises(ValueError, match="control character"):
        compose(FIELDS, a_letter(HTML).model_copy(update={"attachments": (named(f"a{end}.pdf"),)}))


def named(name: str) -> Attachment:
    """A file with a name that no check has seen."""
    return Attachment(name="a.pdf", media_type="application/pdf", content=b"").model_copy(update={"name": name})


def test_lines_end_as_the_protocol_wants() -> None:
    """CR and LF, never one of them alone, whatever people write."""
    content = compose(FIELDS, a_letter().model_copy(update={"body": "a\nb\r\nc\rd"}))
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_an_address_beyond_ascii_is_not_encoded() -> None:
    """Servers that take such addresses take them as they are (SMTPUTF8)."""
    assert "To: jürgen@bücher.example\r\n".encode() in compose((("To", "jürgen@bücher.example"),), a_letter())
