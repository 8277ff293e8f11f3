"""What happened, as people read it: one plain sentence for every event, made from its data alone.

A sentence holds roles, amounts, instants and counts, and nothing that a person typed: names, captions, addresses and
reasons stay in the event, where `quotation` finds the free text. On which facts a decision rests says `domain.grounds`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from domain import (
    amendments,
    content_approval,
    contract_signing,
    discovery,
    live_posts,
    negotiation,
    payouts,
    signature_service,
    verification,
)
from domain.campaign import CampaignCancelled, CampaignClosed, CampaignEvent
from domain.changes import clauses_of
from domain.checks import Verdict
from domain.collaboration import CollaborationCancelled, CollaborationEvent
from domain.commission import CommissionSettled
from domain.content_approval import (
    AutoApprovalBlocked,
    ChangesRequested,
    DeliverableMissed,
    DraftApproved,
    DraftSubmitted,
    PostPublished,
)
from domain.contract_signing import ContractConcluded, ContractDrafted, ContractLapsed, ContractSealed, ContractSigned
from domain.deadlines import OnExpiry, PassTime, Task, TaskEscalated, TaskExpired, TaskExtended, TaskReminded
from domain.decider import Authority, Event, Role
from domain.disclosure import Disclosure
from domain.discovery import NoCreatorsFound, OutreachCompleted, ShortlistApproved, ShortlistProposed, ShortlistRejected
from domain.goal_setting import CampaignStarted
from domain.live_posts import PostNotVerified, PostRestored, PostVerified, PostVouched
from domain.money import Money
from domain.monitoring import Metrics, MetricsMissing, MetricsRecorded, MetricsUnavailable, Unavailable
from domain.negotiation import OfferAccepted, OfferBlocked, OfferCountered, OfferDeclined, OfferMade
from domain.outcomes import CollaborationClosing, CollaborationEnded
from domain.payouts import (
    PaymentOrdered,
    PayoutMade,
    PayoutOverdue,
    PayoutPurpose,
    PayoutReversed,
    PayoutScheduled,
    ReversalSettled,
)
from domain.rights import ExclusivityEnded, RightsEvent, RightsExpired, RightsExpiring, RightsOpened
from domain.verification import (
    CollaborationOpened,
    CreatorApproved,
    CreatorAssessed,
    CreatorRejected,
    PerformanceReported,
    PerformanceReportMissing,
    PerformanceReportRequested,
)
from domain.work import Finding

UTC = ZoneInfo("UTC")

AnyEvent = CampaignEvent | CollaborationEvent | RightsEvent


class Basis(StrEnum):
    """What entitled whoever acted: a person's word, a policy of the brief, a deadline that passed; or it followed."""

    PERSON = "person"
    POLICY = "policy"
    TIMEOUT = "timeout"
    ENGINE = "engine"
    """Nobody had a choice: it followed from what had been decided before, or the engine reports what it did."""


def basis(event: Event, *, by: Role, command: str) -> Basis:
    """On which authority an event happened, that a command of this type by this role has caused."""
    return authority(getattr(event, "authority", None), by=by, command=command)


def authority(stated: str | None, *, by: Role, command: str) -> Basis:
    """The same, of an event that states `stated`; None of one that states nothing."""
    if stated is not None:
        return Basis(stated)
    if command == PassTime.__name__:
        return Basis.TIMEOUT
    return Basis.ENGINE if by is Role.ENGINE else Basis.PERSON


def tell(event: AnyEvent, zone: ZoneInfo = UTC) -> str:
    """The event in one sentence, without anything personal, its instants in a time zone.

    Total: an event type without a sentence is a type error.
    """
    match event:
        case CampaignStarted(brief=brief):
            fee_cap = amount(Money(amount=brief.fee_cap, currency=brief.budget.currency))
            return (
                f"The brief was accepted: {counted(brief.creators_wanted, 'creator')} wanted at no more than {fee_cap} "
                f"each, {amount(brief.budget)} in all."
            )
        case ShortlistProposed(shortlist=shortlist):
            found = f"{counted(shortlist.size, 'creator')} out of {event.considered:,} considered"
            return f"A shortlist of {found} was proposed; {_asked(event.task, zone)}."
        case NoCreatorsFound():
            return f"None of the {counted(event.considered, 'creator')} considered meets the criteria."
        case ShortlistApproved(drop=drop):
            return f"The shortlist was approved{' without ' + counted(len(drop), 'creator') if drop else ''}."
        case ShortlistRejected():
            return "The shortlist was rejected, so nobody is invited."
        case OutreachCompleted(invited=invited):
            return f"Outreach is complete: {counted(invited, 'collaboration')} came to an end."
        case CampaignClosed():
            return "The campaign was closed."
        case CampaignCancelled():
            return "The campaign was cancelled."
        case CollaborationOpened(rank=rank):
            return f"The creator in place {rank} of the shortlist was taken up."
        case CreatorAssessed(assessment=assessment, task=task):
            follows = f"so {_asked(task, zone)}" if task else _VERDICTS[assessment.verdict]
            return f"The creator's evidence scored {assessment.score:.2f}, {follows}."
        case PerformanceReportRequested(task=task):
            return f"Before that is decided, {_asked(task, zone)}."
        case PerformanceReported(report=report):
            proof = "a proof" if report.proof else "no proof"
            return f"The creator reported their own figures, with {proof}; the evidence is weighed anew."
        case PerformanceReportMissing():
            return "The creator did not report their own figures in time; they count as unknown."
        case CreatorApproved():
            return "The creator passed verification."
        case CreatorRejected():
            return "The creator did not pass verification."
        case OfferMade(offer=offer) | OfferCountered(offer=offer):
            offered = "offered" if offer.by is Role.BRAND else "asked for"
            fee = amount(offer.fee)
            return f"The {offer.by} {offered} {fee} (version {offer.version} of the offer); {_asked(event.task, zone)}."
        case OfferAccepted():
            return f"Version {event.version} of the offer was accepted: the fee is {amount(event.fee)}."
        case OfferBlocked():
            why = "the budget does not reach" if event.shortfall else "another campaign holds the creator"
            return f"The {event.by} could not {event.answer} version {event.version} of the offer: {why}."
        case OfferDeclined():
            return f"Version {event.version} of the offer was declined on the {event.by}'s side."
        case ContractDrafted(tasks=tasks):
            return f"The contract is ready; {' and '.join(_asked(task, zone) for task in tasks)}."
        case ContractSigned(role=role):
            return f"The {role} signed the contract."
        case ContractConcluded(tasks=tasks):
            return f"Both sides have signed, so the contract is in force; {_drafts(tasks, zone)}."
        case ContractSealed():
            return "The contract was sealed, with the record of its signatures."
        case signature_service.SignaturesRequested():
            return "The document is at the signature service, which asks both sides to sign it."
        case signature_service.ContractDeclined(role=role):
            return f"The {role} declined to sign the contract."
        case ContractLapsed(role=role):
            return f"The contract lapsed: the {role} did not sign in time."
        case amendments.AmendmentProposed(proposal=proposal):
            subject = " and ".join(_plain(clause) for clause in clauses_of(proposal.after))
            return f"The {proposal.by} proposed amendment {proposal.number} to the contract, on {subject}."
        case amendments.AmendmentDrafted(tasks=tasks):
            return f"Amendment {event.number} is ready; {' and '.join(_asked(task, zone) for task in tasks)}."
        case amendments.AmendmentSigned(role=role):
            return f"The {role} signed amendment {event.number}."
        case amendments.AmendmentConcluded(changes=changes):
            fee = f"; the fee is {amount(changes.fee)} now" if changes.fee else ""
            return f"Both sides have signed amendment {event.number}, so it is in force{fee}."
        case amendments.AmendmentSealed():
            return f"Amendment {event.number} was sealed, with the record of its signatures."
        case amendments.AmendmentLapsed(role=role):
            return f"Amendment {event.number} lapsed: the {role} did not sign in time, and the contract stays as it is."
        case amendments.AmendmentDeclined(by=by):
            return f"The {by} declined amendment {event.number}: the contract stays as it is."
        case amendments.AmendmentWithdrawn(by=by):
            return f"The {by} withdrew amendment {event.number}: the contract stays as it is."
        case DraftSubmitted():
            gate = _gate(event.disclosure)
            return f"{_draft(event.deliverable, event.version)} was submitted and {gate}; {_asked(event.task, zone)}."
        case ChangesRequested(deliverable=number, version=version):
            return f"Changes to draft {version} of deliverable {number} were requested; {_asked(event.task, zone)}."
        case AutoApprovalBlocked():
            draft = _draft(event.deliverable, event.version)
            return f"{draft} was not approved by silence, because it does not disclose the partnership."
        case DraftApproved():
            return f"{_draft(event.deliverable, event.version)} was approved; {_asked(event.task, zone)}."
        case PostPublished(deliverable=number, disclosure=disclosed):
            follows = f"; {_asked(event.task, zone)}" if event.task else ""
            seen = "it is looked for" if event.source else "no service can look at it"
            return f"Deliverable {number} was published and {_gate(disclosed)}, as the creator says; {seen}{follows}."
        case PostVerified():
            return f"The post of deliverable {event.deliverable} was found and {_gate(event.disclosure)}."
        case PostNotVerified(deliverable=number):
            follows = f"; {_asked(event.task, zone)}" if event.task else ""
            return f"The post of deliverable {number} was not verified: {_NOT_VERIFIED[event.finding]}{follows}."
        case PostRestored():
            return f"The creator says that the post of deliverable {event.deliverable} is restored; we look again."
        case PostVouched():
            return f"The brand has seen the post of deliverable {event.deliverable} and vouches for it."
        case DeliverableMissed():
            step = wanted(content_approval.content_task(event.step, event.deliverable))
            return f"Deliverable {event.deliverable} was missed: the creator did not {step} in time."
        case MetricsRecorded():
            read = "read from the platform" if event.metrics.source else "recorded"
            return f"Figures of deliverable {event.deliverable} were {read}: {_figures(event.metrics)}."
        case MetricsUnavailable(deliverable=number):
            follows = f"; {_asked(event.task, zone)}" if event.task else ""
            return f"The platform gave no figures of deliverable {number}: {_UNAVAILABLE[event.cause]}{follows}."
        case MetricsMissing():
            return f"Nobody reported the figures of deliverable {event.deliverable} in time; they count as unknown."
        case PayoutScheduled(payout=payout):
            return f"{_PURPOSES[payout.purpose]} of {amount(payout.amount)} is owed to the creator."
        case CommissionSettled(orders=orders, ratio=ratio):
            sales = Money(amount=event.revenue, currency=event.amount.currency)
            on = f"{ratio:.1%} of {amount(sales)} in {counted(orders, 'order')}"
            return f"The commission was settled: {on}, at most the cap, is {amount(event.amount)}."
        case PayoutMade():
            return f"{amount(event.amount)} was paid to the creator."
        case PaymentOrdered(task=task):
            return f"A transfer of {amount(event.amount)} to the creator was ordered; {_asked(task, zone)}."
        case PayoutReversed(task=task):
            return f"{amount(event.amount)} of what was paid to the creator came back; {_asked(task, zone)}."
        case ReversalSettled(paid_again=paid_again):
            follows = "is paid again" if paid_again else "is not paid again and returns to the budget"
            return f"The {amount(event.amount)} that came back {follows}."
        case PayoutOverdue(task=task):
            return f"Money is still owed to the creator, so {_asked(task, zone)}."
        case CollaborationCancelled():
            return "The collaboration was cancelled."
        case CollaborationClosing(closing=closing):
            return f"The collaboration is closing ({_plain(closing.outcome)}): it ends once what is owed is paid."
        case CollaborationEnded(outcome=outcome):
            return f"The collaboration ended: {_plain(outcome)}."
        case TaskReminded():
            asked = f"The {event.assignee} was reminded to {wanted(event.task)}"
            return f"{asked} by {moment(event.due_at, zone)}."
        case TaskExtended():
            return f"The {event.assignee} has more time to {wanted(event.task)}: until {moment(event.due_at, zone)}."
        case TaskEscalated():
            another = f"A second person on the {event.assignee}'s side is asked to {wanted(event.task)}"
            return f"{another}, until {moment(event.due_at, zone)}."
        case TaskExpired():
            silence = "approval" if event.answer is OnExpiry.APPROVE else "refusal"
            return f"The {event.assignee}'s time to {wanted(event.task)} is up; silence counts as {silence}."
        case RightsOpened():
            return f"After the collaboration, {' and '.join(_left(event, zone))}."
        case RightsExpiring():
            return f"The right to use {_posts(event.deliverables)} ends soon: on {moment(event.expires_at, zone)}."
        case RightsExpired():
            return f"The right to use {_posts(event.deliverables)} has ended."
        case ExclusivityEnded():
            early = f"early, it was agreed until {moment(event.agreed_until, zone)}"
            how = early if event.authority is Authority.PERSON else "as it was agreed"
            return f"The creator is free to work for others again: exclusivity has ended {how}."
        case _:
            assert_never(event)


def quotation(event: AnyEvent) -> str | None:
    """The free text that goes with an event: a reason, a message, feedback, a note. It may hold personal data.

    None if there is none. Captions and addresses are content, not words about the decision: they stay in the event.
    """
    match event:
        case OfferMade(offer=offer) | OfferCountered(offer=offer):
            return offer.message or None
        case amendments.AmendmentProposed(proposal=proposal):
            return proposal.reason or None
        case CollaborationClosing(closing=closing):
            return closing.reason or None
        case _:
            names = ("reason", "feedback", "note")
            return next((text for name in names if (text := getattr(event, name, None))), None)


def amount(money: Money) -> str:
    """`USD 1,250.00`: the code first, since several dollars exist, with the decimals that the currency is used with."""
    return f"{money.currency} {Decimal(money.amount).scaleb(-decimals(money.currency)):,f}"


def decimals(currency: str) -> int:
    """How many digits of an amount in minor units come after the point, by the Unicode CLDR's table."""
    return next((digits for digits, codes in _DECIMALS.items() if currency in codes), 2)


_DECIMALS: dict[int, str] = {
    0: "ADP AFN ALL BIF BYR CLP DJF ESP GNF IQD IRR ISK ITL JPY KMF KPW KRW LAK LBP LUF MGA MGF MMK MRO PYG RSD RWF "
    "SLL SOS STD SYP TMM TRL UGX UYI VND VUV XAF XOF XPF YER ZMK ZWD",
    3: "BHD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""The currencies with another number of decimals than two, by that number (CLDR supplemental data, fractions)."""


def moment(at: datetime, zone: ZoneInfo = UTC) -> str:
    """`2026-11-02 10:00 Europe/Berlin`: an instant by the clocks of a time zone."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def counted(count: int, one: str) -> str:
    """`1 creator`, `1,200 creators`."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def wanted(task: str) -> str:
    """What a task of this name asks somebody to do: `review the draft of deliverable 2` for `review_draft/2`."""
    step, _, of = task.partition("/")
    return _WANTED[step].format(of=of) if step in _WANTED else step.replace("_", " ")


_WANTED: dict[str, str] = {
    discovery.APPROVE_SHORTLIST: "approve the shortlist",
    verification.VERIFY_CREATOR: "judge the creator's evidence",
    verification.REPORT_PERFORMANCE: "report their own figures",
    negotiation.ANSWER_OFFER: "answer the offer",
    negotiation.ANSWER_COUNTER_OFFER: "answer the counter-offer",
    contract_signing.signing_task(Role.BRAND).partition("/")[0]: "sign the contract",
    amendments.SIGN_AMENDMENT: "sign the amendment",
    payouts.CONFIRM_PAYMENT: "say that the {of} payment was made",
    payouts.SETTLE_REVERSAL: "decide whether the {of} payment that came back is paid again",
    content_approval.SUBMIT_DRAFT: "submit a draft of deliverable {of}",
    content_approval.REVIEW_DRAFT: "review the draft of deliverable {of}",
    content_approval.PUBLISH: "publish deliverable {of}",
    content_approval.REPORT_METRICS: "report the figures of deliverable {of}",
    live_posts.RESTORE_POST: "restore the post of deliverable {of}",
}
_NOT_VERIFIED: dict[Finding, str] = {
    Finding.MISSING: "it is not where it was published",
    Finding.UNDISCLOSED: "its caption does not disclose the partnership",
    Finding.UNREACHABLE: "the service could not be reached, and the creator's word stands until it can",
    Finding.UNKNOWN: "the service cannot see it, and the creator's word stands",
}
_UNAVAILABLE: dict[Unavailable, str] = {
    Unavailable.NOT_YET: "there are none yet",
    Unavailable.NOT_GIVEN: "it does not show them",
    Unavailable.UNREACHABLE: "it could not be reached",
}
_VERDICTS: dict[Verdict, str] = {
    Verdict.PASS: "which passes",
    Verdict.REVIEW: "which is doubtful",
    Verdict.FAIL: "which fails",
}
_PURPOSES: dict[PayoutPurpose, str] = {
    PayoutPurpose.UPFRONT: "The upfront payment",
    PayoutPurpose.BALANCE: "The balance",
    PayoutPurpose.KILL_FEE: "The kill fee",
    PayoutPurpose.COMMISSION: "The commission",
}


def _asked(task: Task, zone: ZoneInfo) -> str:
    return f"the {task.assignee} is asked to {wanted(task.name)} by {moment(task.due_at, zone)}"


def _drafts(tasks: Sequence[Task], zone: ZoneInfo) -> str:
    first = min(tasks, key=lambda task: task.due_at)
    return f"{counted(len(tasks), 'draft')} expected, the first by {moment(first.due_at, zone)}"


def _draft(deliverable: int, version: int) -> str:
    return f"Draft {version} of deliverable {deliverable}"


def _gate(disclosure: Disclosure) -> str:
    return "discloses the partnership" if disclosure.passed else "does not disclose the partnership"


def _left(event: RightsOpened, zone: ZoneInfo) -> Iterator[str]:
    if event.usages:
        last = max(usage.expires_at for usage in event.usages)
        yield f"the brand may use {counted(len(event.usages), 'post')} until {moment(last, zone)}"
    if event.exclusive:
        yield f"the creator's exclusivity goes on until {moment(event.exclusive.until, zone)}"


def _posts(deliverables: Sequence[int]) -> str:
    return " and ".join(f"deliverable {number}" for number in deliverables)


def _figures(metrics: Metrics) -> str:
    known = [
        f"{name} {value:,}"
        for name in Metrics.model_fields
        if name not in ("taken_at", "revenue", "source") and (value := getattr(metrics, name)) is not None
    ]
    if metrics.revenue is not None:
        known.append(f"revenue {metrics.revenue:,} (minor units)")
    return ", ".join(known) or "none is known"


def _plain(word: str) -> str:
    return word.replace("_", " ")
