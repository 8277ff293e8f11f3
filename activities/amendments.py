"""Amendments as documents: the difference against the contract in force as a PDF, sealed once both have signed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field
from temporalio import activity

from activities import wording
from activities.paperwork import Facts, Paperwork, Part, RenderedContract, SealedContract, Sealing, up_to
from activities.signature_record import SERVICES, render_amendment_record
from activities.typesetting import typeset
from domain import collaboration as collaborations
from domain.amendments import Amendment, AmendmentConcluded, AmendmentProposed, AmendmentStatus
from domain.assignment import Assignment
from domain.brief import Brief, PostingWindow
from domain.changes import Changes, amended
from domain.clauses import Deliverable, UsageRights
from domain.collaboration import Collaboration
from domain.contract_signing import ContractConcluded
from domain.creators import Creator
from domain.decider import Event
from domain.events import Envelope
from domain.money import Money
from domain.payouts import PayoutPurpose
from domain.values import Line, Value


class AmendmentRequest(Value):
    """Which amendment of which collaboration, by the name of its stream."""

    stream: Line
    number: int = Field(ge=1)


class Amendments:
    """Renders amendments and seals them."""

    def __init__(self, paperwork: Paperwork) -> None:
        self._paperwork = paperwork

    @activity.defn
    async def render_amendment(self, request: AmendmentRequest) -> RenderedContract:
        """Render and store an amendment as it was proposed, as `Paperwork.render`.

        `NotFound` (no such collaboration, proposal or creator) is not retried.
        """
        return await self._paperwork.render(request.stream, _part(request, AmendmentProposed), _rendered)

    @activity.defn
    async def seal_amendment(self, request: AmendmentRequest) -> SealedContract:
        """Seal the concluded amendment with the record of its signatures, as `Paperwork.seal`.

        `NotFound` (no such collaboration, or the amendment is not concluded) is not retried.
        """
        return await self._paperwork.seal(request.stream, _part(request, AmendmentConcluded), _signed)


def _part(request: AmendmentRequest, kind: type[Event]) -> Part:
    what = f"amendment {request.number}, {kind.__name__}, of"
    return up_to(request.stream, what, lambda event: isinstance(event, kind) and _number(event) == request.number)


def _number(event: Any) -> int:
    number: int = event.proposal.number if isinstance(event, AmendmentProposed) else event.number
    return number


def _rendered(facts: Facts) -> tuple[bytes, int]:
    state = facts.collaboration
    paper = Paper(
        collaboration=state,
        amendment=state.amendments[-1],
        brief=facts.brief,
        creator=facts.creator,
        proposed_at=facts.at,
        concluded_at=_concluded_at(facts.events),
    )
    return render(paper)


def _signed(facts: Facts) -> Sealing:
    state, amendment = facts.collaboration, facts.collaboration.amendments[-1]
    assert amendment.document is not None, "a concluded amendment is a document"
    record = render_amendment_record(facts.events, amendment, facts.brief, facts.creator)
    return Sealing(
        amendment.document, record, f"Amendment {amendment.number} to contract {state.id}, signed by both sides"
    )


def _concluded_at(events: Sequence[Envelope]) -> datetime:
    """When the contract came into force, which every amendment follows."""
    decoded = ((envelope, collaborations.EVENTS.decode(envelope)) for envelope in events)
    return next(each.metadata.decided_at for each, event in decoded if isinstance(event, ContractConcluded))


@dataclass(frozen=True)
class Paper:
    """Everything that an amendment says, of the collaboration as it was when it was proposed."""

    collaboration: Collaboration
    amendment: Amendment
    brief: Brief
    creator: Creator
    proposed_at: datetime
    concluded_at: datetime
    """When the contract came into force."""


def render(paper: Paper) -> tuple[bytes, int]:
    """The amendment as PDF with its number of pages. Deterministic: every date in it is a fact of the record."""
    return typeset("amendment", particulars(paper), paper.proposed_at)


HOW = (
    'Each party signs electronically, by typing its name and declaring: "I have read this document and agree to be '
    'bound by it." The record of each signature holds the typed name, the time, and the SHA-256 checksum of exactly '
    "this document. A changed document has another checksum, and no signature."
)
"""How an amendment is signed, in its own words."""

HOW_AT_SERVICE = (
    "Each party signs electronically at {service}, on the sheet behind this document, which names its SHA-256 "
    "checksum. {service} keeps the record of the signatures. A changed document has another checksum, and no signature."
)
"""The same where a service has the signatures."""


def particulars(paper: Paper) -> dict[str, Any]:
    """What the template needs, in words. All of it is data to the template: nothing in it is ever read as markup."""
    state, brief, profile, proposal = paper.collaboration, paper.brief, paper.creator.profile, paper.amendment.proposal
    on = paper.proposed_at.astimezone(brief.zone)
    return {
        "reference": state.id,
        "number": proposal.number,
        "dated_parts": [on.year, on.month, on.day],
        "proposed": wording.moment(paper.proposed_at, brief.zone),
        "concluded": wording.moment(paper.concluded_at, brief.zone),
        "by": proposal.by.value.capitalize(),
        "reason": proposal.reason,
        "contract": state.document,
        "earlier": _earlier(state),
        "brand": wording.one_line(brief.brand),
        "brand_contact": brief.contacts.manager,
        "product": wording.one_line(brief.product),
        "creator": wording.one_line(profile.name),
        "account": f"@{profile.handle} on {wording.PLATFORMS[profile.platform]}",
        "creator_contact": profile.email,
        "changes": list(changes_in_words(proposal.before, proposal.after, state.agreed)),
        "follows": list(_consequences(proposal.after, state)),
        "how": _how(state),
    }


def _how(state: Collaboration) -> str:
    service = SERVICES.get(state.agreed.terms.signature)
    return HOW if service is None else HOW_AT_SERVICE.format(service=service)


def _earlier(state: Collaboration) -> str | None:
    numbers = [str(one.number) for one in state.amendments if one.status is AmendmentStatus.CONCLUDED]
    return f"{'amendment' if len(numbers) == 1 else 'amendments'} {wording.listed(numbers)}" if numbers else None


CLAUSES: Mapping[str, tuple[str, str]] = {
    "fee": ("1. Payment", "Fee"),
    "deliverables": ("3. Deliverables", "What is made"),
    "draft_within": ("4. Deadlines", "Time for a draft"),
    "publish_within": ("4. Deadlines", "Time to publish"),
    "metrics_within": ("4. Deadlines", "Time to report figures"),
    "posting_window": ("4. Deadlines", "Posts appear"),
    "usage_rights": ("7. Usage rights", "What the brand may do"),
    "exclusivity_days": ("8. Exclusivity", "After the last day for posts"),
}
"""Each change by the clause of the contract that it is in, and what it is called there."""


def changes_in_words(before: Changes, after: Changes, agreed: Assignment) -> Iterator[dict[str, Any]]:
    """Old and new text of every change, in the contract's order."""
    then = amended(agreed, after)
    for name, (clause, what) in CLAUSES.items():
        if name in after.stated:
            words = WORDS[name]
            yield {
                "clause": clause,
                "what": what,
                "before": words(before.stated[name], agreed),
                "after": words(after.stated[name], then),
            }


def _money(fee: Money, _: Assignment) -> list[str]:
    return [wording.money(fee)]


def _deliverables(listed: Sequence[Deliverable], _: Assignment) -> list[str]:
    return [f"{each.number}. {wording.FORMATS[each.format][0]}" for each in listed]


def _span(within: Any, _: Assignment) -> list[str]:
    return [wording.span(within)]


def _window(window: PostingWindow, _: Assignment) -> list[str]:
    return [f"{wording.day(window.opens)} to {wording.day(window.closes)}"]


def _rights(rights: UsageRights, _: Assignment) -> list[str]:
    if not rights.months and not rights.perpetual:
        return ["Sharing and linking to the posts only"]
    span = "without an end" if rights.perpetual else wording.counted(rights.months, "month") + " from publication"
    lines = [
        wording.listed(rights.channels),
        f"territory: {rights.territory}",
        span,
        "paid advertising included" if rights.paid else "no paid advertising",
    ]
    if rights.whitelisting_months:
        lines.append(
            f"advertising through the creator's account for {wording.counted(rights.whitelisting_months, 'month')}"
        )
    return [*lines, "unedited recordings included"] if rights.raw_footage else lines


def _exclusivity(days: int, agreed: Assignment) -> list[str]:
    if not days:
        return ["None: the Creator is free to work for others"]
    until = agreed.posting_window.closes + timedelta(days=days)
    category = wording.one_line(agreed.terms.exclusivity.category or agreed.category)
    competitors = wording.listed(agreed.terms.exclusivity.competitors)
    apart = f"the category {category}" + (f", and {competitors}" if competitors else "")
    return [wording.counted(days, "day"), f"until {wording.day(until)}", apart]


WORDS: Mapping[str, Callable[[Any, Assignment], list[str]]] = {
    "fee": _money,
    "deliverables": _deliverables,
    "draft_within": _span,
    "publish_within": _span,
    "metrics_within": _span,
    "posting_window": _window,
    "usage_rights": _rights,
    "exclusivity_days": _exclusivity,
}
"""Each change in words, a line each; the assignment is that on which it stands."""


def _consequences(changes: Changes, state: Collaboration) -> Iterator[str]:
    if changes.fee is not None:
        paid = {payout.purpose: payout.amount.amount for payout in state.payouts.values()}
        upfront = paid.get(PayoutPurpose.UPFRONT, 0)
        rest = wording.money(Money(amount=changes.fee.amount - upfront, currency=changes.fee.currency))
        counted = wording.money(Money(amount=upfront, currency=changes.fee.currency))
        already = f"{counted} of the fee was due when the agreement came into force. " if upfront else ""
        yield f"{already}The rest of it, {rest}, is due when every deliverable has been published with its disclosure."
        yield "What is owed if the Brand cancels is counted on the new fee, by the shares of clause 10."
    if {"draft_within", "publish_within", "metrics_within", "posting_window"} & changes.stated.keys():
        yield (
            "Steps that are open get their deadline by the new terms, counted from when they were asked for; where "
            "that has passed or is close, there are at least "
            f"{wording.span(state.agreed.policies.resume_at_least)} from the last signature."
        )
    if changes.exclusivity_days is not None:
        yield "If the agreement ends before the work is completed, the Creator is free from then on, as agreed before."
    if not changes.stated.keys() - {"usage_rights", "deliverables"}:
        yield "The fee and all dates stay as they are."
