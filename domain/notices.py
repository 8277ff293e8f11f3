"""Which events somebody is told of, and how the message is called. Every notice is sent once for its event."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from domain.amendments import (
    AmendmentDeclined,
    AmendmentDrafted,
    AmendmentLapsed,
    AmendmentSealed,
    AmendmentWithdrawn,
)
from domain.calendars import Calendar
from domain.content_approval import ChangesRequested, DraftApproved
from domain.contract_signing import ContractDrafted, ContractSealed
from domain.deadlines import TaskEscalated, TaskReminded, contact
from domain.decider import Event
from domain.discovery import ShortlistProposed
from domain.goal_setting import CampaignStarted
from domain.live_posts import PostNotVerified
from domain.negotiation import OfferMade
from domain.outcomes import CollaborationEnded
from domain.payouts import PaymentOrdered, PayoutMade, PayoutReversed
from domain.rights import ExclusivityEnded, RightsExpired, RightsExpiring
from domain.values import Value
from domain.verification import CreatorAssessed, PerformanceReportRequested


class Template(StrEnum):
    """The messages that the engine sends."""

    CAMPAIGN_STARTED = "campaign_started"
    SHORTLIST_READY = "shortlist_ready"
    PERFORMANCE_REPORT = "performance_report"
    REVIEW_CREATOR = "review_creator"
    OFFER = "offer"
    CONTRACT_TO_SIGN = "contract_to_sign"
    CONTRACT_CONCLUDED = "contract_concluded"
    CONTRACT_COPY = "contract_copy"
    AMENDMENT_TO_SIGN = "amendment_to_sign"
    AMENDMENT_CONCLUDED = "amendment_concluded"
    AMENDMENT_OVER = "amendment_over"
    CHANGES_REQUESTED = "changes_requested"
    DRAFT_APPROVED = "draft_approved"
    POST_TO_RESTORE = "post_to_restore"
    POST_NOT_VERIFIED = "post_not_verified"
    PAYOUT_MADE = "payout_made"
    PAYMENT_ORDER = "payment_order"
    PAYMENT_RETURNED = "payment_returned"
    REVERSAL_TO_SETTLE = "reversal_to_settle"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    ENDED = "ended"
    RIGHTS_EXPIRING = "rights_expiring"
    RIGHTS_EXPIRED = "rights_expired"
    EXCLUSIVITY_ENDED = "exclusivity_ended"


class Audience(StrEnum):
    """To whom a message goes."""

    CREATOR = "creator"
    MANAGER = "manager"
    ESCALATION = "escalation"
    FINANCE = "finance"
    LEGAL = "legal"


class Notice(Value):
    """One message to one audience."""

    template: Template
    audience: Audience


AT_ONCE = frozenset(
    {
        Template.CAMPAIGN_STARTED,
        Template.CONTRACT_CONCLUDED,
        Template.CONTRACT_COPY,
        Template.AMENDMENT_CONCLUDED,
        Template.PAYOUT_MADE,
    }
)
"""What confirms something that is in force or done, and what people must have in writing: it does not wait for morning.

Everything else asks for something, or tells of an end: it waits until the quiet hours are over.
"""

NEWS = (
    CampaignStarted,
    ShortlistProposed,
    CreatorAssessed,
    PerformanceReportRequested,
    OfferMade,
    ContractDrafted,
    ContractSealed,
    AmendmentDrafted,
    AmendmentSealed,
    AmendmentLapsed,
    AmendmentDeclined,
    AmendmentWithdrawn,
    ChangesRequested,
    DraftApproved,
    PostNotVerified,
    PaymentOrdered,
    PayoutMade,
    PayoutReversed,
    TaskReminded,
    TaskEscalated,
    CollaborationEnded,
    RightsExpiring,
    RightsExpired,
    ExclusivityEnded,
)
"""The types of event that somebody may have to be told of; every other one is news to nobody."""


def notices(event: Event) -> Sequence[Notice]:
    """Whom to tell of an event; most events are news to nobody, since the person acted or the board shows them."""
    match event:
        case CampaignStarted():
            return [Notice(template=Template.CAMPAIGN_STARTED, audience=Audience.MANAGER)]
        case ShortlistProposed():
            return [Notice(template=Template.SHORTLIST_READY, audience=Audience.MANAGER)]
        case PerformanceReportRequested():
            return [Notice(template=Template.PERFORMANCE_REPORT, audience=Audience.CREATOR)]
        case CreatorAssessed() if event.task:
            return [Notice(template=Template.REVIEW_CREATOR, audience=Audience.MANAGER)]
        case OfferMade():
            return [Notice(template=Template.OFFER, audience=Audience.CREATOR)]
        case ContractDrafted():
            return [Notice(template=Template.CONTRACT_TO_SIGN, audience=Audience.CREATOR)]
        case ContractSealed():
            concluded = Notice(template=Template.CONTRACT_CONCLUDED, audience=Audience.CREATOR)
            copy = Notice(template=Template.CONTRACT_COPY, audience=Audience.LEGAL)
            return [concluded, copy] if event.to_legal else [concluded]
        case AmendmentDrafted():
            return _both(Template.AMENDMENT_TO_SIGN)
        case AmendmentSealed():
            return _both(Template.AMENDMENT_CONCLUDED)
        case AmendmentLapsed() | AmendmentDeclined() | AmendmentWithdrawn():
            return _both(Template.AMENDMENT_OVER)
        case ChangesRequested():
            return [Notice(template=Template.CHANGES_REQUESTED, audience=Audience.CREATOR)]
        case DraftApproved():
            return [Notice(template=Template.DRAFT_APPROVED, audience=Audience.CREATOR)]
        case PostNotVerified() if event.task:
            asked = Notice(template=Template.POST_TO_RESTORE, audience=Audience.CREATOR)
            return [asked, Notice(template=Template.POST_NOT_VERIFIED, audience=Audience.MANAGER)]
        case PaymentOrdered() if event.to_finance:
            return [Notice(template=Template.PAYMENT_ORDER, audience=Audience.FINANCE)]
        case PayoutMade():
            made = Notice(template=Template.PAYOUT_MADE, audience=Audience.CREATOR)
            order = Notice(template=Template.PAYMENT_ORDER, audience=Audience.FINANCE)
            return [made, order] if event.to_finance and event.ordered else [made]
        case PayoutReversed():
            decides = Audience.FINANCE if event.to_finance else Audience.MANAGER
            returned = Notice(template=Template.PAYMENT_RETURNED, audience=Audience.CREATOR)
            return [returned, Notice(template=Template.REVERSAL_TO_SETTLE, audience=decides)]
        case TaskReminded():
            audience = Audience(contact(event.assignee, escalated=event.escalated))
            return [Notice(template=Template.REMINDER, audience=audience)]
        case TaskEscalated():
            return [Notice(template=Template.ESCALATION, audience=Audience.ESCALATION)]
        case CollaborationEnded() if event.offered:
            return [Notice(template=Template.ENDED, audience=Audience.CREATOR)]
        case RightsExpiring():
            return [Notice(template=Template.RIGHTS_EXPIRING, audience=Audience.MANAGER)]
        case RightsExpired():
            return [Notice(template=Template.RIGHTS_EXPIRED, audience=Audience.MANAGER)]
        case ExclusivityEnded():
            return [Notice(template=Template.EXCLUSIVITY_ENDED, audience=Audience.CREATOR)]
        case _:
            return []


def _both(template: Template) -> Sequence[Notice]:
    return [Notice(template=template, audience=audience) for audience in (Audience.CREATOR, Audience.MANAGER)]


def quiet_until(at: datetime, calendar: Calendar) -> datetime | None:
    """Until when mail about what happened at `at` waits, if it can; None if it need not."""
    awake = calendar.waking(at)
    return awake if awake > at else None
