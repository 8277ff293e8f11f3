"""Telling people: the right letter to the right address, once."""

import re
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.connectors.smtp import SmtpMailer
from activities.notification import ASKS, LETTERS, Notification, NotifyRequest
from activities.paperwork import PDF
from activities.ports import Letter, Mailer
from activities.store.tracked_links import TrackedLinks
from api.embedded.mail import Mail, MailSink
from domain.amendments import RecordAmendmentSeal, WithdrawAmendment
from domain.brief import Copies
from domain.content_approval import RequestChanges
from domain.deadlines import OnExpiry, PassTime
from domain.events import Envelope
from domain.languages import LetterLanguage
from domain.notices import Audience, Notice, Template, notices
from domain.payouts import RecordPayout
from domain.rights import ReleaseExclusivity
from tests.activities.conftest import Store
from tests.activities.occasions import LINKS, occasion
from tests.domain.given import (
    BRAND,
    HOUR,
    T0,
    Story,
    a_brief,
    a_policy,
    an_assignment,
    asked_to_report,
    countered,
    doubted,
    in_review,
    live,
    not_seen,
    offered,
    proposed,
    sealed,
    watched,
)
from tests.domain.outliving import DAY, END, UNTIL
from tests.domain.outliving import rights as outliving
from tests.domain.test_amending import amended, to_sign
from tests.domain.test_payouts import paid, taken_back, waiting

OFFER = Notice(template=Template.OFFER, audience=Audience.CREATOR)


def waits(story: Story[Any, Any], *hours: int) -> Story[Any, Any]:
    """The story after the clock has been looked at, so many hours after T0."""
    for hour in hours:
        story = story.does(PassTime(), at=T0 + hour * HOUR)
    return story


def stories() -> list[Story[Any, Any]]:
    """Stories in which every notice is due at least once."""
    copied = an_assignment(copies=Copies(finance=True, legal=True))
    upfront = sealed(copied).does(RecordPayout(payout_id="collab-1/upfront", reference="PO-1"))
    changed = in_review().does(RequestChanges(deliverable=1, version=1, feedback="Show the pitcher."), by=BRAND)
    escalating = an_assignment().policies.model_copy(update={"offer": a_policy(OnExpiry.ESCALATE)})
    overdue = waits(offered(an_assignment(policies=escalating)), 49)
    return [
        waits(proposed(), 50),
        doubted(),
        waits(countered(), 50, 73),
        waits(offered(), 50, 73, 200),
        upfront,
        changed,
        waits(live(), 50),
        live(watched()).does(not_seen(), at=T0 + 2 * HOUR),
        overdue,
        outliving().does(PassTime(), at=UNTIL).does(PassTime(), at=END - DAY).does(PassTime(), at=END),
        outliving().does(ReleaseExclusivity(), by=BRAND),
        waits(asked_to_report(), 50),
        amended().does(RecordAmendmentSeal(number=1, sealed="5e" * 32)),
        to_sign().does(WithdrawAmendment(number=1), by=BRAND),
        waiting().does(RecordPayout(payout_id="collab-1/upfront", reference="PO-1")),
        paid().does(taken_back(1)),
    ]


def notification(store: Store, mailer: Mailer) -> Notification:
    """The activity on the real store."""
    tracked = TrackedLinks(store.pool, "a secret of at least thirty-two characters", LINKS.public_url)
    return Notification(store.log, store.directory, mailer, store.mail_log, store.documents, LINKS, tracked)


def smtp(sink: MailSink) -> SmtpMailer:
    """A mailer to the sink."""
    return SmtpMailer(sink.host, sink.port, "Groundswell <campaigns@groundswell.example>")


async def tell(store: Store, mailer: Mailer, envelope: Envelope, notice: Notice) -> None:
    """Run the activity once."""
    request = NotifyRequest(stream=envelope.stream, version=envelope.version, notice=notice)
    await ActivityEnvironment().run(notification(store, mailer).notify, request)


async def an_offer(store: Store) -> Envelope:
    """A recorded offer to a creator with an address; the story goes on after it."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    events = await store.record_collaboration(countered(), creator_id)
    return next(envelope for envelope in events if envelope.type == "OfferMade")


def test_every_notice_has_its_letter() -> None:
    """Whatever an event is told as, to whomever, there is a letter with a subject, a text, and where to act."""
    written = set()
    for story in stories():
        for event in story.past:
            for notice in notices(event):
                letter = LETTERS[notice.template](occasion(story, type(event), audience=notice.audience))
                assert letter.subject
                for text in (letter.body, letter.html):
                    assert "https://groundswell.example/" in text
                    assert ("/c/" in text) == (notice.audience is Audience.CREATOR)
                written.add(notice.template)
    assert written == set(Template)
    assert set(LETTERS) == set(Template)


NATIVE = {
    LetterLanguage.ENGLISH: {"you", "your", "please", "the"},
    LetterLanguage.GERMAN: {"sie", "ihre", "bitte", "der", "und"},
    LetterLanguage.FRENCH: {"vous", "votre", "merci", "parce", "avec"},
    LetterLanguage.ITALIAN: {"perché", "preghiamo", "che", "della", "sono"},
    LetterLanguage.SPANISH: {"porque", "usted", "rogamos", "los", "las"},
}
"""Words that only one of the languages has, and of which every letter in it has some."""


@pytest.mark.parametrize("language", LetterLanguage)
def test_every_letter_is_in_its_readers_language_throughout(language: LetterLanguage) -> None:
    """Whoever reads it: no sentence of another language is in it. What people wrote stays as they wrote it."""
    contacts = {"manager": "manager@lumen-tea.example", "language": language}
    brief = a_brief(contacts=contacts, product="Lumen", audience={"language": "en"})
    foreign = {word for other, words in NATIVE.items() if other is not language for word in words}
    profile = {"language": language, "handle": "steep.pour"}
    for story in stories():
        for event in story.past:
            for notice in notices(event):
                about = occasion(story, type(event), brief=brief, audience=notice.audience, **profile)
                draft = LETTERS[notice.template](about)
                ours = "\n".join(line for line in draft.body.splitlines() if not line.startswith((">", "- ")))
                used = set(re.findall(r"[^\W\d_]+", f"{draft.subject}\n{ours}".lower()))
                assert used & NATIVE[language], draft.body
                assert used & foreign == set(), draft.body
                assert f'<html lang="{language}">' in draft.html


def test_every_task_can_be_asked_for_in_words() -> None:
    """No task opens of which a reminder could not say what it asks for."""
    names = {name for story in stories() for name in _tasks_opened(story)}
    assert {name.partition("/")[0] for name in names} == set(ASKS)


def _tasks_opened(story: Story[Any, Any]) -> set[str]:
    state, names = story.decider.initial, set()
    for event in story.past:
        state = story.decider.evolve(state, event)
        names |= set(state.tasks)
    return names


async def test_a_letter_reaches_the_creator_with_everything_machines_need(store: Store, mail_sink: MailSink) -> None:
    """Recipient, link and headers are those of the event; the headers hold ids only."""
    offer = await an_offer(store)
    await tell(store, smtp(mail_sink), offer, OFFER)
    (mail,) = mail_sink.messages("creator1@example.org")
    (link,) = mail.links
    assert LINKS.read(link.rpartition("/")[2]).collaboration_id == "collab-1"
    assert mail.message["X-Groundswell-Event"] == str(offer.event_id)
    assert mail.message["X-Groundswell-Template"] == "offer"
    assert mail.message["X-Groundswell-Campaign"] == "camp-1"
    assert mail.message["X-Groundswell-Collaboration"] == "collab-1"


async def test_a_letter_tells_how_things_stood_at_its_event(store: Store, mail_sink: MailSink) -> None:
    """An offer that is mailed late, after a counter-offer, is still the offer that was made."""
    offer = await an_offer(store)
    await tell(store, smtp(mail_sink), offer, OFFER)
    (mail,) = mail_sink.messages()
    assert "USD 212.50" in mail.subject


async def test_the_letters_of_a_collaboration_are_one_conversation(store: Store, mail_sink: MailSink) -> None:
    """Each refers to the same message, which is another for the campaign's own letters; each has text and HTML."""
    offer = await an_offer(store)
    again = Notice(template=Template.OFFER, audience=Audience.MANAGER)
    await tell(store, smtp(mail_sink), offer, OFFER)
    await tell(store, smtp(mail_sink), offer, again)
    campaign = await store.log.read("campaign/camp-1")
    started = Notice(template=Template.CAMPAIGN_STARTED, audience=Audience.MANAGER)
    await tell(store, smtp(mail_sink), campaign[0], started)
    first, second, about_campaign = (mail.message for mail in mail_sink.messages())
    assert first["References"] == first["In-Reply-To"] == second["References"]
    assert first["References"] != about_campaign["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert [part.get_content_type() for part in first.walk()] == ["multipart/alternative", "text/plain", "text/html"]


async def test_telling_twice_sends_once(store: Store, mail_sink: MailSink) -> None:
    """A repeated activity finds that the letter is out."""
    offer = await an_offer(store)
    await tell(store, smtp(mail_sink), offer, OFFER)
    await tell(store, smtp(mail_sink), offer, OFFER)
    (mail,) = mail_sink.messages()
    assert mail_sink.deliveries(mail) == 1
    assert await store.mail_log.sent([offer.event_id]) == {(offer.event_id, "offer", "creator")}


class CrashingAfterwards:
    """A mailer whose process dies right after the server has taken the letter."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    async def send(self, letter: Letter) -> None:
        """Send, and die."""
        await self._mailer.send(letter)
        raise ConnectionResetError("the process died")


async def test_a_crash_after_sending_repeats_the_same_message(store: Store, mail_sink: MailSink) -> None:
    """The repetition carries the same Message-ID, so the mailbox shows one mail."""
    offer = await an_offer(store)
    with pytest.raises(ConnectionResetError):
        await tell(store, CrashingAfterwards(smtp(mail_sink)), offer, OFFER)
    assert await store.mail_log.sent([offer.event_id]) == set()
    await tell(store, smtp(mail_sink), offer, OFFER)
    (mail,) = mail_sink.messages()
    assert mail_sink.deliveries(mail) == 2
    assert mail.message_id.endswith("@groundswell.example>")


async def test_a_refused_letter_is_not_noted_as_sent(store: Store, mail_sink: MailSink) -> None:
    """A busy server fails the attempt; the next one succeeds."""
    offer = await an_offer(store)
    mail_sink.fail_next(1)
    with pytest.raises(ApplicationError, match="does not take the letter now"):
        await tell(store, smtp(mail_sink), offer, OFFER)
    await tell(store, smtp(mail_sink), offer, OFFER)
    assert len(mail_sink.messages()) == 1


async def test_the_signed_contract_goes_with_its_letter(store: Store, mail_sink: MailSink) -> None:
    """What is attached is the sealed file."""
    (creator_id,) = await store.add_creators()
    document = await store.documents.put(b"%PDF the contract", PDF, creator_id=None)
    await store.record_campaign()
    story = sealed()
    past = [
        event.model_copy(update={"sealed": document}) if "sealed" in type(event).model_fields else event
        for event in story.past
    ]
    events = await store.record_collaboration(Story(story.decider, past), creator_id)
    (done,) = [envelope for envelope in events if envelope.type == "ContractSealed"]
    notice = Notice(template=Template.CONTRACT_CONCLUDED, audience=Audience.CREATOR)
    await tell(store, smtp(mail_sink), done, notice)
    (mail,) = mail_sink.messages()
    (attached,) = mail.message.iter_attachments()
    assert attached.get_payload(decode=True) == b"%PDF the contract"
    assert attached.get_filename() == f"contract-{document[:12]}.pdf"


@pytest.mark.parametrize(
    ("escalation", "expected"),
    [("head@lumen-tea.example", "head@lumen-tea.example"), (None, "manager@lumen-tea.example")],
)
async def test_an_escalation_goes_to_the_second_person_or_again_to_the_manager(
    store: Store, mail_sink: MailSink, escalation: str | None, expected: str
) -> None:
    """A brief without a second person has its manager asked once more."""
    (creator_id,) = await store.add_creators()
    contacts = {"manager": "manager@lumen-tea.example", "escalation": escalation}
    await store.record_campaign(proposed(contacts=contacts))
    events = await store.record_collaboration(waits(countered(), 50, 73), creator_id)
    mail = await _told(store, mail_sink, events[-1], Template.ESCALATION, Audience.ESCALATION)
    assert mail.recipient == expected
    assert mail.subject.startswith("Overdue: please answer the counter-offer of USD 300.00")


async def test_the_manager_hears_of_the_campaign(store: Store, mail_sink: MailSink) -> None:
    """Letters about the campaign as a whole go to the brief's manager and name no collaboration."""
    events = await store.record_campaign(proposed())
    mail = await _told(store, mail_sink, events[-1], Template.SHORTLIST_READY, Audience.MANAGER)
    assert mail.recipient == "manager@lumen-tea.example"
    assert mail.message["X-Groundswell-Collaboration"] is None


async def _told(store: Store, sink: MailSink, envelope: Envelope, template: Template, audience: Audience) -> Mail:
    """The one mail that comes of a notice."""
    await tell(store, smtp(sink), envelope, Notice(template=template, audience=audience))
    (mail,) = sink.messages()
    return mail


async def test_an_event_that_does_not_exist_is_not_tried_again(store: Store, mail_sink: MailSink) -> None:
    """A wrong version is an error with its place, and final."""
    offer = await an_offer(store)
    wrong = offer.model_copy(update={"version": 99})
    with pytest.raises(ApplicationError, match="no event collaboration/collab-1@99") as refused:
        await tell(store, smtp(mail_sink), wrong, OFFER)
    assert refused.value.non_retryable
