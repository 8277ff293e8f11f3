"""Mail over real SMTP: what arrives, what is final, and what is tried again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.exceptions import ApplicationError

from activities.connectors.smtp import SmtpMailer
from activities.ports import Attachment, Letter
from api.embedded.mail import MailSink

SENDER = "Lumen Tea <campaigns@groundswell.example>"


def a_letter(**facts: object) -> Letter:
    """A short letter."""
    usual: dict[str, object] = {
        "id": "c0ffee@groundswell.example",
        "to": "ines@creators.example",
        "subject": "Grüße, Ines",
        "body": "Your page:\n\nhttps://groundswell.example/c/token-that.is-quite_long\n",
    }
    return Letter.model_validate({**usual, **facts})


def mailer(port: int, *, tls: bool = False) -> SmtpMailer:
    """A mailer to a local server."""
    return SmtpMailer("127.0.0.1", port, SENDER, tls=tls, timeout=5)


class Refusing:
    """A mail server that answers one address with a reply of the test's choice."""

    def __init__(self, reply: str) -> None:
        self.reply = reply

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Called by aiosmtpd for each recipient."""
        return self.reply


@asynccontextmanager
async def refusing(reply: str) -> AsyncIterator[int]:
    """Such a server on a free port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Refusing(reply), hostname="localhost", loop=loop), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def test_a_letter_arrives_as_it_was_written(mail_sink: MailSink) -> None:
    """Subject, text, link, sender and the headers for machines are those of the letter."""
    headers = (("X-Groundswell-Template", "offer"), ("X-Groundswell-Collaboration", "c0ffee"))
    await mailer(mail_sink.port).send(a_letter(headers=headers))
    (mail,) = mail_sink.messages("ines@creators.example")
    assert mail.subject == "Grüße, Ines"
    assert mail.links == ["https://groundswell.example/c/token-that.is-quite_long"]
    assert mail.sender == "campaigns@groundswell.example"
    assert mail.message_id == "<c0ffee@groundswell.example>"
    assert mail.message["From"] == SENDER
    assert mail.message["Date"].datetime is not None
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["X-Groundswell-Template"] == "offer"
    assert mail.message["X-Groundswell-Collaboration"] == "c0ffee"


async def test_an_attachment_arrives_byte_by_byte(mail_sink: MailSink) -> None:
    """A contract in the mail is the contract that was signed."""
    content = bytes(range(256)) * 50
    contract = Attachment(name="contract.pdf", media_type="application/pdf", content=content)
    await mailer(mail_sink.port).send(a_letter(attachments=(contract,)))
    (mail,) = mail_sink.messages()
    (attached,) = mail.message.iter_attachments()
    assert isinstance(attached, EmailMessage)
    assert (attached.get_filename(), attached.get_content_type()) == ("contract.pdf", "application/pdf")
    assert attached.get_content() == content


async def test_a_repeated_letter_is_recognised_by_its_message_id(mail_sink: MailSink) -> None:
    """Two deliveries of the same letter are one mail in the mailbox."""
    await mailer(mail_sink.port).send(a_letter())
    await mailer(mail_sink.port).send(a_letter())
    (mail,) = mail_sink.messages()
    assert mail_sink.deliveries(mail) == 2


@pytest.mark.parametrize("reply", ["550 5.1.1 <ines@creators.example> does not exist", "553 5.1.3 No"])
async def test_a_lasting_refusal_of_the_recipient_is_final(reply: str) -> None:
    """Nobody is served by trying an address that does not exist for days; the error does not repeat the address."""
    async with refusing(reply) as port:
        with pytest.raises(ApplicationError) as refused:
            await mailer(port).send(a_letter())
    assert (refused.value.type, refused.value.non_retryable) == ("recipient_refused", True)
    assert reply[:3] in str(refused.value)
    assert "ines" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_a_passing_refusal_of_the_recipient_is_tried_again() -> None:
    """A full mailbox may be empty tomorrow."""
    async with refusing("452 4.2.2 <ines@creators.example> mailbox full") as port:
        with pytest.raises(ApplicationError) as deferred:
            await mailer(port).send(a_letter())
    assert (deferred.value.type, deferred.value.non_retryable) == ("mail_deferred", False)
    assert "ines" not in str(deferred.value)


async def test_a_busy_server_is_tried_again(mail_sink: MailSink) -> None:
    """The letter was not taken: the attempt fails, and the next one succeeds."""
    mail_sink.fail_next(1)
    with pytest.raises(ApplicationError, match=r"does not take the letter now \(451\)") as deferred:
        await mailer(mail_sink.port).send(a_letter())
    assert not deferred.value.non_retryable
    await mailer(mail_sink.port).send(a_letter())
    assert len(mail_sink.messages()) == 1


async def test_a_server_that_is_away_is_tried_again(mail_sink: MailSink) -> None:
    """Nobody listens: the error is an ordinary one, which Temporal tries again."""
    port = mail_sink.port
    await mail_sink.stop()
    with pytest.raises(Exception, match="onnect") as away:
        await mailer(port).send(a_letter())
    assert not isinstance(away.value, ApplicationError)


async def test_insisting_on_encryption_never_falls_back_to_plain_text(mail_sink: MailSink) -> None:
    """A server without STARTTLS gets no letter if encryption was asked for."""
    with pytest.raises(Exception, match=r"(?i)starttls"):
        await mailer(mail_sink.port, tls=True).send(a_letter())
    assert mail_sink.messages() == []


@pytest.mark.parametrize("address", ["ines,everybody@creators.example", "<ines@creators.example", "a b@c.example"])
async def test_an_address_that_is_more_than_one_address_reaches_nobody(mail_sink: MailSink, address: str) -> None:
    """What is not exactly one address is refused for good, before anything is sent."""
    letter = a_letter().model_copy(update={"to": address})
    with pytest.raises(ApplicationError) as refused:
        await mailer(mail_sink.port).send(letter)
    assert (refused.value.type, refused.value.non_retryable) == ("recipient_refused", True)
    assert mail_sink.messages() == []
