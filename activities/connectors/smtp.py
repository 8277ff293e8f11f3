"""Mail over SMTP: one connection a letter, and a clear line between refusals that last and failures that pass."""

from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import aiosmtplib
from temporalio.exceptions import ApplicationError

from activities.ports import Letter

SUBMISSIONS = 465
"""The port of mail submission over implicit TLS (RFC 8314)."""


class SmtpMailer:
    """Sends letters through one SMTP server. Satisfies `ports.Mailer`.

    `sender` is an address or `Name <address>`. `tls` insists on encryption: from the first byte on port 465, by
    STARTTLS on any other; without it STARTTLS is used where the server offers it. `timeout` in seconds for each step.
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
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._username = username
        self._password = password
        self._use_tls = tls and port == SUBMISSIONS
        self._start_tls = True if tls and port != SUBMISSIONS else None
        self._timeout = timeout

    async def send(self, letter: Letter) -> None:
        """Hand the letter over; returns when the server has taken it.

        Raises:
            ApplicationError: of type `recipient_refused` and final if the server refuses the recipient for good; of
                type `mail_deferred` and to be retried if it does not take the letter now. Neither names the recipient.
            OSError, aiosmtplib.SMTPException: the server can't be reached.
        """
        message = self._message(letter)
        try:
            await aiosmtplib.send(
                message,
                sender=parseaddr(self._sender)[1],
                recipients=[letter.to],
                hostname=self._host,
                port=self._port,
                username=self._username,
                password=self._password,
                use_tls=self._use_tls,
                start_tls=self._start_tls,
                timeout=self._timeout,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _refusal([one.code for one in refused.recipients]) from None
        except aiosmtplib.SMTPNotSupported:
            raise _refused("the mail server cannot write to such an address") from None
        except aiosmtplib.SMTPResponseException as answer:
            # The server's words may quote addresses, and failures are kept where no personal data belongs.
            raise _deferred(answer.code) from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["Message-ID"] = f"<{letter.id}>"
        message["Date"] = format_datetime(datetime.now(UTC))
        message["From"] = self._sender
        message["To"] = _recipient(letter.to)
        message["Subject"] = letter.subject
        message["Auto-Submitted"] = "auto-generated"
        for name, value in letter.headers:
            message[name] = value
        message.set_content(letter.body)
        if letter.html is not None:
            message.add_alternative(letter.html, subtype="html")
        for attachment in letter.attachments:
            kind, _, subtype = attachment.media_type.partition("/")
            message.add_attachment(attachment.content, maintype=kind, subtype=subtype, filename=attachment.name)
        return message


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):  # how the parser says no depends on where it stumbles
        raise _refused("the address is malformed") from None


def _refused(why: str) -> ApplicationError:
    return ApplicationError(f"The recipient cannot get mail: {why}.", type="recipient_refused", non_retryable=True)


def _refusal(codes: list[int]) -> ApplicationError:
    lasting = [code for code in codes if 500 <= code < 600]
    if len(lasting) == len(codes):
        return _refused(f"the mail server refuses it for good ({lasting[0]})")
    return _deferred(codes[0])


def _deferred(code: int) -> ApplicationError:
    return ApplicationError(f"The mail server does not take the letter now ({code})", type="mail_deferred")
