"""A letter as the bytes that go over the wire (RFC 5322, MIME): written directly, as there are only a few forms of it.

The standard library's `EmailMessage` parses every field that it is given, which takes longer than all the rest.
"""

from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from email.header import Header
from hashlib import sha256

from activities.ports import Attachment, Letter

_CONTROL = frozenset(map(chr, (*range(32), 127)))
LINE = 76
"""Characters of a header's line before it is folded."""


def compose(fields: Sequence[tuple[str, str]], letter: Letter) -> bytes:
    """The message: header fields in their order, then the text, with HTML as its alternative, and what is attached.

    Everything is ASCII but for addresses that are not, which only SMTPUTF8 servers take. The same letter with the same
    fields gives the same bytes.

    Raises:
        ValueError: a field or a file's name has a line end or another control character, which would begin a field of
            its own. Whoever writes letters makes one line of what people wrote.
    """
    for text in (*(text for field in fields for text in field), *(file.name for file in letter.attachments)):
        if not _CONTROL.isdisjoint(text):
            raise ValueError("a field of a letter's head has a control character")
    content = _text("plain", letter.body)
    if letter.html is not None:
        content = _multipart("alternative", letter, [content, _text("html", letter.html)])
    if letter.attachments:
        content = _multipart("mixed", letter, [content, *map(_attached, letter.attachments)])
    head = "".join(f"{name}: {_folded(name, value)}\r\n" for name, value in fields)
    return head.encode() + b"MIME-Version: 1.0\r\n" + content


def _folded(name: str, value: str) -> str:
    """A field's value, encoded where it is not ASCII and folded where it is long."""
    if value.isascii() and len(name) + len(value) + 2 <= LINE:
        return value
    if name == "To":  # an address has no encoded form
        return value
    return Header(value, "us-ascii" if value.isascii() else "utf-8", LINE, name).encode(linesep="\r\n")


def _text(subtype: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    quoted = b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + quoted


def _attached(file: Attachment) -> bytes:
    name = file.name.replace("\\", "_").replace('"', "_").encode("ascii", "replace").decode()
    head = (
        f"Content-Type: {file.media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + encodebytes(file.content).replace(b"\n", b"\r\n")


def _multipart(subtype: str, letter: Letter, parts: Sequence[bytes]) -> bytes:
    # `=_` is in no line of quoted-printable or base64, so no part can have the boundary in it.
    boundary = f"=_{sha256(f'{subtype} {letter.id}'.encode()).hexdigest()[:24]}"
    between = f"--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(between + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
