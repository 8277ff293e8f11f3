"""Telling people: the letter that an event is owed to somebody, sent once, however often this is tried."""

from collections.abc import Callable, Mapping
from uuid import NAMESPACE_URL, UUID, uuid5

from temporalio import activity

from activities import (
    amendment_letters,
    content_approval,
    contract_signing,
    discovery,
    goal_setting,
    live_posts,
    monitoring,
    negotiation,
    rights,
    verification,
)
from activities.event_streams import registry_of
from activities.failures import as_application_error
from activities.letters import Asks, Draft, Occasion, Sheet
from activities.links import CreatorLinks
from activities.metrics import counted_mail
from activities.paperwork import PDF
from activities.ports import Attachment, Directory, Documents, EventLog, Letter, Mailer, MailLog
from activities.recollection import Recollection
from activities.records import collaboration_after, creator_of
from activities.starting import collaboration_stream
from activities.store.tracked_links import TrackedLinks
from domain.collaboration import Collaboration
from domain.deadlines import TaskEscalated, TaskReminded
from domain.decider import Role
from domain.errors import GroundswellError
from domain.events import Envelope
from domain.notices import Audience, Notice, Template
from domain.values import Line, Value


class NotifyRequest(Value):
    """Which event of which stream to tell whom of."""

    stream: Line
    version: int
    notice: Notice


def _asked(occasion: Occasion, task: str) -> str:
    """What a task asks its assignee to do, in words."""
    step, _, rest = task.partition("/")
    return ASKS[step](occasion, rest)


ASKS: Mapping[str, Asks] = {
    **discovery.ASKS,
    **verification.ASKS,
    **negotiation.ASKS,
    **contract_signing.ASKS,
    **amendment_letters.ASKS,
    **content_approval.ASKS,
    **live_posts.ASKS,
    **monitoring.ASKS,
}
"""Every task in words, by the first part of its name."""


def reminder(occasion: Occasion) -> Draft:
    """Time is running out."""
    event = occasion.of(TaskReminded)
    sheet = Sheet(Template.REMINDER, occasion, asked=_asked(occasion, event.task))
    sheet.says("due", due=occasion.moment(event.due_at))
    sheet.button()
    return sheet.draft()


def escalation(occasion: Occasion) -> Draft:
    """Time was up; a second person is asked."""
    event = occasion.of(TaskEscalated)
    by_creator = event.assignee is Role.CREATOR
    sheet = Sheet(Template.ESCALATION, occasion, asked=_asked(occasion, event.task))
    sheet.says("creators" if by_creator else "yours", due=occasion.moment(event.due_at))
    sheet.button()
    return sheet.draft("subject_creator" if by_creator else "subject")


LETTERS: Mapping[Template, Callable[[Occasion], Draft]] = {
    Template.CAMPAIGN_STARTED: goal_setting.campaign_started,
    Template.SHORTLIST_READY: discovery.shortlist_ready,
    Template.PERFORMANCE_REPORT: verification.performance_report,
    Template.REVIEW_CREATOR: verification.review_creator,
    Template.OFFER: negotiation.offer,
    Template.CONTRACT_TO_SIGN: contract_signing.contract_to_sign,
    Template.CONTRACT_CONCLUDED: contract_signing.contract_concluded,
    Template.CONTRACT_COPY: contract_signing.contract_copy,
    **amendment_letters.LETTERS,
    Template.CHANGES_REQUESTED: content_approval.changes_requested,
    Template.DRAFT_APPROVED: content_approval.draft_approved,
    Template.POST_TO_RESTORE: live_posts.post_to_restore,
    Template.POST_NOT_VERIFIED: live_posts.post_not_verified,
    Template.PAYOUT_MADE: monitoring.payout_made,
    Template.PAYMENT_ORDER: monitoring.payment_order,
    Template.PAYMENT_RETURNED: monitoring.payment_returned,
    Template.REVERSAL_TO_SETTLE: monitoring.reversal_to_settle,
    Template.REMINDER: reminder,
    Template.ESCALATION: escalation,
    Template.ENDED: monitoring.ended,
    Template.RIGHTS_EXPIRING: rights.rights_expiring,
    Template.RIGHTS_EXPIRED: rights.rights_expired,
    Template.EXCLUSIVITY_ENDED: rights.exclusivity_ended,
}
"""Who writes which letter."""

EXTENSIONS = {PDF: "pdf"}


class Notification:
    """Sends letters."""

    def __init__(
        self,
        log: EventLog,
        directory: Directory,
        mailer: Mailer,
        mail_log: MailLog,
        documents: Documents,
        links: CreatorLinks,
        tracked: TrackedLinks,
    ) -> None:
        self._log = log
        self._recollection = Recollection(log)
        self._directory = directory
        self._mailer = mailer
        self._mail_log = mail_log
        self._documents = documents
        self._links = links
        self._tracked = tracked

    @activity.defn
    async def notify(self, request: NotifyRequest) -> None:
        """Write and send one letter, unless it has been sent. Domain errors are not retried.

        A crash between sending and the note of it repeats the letter under the same Message-ID.
        """
        try:
            envelope, occasion = await self._occasion(request)
            letter = await self._letter(envelope, request.notice, occasion)
        except GroundswellError as error:
            raise as_application_error(error) from error
        event_id = envelope.event_id
        if await self._mail_log.begin(event_id, request.notice, letter.id):
            with counted_mail(request.notice.template):
                await self._mailer.send(letter)
            await self._mail_log.finish(event_id, request.notice)

    async def _occasion(self, request: NotifyRequest) -> tuple[Envelope, Occasion]:
        """The event, and how things stood right after it: the letter tells that, however late it is written."""
        envelope, state = await self._event_and_work(request.stream, request.version)
        event = registry_of(request.stream).decode(envelope)
        campaign_id, audience = envelope.metadata.correlation_id, request.notice.audience
        brief = await self._recollection.brief(campaign_id)
        if state is None:
            return envelope, Occasion(event, campaign_id, brief, None, None, self._links, audience)
        creator = await creator_of(self._directory, state.creator_id)
        tracked = await self._tracked.of(state, brief)
        return envelope, Occasion(event, campaign_id, brief, state, creator, self._links, audience, tracked)

    async def _event_and_work(self, stream: str, version: int) -> tuple[Envelope, Collaboration | None]:
        """An event, and the collaboration that its stream is, or that it has outlived; None of a campaign's."""
        kind, _, collaboration_id = stream.partition("/")
        if kind == "collaboration":
            return await self._recollection.collaboration(stream, version)
        envelope = await self._recollection.event(stream, version)
        if kind == "campaign":
            return envelope, None
        return envelope, collaboration_after(await self._log.read(collaboration_stream(collaboration_id)))

    async def _letter(self, envelope: Envelope, notice: Notice, occasion: Occasion) -> Letter:
        draft = LETTERS[notice.template](occasion)
        return Letter(
            id=f"{message_id(envelope.event_id, notice)}@{self._links.host}",
            to=_address(notice.audience, occasion),
            subject=draft.subject,
            body=draft.body,
            html=draft.html,
            headers=_headers(envelope, notice, occasion),
            attachments=tuple([await self._attachment(sha256) for sha256 in draft.documents]),
        )

    async def _attachment(self, sha256: str) -> Attachment:
        document = await self._documents.get(sha256)
        name = f"contract-{sha256[:12]}.{EXTENSIONS[document.media_type]}"
        return Attachment(name=name, media_type=document.media_type, content=document.content)


def message_id(event_id: UUID, notice: Notice) -> str:
    """The first half of the Message-ID: the same for the same event, letter and audience."""
    return uuid5(event_id, f"{notice.template}/{notice.audience}").hex


def _address(audience: Audience, occasion: Occasion) -> str:
    contacts = occasion.brief.contacts
    match audience:
        case Audience.CREATOR:
            return occasion.person.profile.email
        case Audience.MANAGER:
            return contacts.manager
        case Audience.ESCALATION:
            return contacts.escalation or contacts.manager
        case Audience.FINANCE:
            return contacts.finance or contacts.manager
        case Audience.LEGAL:
            return contacts.legal or contacts.manager


def _headers(envelope: Envelope, notice: Notice, occasion: Occasion) -> tuple[tuple[str, str], ...]:
    """For filters and machines: ids and names, nothing personal.

    Every letter of a collaboration, or about a campaign as a whole, refers to the same message, which was never sent:
    so mail programs show them as one conversation, in whichever order they arrive and whichever of them are deleted.
    """
    thread = f"<{uuid5(NAMESPACE_URL, occasion.thread).hex}@{occasion.links.host}>"
    headers = (
        ("In-Reply-To", thread),
        ("References", thread),
        ("X-Groundswell-Event", str(envelope.event_id)),
        ("X-Groundswell-Template", notice.template.value),
        ("X-Groundswell-Campaign", occasion.campaign_id),
    )
    if occasion.collaboration is None:
        return headers
    return (*headers, ("X-Groundswell-Collaboration", occasion.collaboration.id))
