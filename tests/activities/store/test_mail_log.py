"""The log of mails: who has been told what."""

from uuid import uuid4

from activities.store.mail_log import MailLog, MailState
from activities.store.pool import Pool


async def test_the_first_attempt_is_told_apart_from_a_crashed_and_a_finished_one(pool: Pool) -> None:
    mails, event = MailLog(pool), uuid4()
    assert await mails.begin(event, "creator", "offer") is None
    assert await mails.begin(event, "creator", "offer") is MailState.SENDING
    await mails.finish(event, "creator", "<1@example.org>")
    assert await mails.begin(event, "creator", "offer") is MailState.SENT


async def test_one_event_may_tell_both_sides(pool: Pool) -> None:
    mails, event = MailLog(pool), uuid4()
    assert await mails.begin(event, "creator", "concluded") is None
    assert await mails.begin(event, "manager", "concluded") is None


async def test_only_the_first_end_of_a_mail_counts(pool: Pool) -> None:
    mails, event = MailLog(pool), uuid4()
    await mails.begin(event, "creator", "offer")
    await mails.finish(event, "creator", "<1@example.org>")
    await mails.finish(event, "creator", "<2@example.org>")
    assert await pool.fetchval("select message_id from mail_log") == "<1@example.org>"


async def test_unsent_are_the_events_without_a_mail_that_went_out(pool: Pool) -> None:
    mails = MailLog(pool)
    never, crashed, done = uuid4(), uuid4(), uuid4()
    await mails.begin(crashed, "creator", "offer")
    await mails.begin(done, "creator", "offer")
    await mails.finish(done, "creator", "<1@example.org>")
    assert await mails.unsent([never, crashed, done]) == [never, crashed]
    assert await mails.unsent([done], "creator") == []
    assert await mails.unsent([done], "manager") == [done]
