import asyncio
import socket
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from api.embedded.mail import MailSink
from api.embedded.process import EmbeddedError


def letter(message_id: str, *, to: str = "creator@example.com", text: str = "Hello") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Brand <brand@example.com>", to, "An öffer"
    mail["Message-ID"] = message_id
    mail.set_content(text)
    return mail


async def send(sink: MailSink, mail: EmailMessage) -> None:
    await aiosmtplib.send(mail, hostname=sink.host, port=sink.port)


async def test_a_mail_arrives_as_it_was_sent(mail_sink: MailSink) -> None:
    """Envelope, headers, text with its accents and links can be read back."""
    await send(mail_sink, letter("<1@example.com>", text="Sîgn here: https://example.com/sign?token=abc.\nThanks"))
    (mail,) = mail_sink.messages()
    assert (mail.message_id, mail.sender, mail.recipient) == (
        "<1@example.com>",
        "brand@example.com",
        "creator@example.com",
    )
    assert mail.subject == "An öffer"
    assert mail.text.splitlines() == ["Sîgn here: https://example.com/sign?token=abc.", "Thanks"]
    assert mail.links == ["https://example.com/sign?token=abc"]
    assert mail.message["From"] == "Brand <brand@example.com>"


async def test_a_repeated_delivery_is_one_mail(mail_sink: MailSink) -> None:
    """The same Message-ID to the same recipient is one mail, as at a mailbox provider; its deliveries are counted."""
    for _ in range(3):
        await send(mail_sink, letter("<1@example.com>"))
    await send(mail_sink, letter("<2@example.com>"))
    first, second = mail_sink.messages()
    assert (mail_sink.deliveries(first), mail_sink.deliveries(second)) == (3, 1)


async def test_each_recipient_has_a_mail_of_their_own(mail_sink: MailSink) -> None:
    """One mail to two people is two mails, and each can be read alone."""
    await send(mail_sink, letter("<1@example.com>", to="one@example.com, two@example.com"))
    assert [mail.recipient for mail in mail_sink.messages("two@example.com")] == ["two@example.com"]
    assert len(mail_sink.messages()) == 2


async def test_waiting_ends_when_the_mail_arrives(mail_sink: MailSink) -> None:
    """`wait_for` finds a mail that is there and one that comes later, and gives up in time."""
    waiting = asyncio.create_task(mail_sink.wait_for(matches=lambda mail: mail.message_id == "<2@example.com>"))
    await send(mail_sink, letter("<1@example.com>"))
    assert not waiting.done()
    await send(mail_sink, letter("<2@example.com>"))
    assert (await waiting).message_id == "<2@example.com>"
    assert (await mail_sink.wait_for("creator@example.com")).message_id == "<1@example.com>"
    with pytest.raises(TimeoutError):
        await mail_sink.wait_for("nobody@example.com", seconds=0.05)


async def test_a_temporary_failure_keeps_nothing(mail_sink: MailSink) -> None:
    """`fail_next` answers like a busy server: the sender learns that it must try again, and then it works."""
    mail_sink.fail_next(1)
    with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
        await send(mail_sink, letter("<1@example.com>"))
    assert refusal.value.code == 451
    assert mail_sink.messages() == []
    await send(mail_sink, letter("<1@example.com>"))
    assert len(mail_sink.messages()) == 1


async def test_mails_outlive_the_sink_and_are_recognised_afterwards(tmp_path: Path) -> None:
    """A repetition after a restart is still the same mail."""
    for _ in range(2):
        async with MailSink(tmp_path) as sink:
            await send(sink, letter("<1@example.com>"))
    (mail,) = sink.messages()
    assert sink.deliveries(mail) == 2


async def test_a_taken_port_is_replaced(tmp_path: Path) -> None:
    """Another program on the port is no reason to fail."""
    lines: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with MailSink(tmp_path, port=taken.getsockname()[1], progress=lines.append) as sink:
            assert sink.port != taken.getsockname()[1]
            assert str(sink.port) in lines[0]


async def test_stopping_hangs_up_on_clients_and_closes_the_port(tmp_path: Path) -> None:
    """A client that keeps its connection open does not keep the sink from stopping."""
    async with MailSink(tmp_path) as sink:
        port = sink.port
        reader, writer = await asyncio.open_connection(sink.host, port)
        assert (await reader.readline()).startswith(b"220 ")
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises(EmbeddedError, match="does not run"):
        _ = sink.port
