import asyncio
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from api.demo.mailroom import Mailroom
from api.embedded.mail import MailSink


async def send(sink: MailSink, to: str, *, campaign: str = "c1", event: str = "e1", text: str = "Hello") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@example.com", to, "An offer"
    message["Message-ID"] = f"<{event}.{to}>"
    message["X-Groundswell-Event"], message["X-Groundswell-Template"] = event, "offer"
    message["X-Groundswell-Campaign"], message["X-Groundswell-Collaboration"] = campaign, "w1"
    message.set_content(text)
    await aiosmtplib.send(message, hostname=sink.host, port=sink.port)


async def test_everybody_gets_their_own_mail(mail_sink: MailSink) -> None:
    """With the token of the link in it."""
    async with Mailroom(mail_sink.directory) as mailroom:
        mailroom.campaign_id = "c1"
        await send(mail_sink, "ada@example.com", text="Here: http://127.0.0.1/c/abc.def-1\n\nThank you")
        await send(mail_sink, "ben@example.com", event="e2")
        ada = await asyncio.wait_for(mailroom.next_for("Ada@example.com"), 5)
        ben = await asyncio.wait_for(mailroom.next_for("ben@example.com"), 5)
    assert (ada.token, ada.collaboration_id, ada.event_id) == ("abc.def-1", "w1", "e1")
    assert ben.token is None
    assert len(mailroom.delivered) == 2


async def test_mail_of_other_campaigns_is_left(mail_sink: MailSink) -> None:
    """What was there before, and what an earlier campaign still sends."""
    await send(mail_sink, "ada@example.com", event="old")
    async with Mailroom(mail_sink.directory) as mailroom:
        mailroom.campaign_id = "c1"
        await send(mail_sink, "ada@example.com", campaign="c0", event="other")
        await send(mail_sink, "ada@example.com", event="new")
        assert (await asyncio.wait_for(mailroom.next_for("ada@example.com"), 5)).event_id == "new"


async def test_nothing_is_delivered_before_the_campaign_is_known(mail_sink: MailSink) -> None:
    """Its first mails wait."""
    async with Mailroom(mail_sink.directory) as mailroom:
        await send(mail_sink, "ada@example.com")
        mailroom.look()
        assert mailroom.delivered == []
        mailroom.campaign_id = "c1"
        assert (await asyncio.wait_for(mailroom.next_for("ada@example.com"), 5)).event_id == "e1"


async def test_a_directory_that_is_not_there_yet_is_an_empty_one(tmp_path: Path) -> None:
    """The mail server makes it when it starts."""
    async with Mailroom(tmp_path / "mail") as mailroom:
        mailroom.campaign_id = "c1"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(mailroom.next_for("ada@example.com"), 0.3)
