"""Mail over SMTP: few connections for many letters, and a clear line between lasting refusals and passing failures."""

import asyncio
import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime, formataddr, parseaddr
from time import monotonic

import aiosmtplib
from temporalio.exceptions import ApplicationError

from activities.connectors.mime import compose
from activities.ports import Letter

SUBMISSIONS = 465
"""The port of mail submission over implicit TLS (RFC 8314)."""

USUAL_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9.-]+")
"""An address that needs no parser: dots and atoms (RFC 5322), in ASCII."""

GOING_AWAY = 421
"""What a server says that closes the connection, for one that was idle for too long."""


class SmtpMailer:
    """Sends letters through one SMTP server. Satisfies `ports.Mailer`.

    `sender` is an address or `Name <address>`. `tls` insists on encryption: from the first byte on port 465, by
    STARTTLS on any other; without it STARTTLS is used where the server offers it. `timeout` in seconds for each step.

    At most `connections` are open at a time; each is kept for the next letter, `keep` seconds long at the most (0: it
    is not kept). Whoever keeps any closes them by `aclose`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        username: str | None = None,
        password: str | None = None,
        tls: bool = False,
        timeout: float = 20.0,
        connections: int = 8,
        keep: float = 0.0,
    ) -> None:
        self._host = host
        self._port = port
        self._from = formataddr(parseaddr(sender))
        self._sender = parseaddr(sender)[1]
        self._username = username
        self._password = password
        self._use_tls = tls and port == SUBMISSIONS
        self._start_tls = True if tls and port != SUBMISSIONS else None
        self._timeout = timeout
        self._keep = keep
        self._free = asyncio.Semaphore(connections)
        self._idle: list[tuple[aiosmtplib.SMTP, float]] = []
        """Those without a letter, with the time since when; the longest idle first."""
        self._sweeper: asyncio.TimerHandle | None = None

    async def send(self, letter: Letter) -> None:
        """Hand the letter over; returns when the server has taken it.

        Raises:
            ApplicationError: of type `recipient_refused` and final if the server refuses the recipient for good; of
                type `mail_deferred` and to be retried if it does not take the letter now. Neither names the recipient.
            OSError, aiosmtplib.SMTPException: the server can't be reached.
        """
        message = self._message(letter)
        try:
            async with self._free:
                await self._hand_over(letter.to, message)
        except aiosmtplib.SMTPRecipientRefused as refused:
            raise _refusal(refused.code) from None
        except aiosmtplib.SMTPNotSupported:
            raise _refused("the mail server cannot write to such an address") from None
        except aiosmtplib.SMTPResponseException as answer:
            # The server's words may quote addresses, and failures are kept where no personal data belongs.
            raise _deferred(answer.code) from None

    async def aclose(self) -> None:
        """Take leave of the server; letters on their way still go out."""
        self._keep = 0.0
        if self._sweeper is not None:
            self._sweeper.cancel()
        while self._idle:
            await _leave(self._idle.pop()[0])

    def _message(self, letter: Letter) -> bytes:
        fields = (
            ("Message-ID", f"<{letter.id}>"),
            ("Date", format_datetime(datetime.now(UTC))),
            ("From", self._from),
            ("To", _recipient(letter.to)),
            ("Subject", letter.subject),
            ("Auto-Submitted", "auto-generated"),
            *letter.headers,
        )
        return compose(fields, letter)

    async def _hand_over(self, to: str, message: bytes) -> None:
        connection = await self._begun(to)
        try:
            await connection.rcpt(to, encoding=_encoding(to))
            await connection.data(message)
        except BaseException:
            connection.close()  # what it was told is in doubt
            raise
        if self._keep:
            self._put_by(connection)
        else:
            await _leave(connection)

    async def _begun(self, to: str) -> aiosmtplib.SMTP:
        """A connection on which the server waits for the recipient.

        One that was kept may have been closed by the server meanwhile. That shows here, when nothing has been sent, so
        another one is opened in its place.
        """
        while self._idle:
            kept, _ = self._idle.pop()
            try:
                await self._begin(kept, to)
            except aiosmtplib.SMTPNotSupported:
                self._put_by(kept)
                raise
            except aiosmtplib.SMTPResponseException as answer:
                kept.close()
                if answer.code != GOING_AWAY:
                    raise
            except (aiosmtplib.SMTPException, OSError):
                kept.close()
            except BaseException:
                kept.close()
                raise
            else:
                return kept
        connection = self._connection()
        try:
            await connection.connect()
            await self._begin(connection, to)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connection(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            use_tls=self._use_tls,
            start_tls=self._start_tls,
            timeout=self._timeout,
        )

    async def _begin(self, connection: aiosmtplib.SMTP, to: str) -> None:
        if connection.is_ehlo_or_helo_needed:
            await connection.ehlo()
        encoding = _encoding(f"{self._sender}{to}")
        if encoding == "utf-8" and not connection.supports_extension("smtputf8"):
            raise aiosmtplib.SMTPNotSupported("SMTPUTF8")
        options = ["SMTPUTF8"] if encoding == "utf-8" else []
        await connection.mail(self._sender, options=options, encoding=encoding)

    def _put_by(self, connection: aiosmtplib.SMTP) -> None:
        self._idle.append((connection, monotonic()))
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(self._keep, self._sweep)

    def _sweep(self) -> None:
        """Close what has been idle for long enough, and look again when the next one will have been."""
        now = monotonic()
        while self._idle and now - self._idle[0][1] >= self._keep:
            self._idle.pop(0)[0].close()
        self._sweeper = None
        if self._idle:
            later = self._idle[0][1] + self._keep - now
            self._sweeper = asyncio.get_running_loop().call_later(later, self._sweep)


async def _leave(connection: aiosmtplib.SMTP) -> None:
    """Take leave; a server that does not answer has nothing of ours left to take."""
    try:
        await connection.quit()
    except (aiosmtplib.SMTPException, OSError):
        connection.close()


def _encoding(addresses: str) -> str:
    return "ascii" if addresses.isascii() else "utf-8"


def _recipient(address: str) -> str:
    if USUAL_ADDRESS.fullmatch(address):
        return address
    try:
        return str(Address(addr_spec=address))
    except (ValueError, IndexError, MessageError):  # how the parser says no depends on where it stumbles
        raise _refused("the address is malformed") from None


def _refused(why: str) -> ApplicationError:
    return ApplicationError(f"The recipient cannot get mail: {why}.", type="recipient_refused", non_retryable=True)


def _refusal(code: int) -> ApplicationError:
    if 500 <= code < 600:
        return _refused(f"the mail server refuses it for good ({code})")
    return _deferred(code)


def _deferred(code: int) -> ApplicationError:
    return ApplicationError(f"The mail server does not take the letter now ({code})", type="mail_deferred")
