"""Mail over real SMTP: what arrives, what is final, and what is tried again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

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


class Counting:
    """A mail server that counts its connections and keeps what it is given."""

    def __init__(self) -> None:
        self._servers: list[SMTP] = []
        self.most = 0
        self.connections = 0
        self.taken = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Called by aiosmtpd for each connection."""
        session.host_name = hostname
        self.connections += 1
        self._servers.append(server)
        self.most = max(self.most, len(self.open))
        return responses

    @property
    def open(self) -> list[SMTP]:
        """Those of the connections that are open."""
        return [each for each in self._servers if each.transport is not None and not each.transport.is_closing()]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd for each letter."""
        self.taken += 1
        return "250 2.0.0 Taken"

    async def hang_up(self) -> None:
        """Close every connection, as servers do with those that are idle."""
        for each in self.open:
            assert each.transport is not None, "it is open"
            each.transport.close()
        await asyncio.sleep(0)


@asynccontextmanager
async def counting(**facts: float) -> AsyncIterator[tuple[Counting, SmtpMailer]]:
    """Such a server, and a mailer that keeps connections to it."""
    loop, handler = asyncio.get_running_loop(), Counting()
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop), "127.0.0.1", 0)
    settings: dict[str, Any] = {"keep": 60.0, "timeout": 30.0, **facts}
    keeping = SmtpMailer("127.0.0.1", server.sockets[0].getsockname()[1], SENDER, **settings)
    try:
        yield handler, keeping
    finally:
        await keeping.aclose()
        server.close()
        await server.wait_closed()


async def test_letters_go_out_over_the_same_connection() -> None:
    """A connection that has delivered a letter takes the next one."""
    async with counting() as (server, keeping):
        for _ in range(5):
            await keeping.send(a_letter())
    assert (server.taken, server.connections) == (5, 1)


async def test_many_letters_at_once_share_few_connections() -> None:
    """Servers refuse who opens too many; nobody's letter is lost for waiting."""
    async with counting(connections=3) as (server, keeping):
        await asyncio.gather(*(keeping.send(a_letter(id=f"{number}@groundswell.example")) for number in range(20)))
        assert server.taken == 20
        assert server.most <= 3


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_connection_that_the_server_has_closed_is_replaced(noticed: bool) -> None:
    """Whether we have seen it or not: nothing was sent over it, so the letter goes over a new one."""
    async with counting() as (server, keeping):
        await keeping.send(a_letter())
        await server.hang_up()
        if noticed:
            await asyncio.sleep(0.05)
        await keeping.send(a_letter())
        assert (server.taken, server.connections) == (2, 2)


async def test_a_connection_is_not_kept_for_long() -> None:
    """What has been idle for its time is closed by itself."""
    async with counting(keep=0.05) as (server, keeping):
        await keeping.send(a_letter())
        async with asyncio.timeout(30):
            while server.open:  # noqa: ASYNC110 - aiosmtpd tells nobody that a connection has gone
                await asyncio.sleep(0.02)


async def test_after_a_refusal_the_next_letter_goes_over_a_new_connection() -> None:
    """Nobody has to know what the server made of the letter before."""
    handler = Refusing("550 5.1.1 No")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop), "127.0.0.1", 0)
    keeping = SmtpMailer("127.0.0.1", server.sockets[0].getsockname()[1], SENDER, keep=60)
    with pytest.raises(ApplicationError, match="refuses it for good"):
        await keeping.send(a_letter())
    handler.reply = "452 4.2.2 Full"
    with pytest.raises(ApplicationError, match="does not take the letter now"):
        await keeping.send(a_letter())
    await keeping.aclose()
    server.close()
    await server.wait_closed()
