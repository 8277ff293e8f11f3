"""The log of mails: who has been told what."""

from uuid import uuid4

from activities.store.mail_log import MailLog
from activities.store.pool import Pool
from domain.notices import Audience, Notice, Template

OFFER = Notice(template=Template.OFFER, audience=Audience.CREATOR)
REMINDER = Notice(template=Template.REMINDER, audience=Audience.MANAGER)


async def test_a_mail_may_be_tried_until_it_is_known_to_have_gone_out(pool: Pool) -> None:
    mails, event = MailLog(pool), uuid4()
    assert await mails.begin(event, OFFER, "<1@example.org>")
    assert await mails.begin(event, OFFER, "<1@example.org>")
    await mails.finish(event, OFFER)
    assert not await mails.begin(event, OFFER, "<1@example.org>")


async def test_a_repeated_attempt_keeps_the_message_id_of_the_first(pool: Pool) -> None:
    mails, event = MailLog(pool), uuid4()
    await mails.begin(event, OFFER, "<1@example.org>")
    await mails.begin(event, OFFER, "<2@example.org>")
    assert await pool.fetchval("select message_id from mail_log") == "<1@example.org>"


async def test_one_event_may_tell_both_sides(pool: Pool) -> None:
    mails, event = MailLog(pool), uuid4()
    await mails.begin(event, OFFER, "<1@example.org>")
    await mails.finish(event, OFFER)
    assert await mails.begin(event, REMINDER, "<2@example.org>")


async def test_only_mails_that_are_known_to_have_gone_out_count_as_sent(pool: Pool) -> None:
    mails = MailLog(pool)
    never, crashed, done = uuid4(), uuid4(), uuid4()
    await mails.begin(crashed, OFFER, "<1@example.org>")
    await mails.begin(done, OFFER, "<2@example.org>")
    await mails.finish(done, OFFER)
    assert await mails.sent([never, crashed, done]) == {(done, "offer", "creator")}
