"""A mail server that delivers into a directory: real SMTP for demo, tests and development; no mail leaves the machine.

It treats repetition as mailbox providers do: a second delivery with the same Message-ID to the same recipient is the
same mail. `deliveries.log` tells how often each was really sent.
"""

import asyncio
import email.policy
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self
from weakref import WeakSet

from api.embedded.process import LOOPBACK, EmbeddedError, Progress, missing_wheels, silent

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 25 * 1024 * 1024
"""Bytes of one mail, as large providers allow."""


class Mail(NamedTuple):
    """A mail as one recipient has it. `text` is its plain part, or its HTML part where that is all there is."""

    path: Path
    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    message: EmailMessage
    """All of it: headers, alternatives, attachments."""

    @property
    def links(self) -> Sequence[str]:
        """The http(s) URLs in `text`, in order."""
        return [link.rstrip(".,;:!?") for link in re.findall(r"https?://[^\s<>\"')\]]+", self.text)]


class MailSink:
    """An SMTP server on 127.0.0.1. `port`: 0 takes a free one, and so does one that is taken."""

    def __init__(self, directory: Path, *, port: int = 0, progress: Progress = silent) -> None:
        self.directory = directory
        self._wanted = port
        self._progress = progress
        self._server: asyncio.Server | None = None
        self._connections: WeakSet[SMTP] = WeakSet()
        self._arrival = asyncio.Condition()
        self._failures = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def host(self) -> str:
        """Where it listens."""
        return LOOPBACK

    @property
    def port(self) -> int:
        """The port it listens on.

        Raises:
            EmbeddedError: it has not started.
        """
        if self._server is None:
            raise EmbeddedError("The mail sink does not run")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen.

        Raises:
            EmbeddedError: the wheel is missing.
        """
        try:
            from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - only the extra `embedded` brings it
        except ImportError as error:
            raise missing_wheels("aiosmtpd") from error
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()

        def connection() -> "SMTP":
            protocol = SMTP(self, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST, loop=loop)
            self._connections.add(protocol)
            return protocol

        try:
            self._server = await loop.create_server(connection, LOOPBACK, self._wanted)
        except OSError:
            self._server = await loop.create_server(connection, LOOPBACK, 0)
            self._progress(f"Note: port {self._wanted} is taken, so mail uses {self.port}")

    async def stop(self) -> None:
        """Stop listening and hang up; what was accepted stays."""
        if self._server is not None:
            self._server.close()
            for connection in self._connections:
                if connection.transport is not None:
                    connection.transport.close()
            await self._server.wait_closed()
            self._server = None

    def fail_next(self, times: int) -> None:
        """Answer the next deliveries with a temporary failure (451), as a busy server does."""
        self._failures = times

    def messages(self, recipient: str | None = None) -> Sequence[Mail]:
        """All mails, or one recipient's, in the order in which they first arrived."""
        paths = sorted(self.directory.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        mails = [_read(path) for path in paths]
        return [mail for mail in mails if recipient in (None, mail.recipient)]

    def deliveries(self, mail: Mail) -> int:
        """How often this mail was sent to us and accepted: 1, or more if its sender repeated it."""
        return self._log.read_text().split().count(mail.path.name)

    async def wait_for(
        self, recipient: str | None = None, matches: Callable[[Mail], bool] = lambda mail: True, *, seconds: float = 10
    ) -> Mail:
        """The first mail (to `recipient`) that `matches`, whether it is here or still to come.

        Raises:
            TimeoutError: none came within `seconds`.
        """
        async with asyncio.timeout(seconds), self._arrival:
            while True:
                for mail in self.messages(recipient):
                    if matches(mail):
                        return mail
                await self._arrival.wait()

    async def handle_DATA(self, server: "SMTP", session: "Session", envelope: "Envelope") -> str:  # noqa: N802 - aiosmtpd's name
        """Called by aiosmtpd for each mail; the answer tells its sender whether the mail is now ours."""
        if self._failures > 0:
            self._failures -= 1
            return "451 4.3.0 Try again later"
        content = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self._deliver(envelope.mail_from or "", recipient, content)
        async with self._arrival:
            self._arrival.notify_all()
        return "250 2.0.0 Delivered"

    def _deliver(self, sender: str, recipient: str, content: bytes) -> None:
        message_id = _parse(content)["Message-ID"] or hashlib.sha256(content).hexdigest()
        name = hashlib.sha256(f"{str(message_id).strip()}\0{recipient}".encode()).hexdigest()[:32] + ".eml"
        path = self.directory / name
        if not path.exists():
            # The two headers that a mailbox provider writes on top, with the addresses of the envelope.
            _write_whole(path, f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode() + content)
        with self._log.open("a") as log:
            log.write(f"{datetime.now(UTC).isoformat()} {name}\n")

    @property
    def _log(self) -> Path:
        return self.directory / "deliveries.log"


def _write_whole(path: Path, content: bytes) -> None:
    """Readers see all of the file or none of it, whenever we are killed."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as unfinished:
        unfinished.write(content)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    Path(unfinished.name).rename(path)


def _parse(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _read(path: Path) -> Mail:
    message = _parse(path.read_bytes())
    body = message.get_body(("plain", "html"))
    return Mail(
        path=path,
        message_id=str(message["Message-ID"] or "").strip(),
        sender=str(message["Return-Path"]).strip("<> "),
        recipient=str(message["Delivered-To"]),
        subject=str(message["Subject"] or ""),
        text="" if body is None else str(body.get_content()),
        message=message,
    )
