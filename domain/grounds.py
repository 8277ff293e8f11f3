"""On which facts an event rests: the deadline that passed, the offer and its limits, the evidence, the rule.

An event holds what was decided; much of what spoke for it is in the state before. Facts of how the brand chooses,
negotiates and budgets are marked, so that they can be kept from the creator.
"""

from collections.abc import Iterator
from typing import assert_never
from zoneinfo import ZoneInfo

from domain import amendments, signature_service
from domain.campaign import Campaign, CampaignCancelled, CampaignClosed, CampaignEvent
from domain.checks import Assessment
from domain.collaboration import Collaboration, CollaborationCancelled, CollaborationEvent
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
from domain.deadlines import (
    OnExpiry,
    Task,
    TaskEscalated,
    TaskEvent,
    TaskExpired,
    TaskExtended,
    TaskReminded,
    Tasks,
)
from domain.decider import Authority
from domain.disclosure import Disclosure
from domain.discovery import NoCreatorsFound, OutreachCompleted, ShortlistApproved, ShortlistProposed, ShortlistRejected
from domain.durations import BusinessTime
from domain.goal_setting import CampaignStarted
from domain.live_posts import PostNotVerified, PostRestored, PostVerified, PostVouched
from domain.money import Money
from domain.monitoring import MetricsMissing, MetricsRecorded, MetricsUnavailable
from domain.narrative import amount, counted, moment
from domain.negotiation import OfferAccepted, OfferBlocked, OfferCountered, OfferDeclined, OfferMade
from domain.offers import Offer
from domain.outcomes import CollaborationClosing, CollaborationEnded
from domain.payouts import (
    PaymentOrdered,
    Payout,
    PayoutMade,
    PayoutOverdue,
    PayoutPurpose,
    PayoutReversed,
    PayoutScheduled,
    ReversalSettled,
)
from domain.values import Value
from domain.verification import (
    CollaborationOpened,
    CreatorApproved,
    CreatorAssessed,
    CreatorRejected,
    PerformanceReported,
    PerformanceReportMissing,
    PerformanceReportRequested,
)


class Ground(Value):
    """One fact in words. `brands_own` ones tell of the brand's limits and policies: creators are not shown them."""

    fact: str
    brands_own: bool = False


def _shared(fact: str) -> Ground:
    return Ground(fact=fact)


def _own(fact: str) -> Ground:
    return Ground(fact=fact, brands_own=True)


def campaign_grounds(event: CampaignEvent, before: Campaign, lapsed: Task | None) -> Iterator[Ground]:
    """What an event rests on: the campaign before it, and the task that expired last, as it was then."""
    zone = before.calendar.zone
    match event:
        case CampaignStarted(brief=brief):
            window = brief.posting_window
            yield _own(f"posts may appear from {window.opens} to {window.closes}")
            yield _own(f"{counted(len(brief.formats), 'deliverable')} from each creator")
            yield _own(_calendar(event))
        case ShortlistProposed():
            yield _own(f"the list is kept under the digest {event.shortlist.digest}")
            yield _silence(event.task)
        case NoCreatorsFound():
            criteria = before.agreed_brief.criteria
            yield _own(
                f"wanted are accounts on {criteria.platform} with {criteria.followers_min:,} to "
                f"{criteria.followers_max:,} followers"
            )
        case ShortlistApproved(authority=authority) | ShortlistRejected(authority=authority):
            if authority is Authority.TIMEOUT:
                yield from _deadline(lapsed, zone)
            if before.shortlist is not None:
                yield _own(f"{counted(before.shortlist.size, 'creator')} on the list")
        case CampaignClosed(authority=authority):
            if authority is Authority.POLICY:
                yield _own("every collaboration has ended")
        case TaskReminded() | TaskExtended() | TaskEscalated() | TaskExpired():
            yield from _clock(event, before.tasks, zone)
        case OutreachCompleted() | CampaignCancelled():
            return
        case _:
            assert_never(event)


def collaboration_grounds(event: CollaborationEvent, before: Collaboration, lapsed: Task | None) -> Iterator[Ground]:
    """What an event rests on: the collaboration before it, and the task that expired last, as it was then."""
    zone = before.calendar.zone
    match event:
        case CollaborationOpened(assignment=assignment):
            yield _own(f"the opening fee is {_money(assignment.opening_fee, assignment.currency)}")
            yield _own(f"the cap is {_money(assignment.fee_cap, assignment.currency)}")
        case CreatorAssessed(assessment=assessment):
            yield from _evidence(assessment)
        case CreatorApproved(authority=authority) | CreatorRejected(authority=authority):
            if authority is Authority.TIMEOUT:
                yield from _deadline(lapsed, zone)
            if before.assessment is not None:
                yield _own(_score(before.assessment))
        case OfferMade() | OfferCountered():
            yield from _offer(event, before)
        case OfferAccepted():
            yield from _acceptance(event, before, lapsed)
        case OfferBlocked():
            yield from _block(event, before)
        case OfferDeclined(authority=authority):
            if authority is Authority.TIMEOUT:
                yield from _deadline(lapsed, zone)
            if before.offer is not None:
                yield _shared(f"the answer is to {_on_the_table(before.offer)}")
        case ContractDrafted(document=document):
            yield _shared(f"the document is {document}")
            if before.fee is not None:
                yield _shared(f"the agreed fee is {amount(before.fee)}")
        case amendments.AmendmentProposed():
            yield from _amendment(event, before)
        case amendments.AmendmentDrafted(document=document, contract=contract):
            yield _shared(f"the document is {document}, and amends the contract {contract}")
        case ContractSigned(signature=signature) | amendments.AmendmentSigned(signature=signature):
            yield _shared(f"the signature is for the document {signature.document}")
        case ContractConcluded():
            for role, signature in before.signatures.items():
                yield _shared(f"the {role} signed on {moment(signature.signed_at, zone)}")
        case ContractSealed() | amendments.AmendmentSealed():
            yield _shared(f"the signed document is {event.document}")
            yield _shared(f"the sealed file is {event.sealed}")
        case PerformanceReported(report=report):
            yield _shared(f"stated are {', '.join(report.stated).replace('_', ' ')}")
        case PerformanceReportRequested():
            return
        case amendments.AmendmentConcluded():
            for role, signature in before.amendments[-1].signatures.items():
                yield _shared(f"the {role} signed on {moment(signature.signed_at, zone)}")
        case signature_service.SignaturesRequested(document=document, submission=submission):
            yield _shared(f"the document is {document}, and the service calls its request {submission}")
        case signature_service.ContractDeclined():
            yield _shared(f"the document is {before.document}")
        case amendments.AmendmentDeclined() | amendments.AmendmentWithdrawn():
            yield _shared(f"it was proposed by the {before.amendments[-1].proposal.by}")
        case amendments.AmendmentLapsed():
            yield from _deadline(lapsed, zone)
        case ContractLapsed() | DeliverableMissed() | MetricsMissing() | PerformanceReportMissing():
            yield from _deadline(lapsed, zone)
        case (
            DraftSubmitted(disclosure=disclosure)
            | PostPublished(disclosure=disclosure)
            | PostVouched(disclosure=disclosure)
        ):
            yield from _disclosure(disclosure)
        case ChangesRequested() | AutoApprovalBlocked() | DraftApproved():
            yield from _review(event, before, lapsed)
        case PostVerified(disclosure=disclosure) | PostNotVerified(disclosure=disclosure):
            yield _shared(f"{event.source} was asked on {moment(event.checked_at, zone)}")
            if disclosure is not None:
                yield from _disclosure(disclosure)
        case PostRestored() | MetricsUnavailable():
            return
        case MetricsRecorded(metrics=metrics):
            if metrics.taken_at is not None:
                yield _shared(f"the figures were taken on {moment(metrics.taken_at, zone)}")
        case CommissionSettled(cap=cap):
            most = _money(cap, event.amount.currency)
            yield _shared(f"the contract pays {event.ratio:.1%} of tracked sales after refunds, at most {most}")
        case PayoutScheduled(payout=payout):
            yield _shared(_entitlement(payout, before))
        case PayoutMade():
            yield _shared(f"the transfer's reference is {event.reference}")
            if event.paid_on is not None:
                yield _shared(f"finance says that it was paid on {event.paid_on}")
            if event.proof is not None:
                yield _own(f"the proof is the file {event.proof}")
        case PaymentOrdered():
            yield _shared(f"the payment order is {event.reference}")
        case PayoutReversed(reason=reason):
            yield _shared(f"the payment service calls it {reason.replace('_', ' ')}")
        case ReversalSettled() | PayoutOverdue():
            return
        case CollaborationCancelled():
            yield _shared(f"it was in stage {before.stage.label.lower()}")
        case CollaborationClosing():
            owed = sum(payout.amount.amount for payout in before.owed)
            yield _shared(f"{_money(owed, before.agreed.currency)} is still owed to the creator")
        case CollaborationEnded():
            released = event.released_reserved + event.released_committed
            if released:
                yield _own(f"{_money(released, before.agreed.currency)} returns to the budget")
        case TaskReminded() | TaskExtended() | TaskEscalated() | TaskExpired():
            yield from _clock(event, before.tasks, zone)
        case _:
            assert_never(event)


def _amendment(event: amendments.AmendmentProposed, before: Collaboration) -> Iterator[Ground]:
    if before.document is not None:
        yield _shared(f"the contract in force is {before.document}")
    asked = event.proposal.after.fee
    if asked is not None and before.fee is not None:
        yield _shared(f"the fee of {amount(before.fee)} is to be {amount(asked)}")
        yield _own(f"the cap is {_money(before.agreed.fee_cap, before.agreed.currency)}")


def _clock(event: TaskEvent, tasks: Tasks, zone: ZoneInfo) -> Iterator[Ground]:
    task = tasks.get(event.task)
    if task is None:
        return
    if isinstance(event, TaskReminded):
        yield _shared(f"it was asked on {moment(task.opened_at, zone)}")
        return
    if isinstance(event, TaskExtended) and event.authority is Authority.PERSON:
        yield _shared(f"the deadline was {moment(task.due_at, zone)}, and a step is extended once")
        return
    yield from _deadline(task, zone)
    if isinstance(event, TaskExpired):
        if task.extended or task.escalated:
            yield _shared(f"the time had been {'extended' if task.extended else 'escalated'} before")
        yield _silence(task)
    else:
        yield _own(f"the policy gives {_more(task)} more, once")


def _deadline(task: Task | None, zone: ZoneInfo) -> Iterator[Ground]:
    if task is not None:
        yield _shared(f"the deadline of {moment(task.due_at, zone)} passed without an answer from the {task.assignee}")


def _calendar(event: CampaignStarted) -> str:
    calendar, holidays = event.calendar, event.holidays
    if holidays is None:
        return f"deadlines are counted in the time zone {calendar.time_zone}, without public holidays"
    country = "-".join(filter(None, (holidays.country, holidays.subdivision)))
    found = f"{counted(len(holidays.days), 'public holiday')} of {country} until {holidays.last} ({holidays.source})"
    return f"deadlines are counted in the time zone {calendar.time_zone}, with {found}"


def _silence(task: Task) -> Ground:
    policy = task.policy
    once = {OnExpiry.EXTEND: "more time once, then ", OnExpiry.ESCALATE: "a second person once, then "}
    final = policy.then if policy.on_expiry in once else policy.on_expiry
    meaning = "approval" if final is OnExpiry.APPROVE else "refusal"
    return _own(f"the policy for silence: {once.get(policy.on_expiry, '')}{meaning}")


def _more(task: Task) -> str:
    extend_by = task.policy.extend_by
    return str(extend_by) if isinstance(extend_by, BusinessTime) else f"{extend_by.total_seconds() / 3_600:g} h"


def _evidence(assessment: Assessment) -> Iterator[Ground]:
    yield _own(_score(assessment))
    for one in assessment.evidence:
        yield _own(f"{one.check}: {one.score:.2f} at weight {one.weight:g}, {one.because}")
    yield _own(f"the formula is {assessment.formula_version}")


def _score(assessment: Assessment) -> str:
    signals = ", ".join(signal.replace("_", " ") for signal in assessment.signals)
    return f"the evidence scored {assessment.score:.2f} with {f'these signals: {signals}' if signals else 'no signals'}"


def _offer(event: OfferMade | OfferCountered, before: Collaboration) -> Iterator[Ground]:
    terms, currency = before.agreed, before.agreed.currency
    if before.offer is not None:
        yield _shared(f"it answers {_on_the_table(before.offer)}")
    if isinstance(event, OfferCountered):
        allowed = terms.policies.negotiation.rounds
        yield _own(f"it is counter-offer {before.counter_offers + 1} of {allowed} that the policy allows")
        return
    if before.offer is None:
        opening = terms.policies.negotiation.opening
        yield _own(f"the policy opens at {opening:g} x of the fair price, within the cap")
        if (quoted := terms.quote) is not None:
            fair = _money(quoted.fee, currency)
            yield _own(f"the fair price is {fair} by benchmarks {quoted.benchmarks}, for {quoted.of}")
    concession = terms.policies.negotiation.concession
    if event.authority is Authority.POLICY and concession is not None:
        nth = before.conceded + 1
        yield _own(f"it is offer {nth} of at most {concession.rounds} with which the policy moves towards the cap")
    yield _own(f"the cap is {_money(terms.fee_cap, currency)}")
    yield _own(f"{_money(before.reserved + event.reserved, currency)} of the budget is reserved for it")


def _block(event: OfferBlocked, before: Collaboration) -> Iterator[Ground]:
    currency = before.agreed.currency
    if (short := event.shortfall) is not None:
        yield _own(
            f"{_money(short.needed, currency)} more was needed, and {_money(short.available, currency)} of the budget "
            f"of {_money(short.budget, currency)} is left"
        )
    if (held := event.held) is not None:
        yield _own(f"campaign {held.campaign} holds the creator in the {held.scope} {held.name} until {held.until}")


def _acceptance(event: OfferAccepted, before: Collaboration, lapsed: Task | None) -> Iterator[Ground]:
    zone, terms = before.calendar.zone, before.agreed
    cap, fee = f"the cap {_money(terms.fee_cap, terms.currency)}", amount(event.fee)
    match event.authority:
        case Authority.POLICY:
            last = _money(before.reserved, terms.currency)
            times = f"{terms.policies.negotiation.accept_up_to:g} x of the last offer {last}"
            yield _own(f"the counter-offer of {fee} is within {times} and {cap}")
        case Authority.TIMEOUT:
            yield from _deadline(lapsed, zone)
            yield _own(f"the policy accepts a counter-offer that nobody answers, and {fee} is within {cap}")
        case Authority.PERSON:
            if before.offer is not None:
                yield _shared(f"the answer is to {_on_the_table(before.offer)}")
            yield _own(f"{fee} is within {cap}")
        case _:
            assert_never(event.authority)


def _on_the_table(offer: Offer) -> str:
    return f"the {offer.by}'s version {offer.version} of {amount(offer.fee)}"


def _review(
    event: ChangesRequested | AutoApprovalBlocked | DraftApproved, before: Collaboration, lapsed: Task | None
) -> Iterator[Ground]:
    work = before.works[event.deliverable]
    if isinstance(event, AutoApprovalBlocked) or event.authority is not Authority.PERSON:
        yield from _deadline(lapsed, before.calendar.zone)
    if isinstance(event, DraftApproved) and event.authority is Authority.TIMEOUT:
        yield _own("the policy approves a draft that nobody answers, if it discloses the partnership")
    if work.disclosure is not None and not (
        isinstance(event, ChangesRequested) and event.authority is Authority.PERSON
    ):
        yield from _disclosure(work.disclosure)
    if isinstance(event, ChangesRequested):
        yield _shared(f"it is round {work.rounds + 1} of {before.agreed.policies.rounds_of_changes} that are agreed")


def _disclosure(disclosure: Disclosure) -> Iterator[Ground]:
    yield _shared(f"disclosure rule {disclosure.rule} ({disclosure.jurisdiction}): {disclosure.why}")
    yield _shared(f"the rule's source is {disclosure.source}")


def _entitlement(payout: Payout, before: Collaboration) -> str:
    fee = amount(before.fee) if before.fee is not None else "the fee"
    match payout.purpose:
        case PayoutPurpose.UPFRONT:
            return f"{before.agreed.terms.upfront:.0%} of the fee of {fee} is due when both sides have signed"
        case PayoutPurpose.BALANCE:
            return f"the rest of the fee of {fee} is due when every post is live and disclosed"
        case PayoutPurpose.KILL_FEE:
            scheduled = sum(each.amount.amount for each in before.payouts.values())
            already = _money(scheduled, before.agreed.currency)
            return f"the contract's clause on cancellation, on the fee of {fee} with {already} scheduled before"
        case PayoutPurpose.COMMISSION:
            return "the contract's commission on what the creator's links and codes have sold, after refunds"
        case _:
            assert_never(payout.purpose)


def _money(minor: int, currency: str) -> str:
    return amount(Money(amount=minor, currency=currency))
