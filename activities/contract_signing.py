"""Stage 5, contract signing: the ten clauses as a PDF that both sides read, and the letters that carry it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity

from activities import wording
from activities.letters import Asks, Draft, Occasion, Sheet
from activities.paperwork import Facts, Paperwork, Part, RenderedContract, SealedContract, Sealing, up_to
from activities.signature_record import SERVICES, render_record
from activities.typesetting import typeset
from domain.assignment import Assignment
from domain.benchmarks import Extra
from domain.brief import Brief
from domain.clauses import Cancellation, Clauses, Exclusivity, Payment
from domain.collaboration import Collaboration
from domain.content_approval import SUBMIT_DRAFT
from domain.contract_signing import ContractConcluded, ContractDrafted, ContractSealed, clauses, signing_task
from domain.creators import Creator
from domain.deadlines import DeadlinePolicy, OnExpiry
from domain.decider import Role
from domain.disclosure import Jurisdiction
from domain.disclosure_rules import RULEBOOKS
from domain.money import Money, share
from domain.negotiation import OfferAccepted
from domain.notices import Template
from domain.signatures import Signature
from domain.values import Line, Value


class RenderRequest(Value):
    """The collaboration whose contract to render, by the name of its stream."""

    stream: Line


class ContractSigning:
    """Renders contracts and seals them."""

    def __init__(self, paperwork: Paperwork) -> None:
        self._paperwork = paperwork

    @activity.defn
    async def render_contract(self, request: RenderRequest) -> RenderedContract:
        """Render and store the contract of a collaboration whose offer was accepted, as `Paperwork.render`.

        `NotFound` (no such collaboration, offer or creator) is not retried.
        """
        return await self._paperwork.render(request.stream, _accepted(request.stream), _rendered)

    @activity.defn
    async def seal_contract(self, request: RenderRequest) -> SealedContract:
        """Seal the concluded contract with the record of its signatures, as `Paperwork.seal`.

        `NotFound` (no such collaboration, or its contract is not concluded) is not retried.
        """
        return await self._paperwork.seal(request.stream, _concluded(request.stream), _signed)


def _accepted(stream: str) -> Part:
    return up_to(stream, "accepted offer", lambda event: isinstance(event, OfferAccepted))


def _concluded(stream: str) -> Part:
    return up_to(stream, "concluded contract", lambda event: isinstance(event, ContractConcluded))


def _rendered(facts: Facts) -> tuple[bytes, int]:
    return render(Contract(facts.collaboration, facts.brief, facts.creator, accepted_at=facts.at))


def _signed(facts: Facts) -> Sealing:
    state = facts.collaboration
    assert state.document is not None, "a concluded contract is a document"
    record = render_record(facts.events, facts.brief, facts.creator)
    return Sealing(state.document, record, f"Contract {state.id}, signed by both sides")


@dataclass(frozen=True)
class Contract:
    """Everything that a contract says, with the instant at which its terms were agreed: the date on the document."""

    collaboration: Collaboration
    brief: Brief
    creator: Creator
    accepted_at: datetime


def render(contract: Contract) -> tuple[bytes, int]:
    """The contract as PDF with its number of pages. Deterministic: every date in it is a fact of the record."""
    return typeset("contract", particulars(contract), contract.accepted_at)


def particulars(contract: Contract) -> dict[str, Any]:
    """What the template needs, in words. All of it is data to the template: nothing in it is ever read as markup."""
    state, brief, profile = contract.collaboration, contract.brief, contract.creator.profile
    assert state.fee is not None, "a contract follows an accepted offer"
    assert state.offer is not None, "a contract follows an accepted offer"
    agreed_on = contract.accepted_at.astimezone(brief.zone)
    return {
        "reference": state.id,
        "offer_version": state.offer.version,
        "dated": wording.day(agreed_on.date()),
        "dated_parts": [agreed_on.year, agreed_on.month, agreed_on.day],
        "agreed": wording.moment(contract.accepted_at, brief.zone),
        "time_zone": brief.time_zone,
        "service": SERVICES.get(state.agreed.terms.signature),
        "brand": wording.one_line(brief.brand),
        "brand_contact": brief.contacts.manager,
        "product": wording.one_line(brief.product),
        "category": wording.one_line(brief.category),
        "creator": wording.one_line(profile.name),
        "account": f"@{profile.handle} on {wording.PLATFORMS[profile.platform]}",
        "creator_contact": profile.email,
        "window": [wording.day(on) for on in (state.agreed.posting_window.opens, state.agreed.posting_window.closes)],
        "business_days": wording.business_days(brief.calendar, state.agreed.calendar),
        **_terms(clauses(state.agreed, state.fee, state.offer), state.agreed, wording.one_line(brief.brand)),
    }


def _terms(terms: Clauses, assignment: Assignment, brand: str) -> dict[str, Any]:
    """The ten clauses in words, by their names."""
    fee, spans = terms.payment.fee, terms.deadlines
    upfront, whitelisting = share(fee.amount, terms.payment.upfront), terms.usage_rights.whitelisting_months
    briefing = terms.briefing.model_dump(mode="json", exclude={"hashtags", "mentions"})
    briefing["hashtags"] = [f"#{tag.lstrip('#')}" for tag in terms.briefing.hashtags]
    briefing["mentions"] = [f"@{mention.lstrip('@')}" for mention in terms.briefing.mentions]
    return {
        "payment": {
            "fee": wording.money(fee),
            "upfront": _part(fee, upfront),
            "balance": _part(fee, fee.amount - upfront),
            **_made_up(terms.payment, assignment),
        },
        "briefing": briefing,
        "deliverables": [[each.number, wording.FORMATS[each.format][0]] for each in terms.deliverables],
        "deadlines": {name: wording.span(getattr(spans, name)) for name in type(spans).model_fields},
        "approval_process": {
            "review_within": wording.span(terms.approval_process.review_within),
            "final_review_within": wording.span(terms.approval_process.final_review_within),
            "rounds": wording.counted(terms.approval_process.rounds_of_changes, "round"),
            **_silence(assignment.policies.review),
        },
        "length": wording.counted(terms.length.months, "month") if terms.length.months else None,
        "usage_rights": {
            "channels": wording.listed(terms.usage_rights.channels),
            "territory": terms.usage_rights.territory,
            "months": wording.counted(terms.usage_rights.months, "month") if terms.usage_rights.months else None,
            "paid": terms.usage_rights.paid,
            "perpetual": terms.usage_rights.perpetual,
            "whitelisting": wording.counted(whitelisting, "month") if whitelisting else None,
            "raw_footage": terms.usage_rights.raw_footage,
        },
        "exclusivity": _exclusivity(terms.exclusivity, assignment),
        "disclosure": _disclosure(terms.disclosure.jurisdiction, brand),
        "cancellation": _cancellation(terms.cancellation, fee),
    }


def _made_up(payment: Payment, assignment: Assignment) -> dict[str, Any]:
    """What the fee is for, part by part, and what is given beside it."""

    def money(amount: int) -> str:
        return wording.money(Money(amount=amount, currency=payment.fee.currency))

    made = {each.number: wording.deliverable(each.number, each.format) for each in assignment.deliverables}
    names = [EXTRAS[part.extra] if part.extra else made.get(part.deliverable or 0) for part in payment.parts]
    commission = payment.commission
    return {
        "parts": [[name, money(part.amount)] for name, part in zip(names, payment.parts, strict=True) if name],
        "gifts": [[wording.one_line(gift.description), money(gift.value)] for gift in payment.gifts],
        "commission": None
        if commission is None
        else {"ratio": wording.percent(commission.ratio), "cap": money(commission.cap)},
    }


EXTRAS: Mapping[Extra, str] = {
    Extra.PAID_USAGE_30_DAYS: "use as paid advertising",
    Extra.WHITELISTING_MONTH: "advertising through the Creator's account",
    Extra.PERPETUAL_USAGE: "rights of use without an end",
    Extra.RAW_FOOTAGE: "the unedited recordings",
    Extra.CATEGORY_EXCLUSIVITY: "exclusivity",
    Extra.RUSH_UNDER_7_DAYS: "the short time",
    Extra.EXTRA_REVISION: "further rounds of changes",
}
"""What a part of the fee is for beside the deliverables."""


def _exclusivity(clause: Exclusivity, assignment: Assignment) -> dict[str, Any]:
    """As the engine holds other campaigns to it: see `domain.claims`."""
    until = assignment.posting_window.closes + timedelta(days=clause.days)
    return {
        "days": wording.counted(clause.days, "day") if clause.days else None,
        "until": wording.day(until),
        "category": wording.one_line(clause.category or assignment.category),
        "competitors": wording.listed(clause.competitors),
    }


def _silence(review: DeadlinePolicy) -> dict[str, Any]:
    """What follows if the brand does not review a draft in time."""
    goes_on = review.on_expiry in (OnExpiry.EXTEND, OnExpiry.ESCALATE)
    answer = review.then if goes_on else review.on_expiry
    return {
        "silence_extends": wording.span(review.extend_by) if goes_on else None,
        "silence_approves": answer is OnExpiry.APPROVE,
    }


def _part(fee: Money, amount: int) -> str | None:
    """A part of the fee in words; None where there is nothing to pay."""
    return wording.money(Money(amount=amount, currency=fee.currency)) if amount else None


LAWS: Mapping[Jurisdiction, str] = {
    Jurisdiction.US: "the Federal Trade Commission's Guides Concerning the Use of Endorsements and Testimonials in "
    "Advertising (16 CFR Part 255)",
    Jurisdiction.UK: "the CAP Code (section 2, Recognition of marketing communications) and the Digital Markets, "
    "Competition and Consumers Act 2024",
    Jurisdiction.DE: "section 5a(4) of the German Act against Unfair Competition (UWG) and section 22 of the State "
    "Media Treaty (MStV)",
    Jurisdiction.FR: "article 5 of the French Law no. 2023-451 of 9 June 2023 on commercial influence",
    Jurisdiction.IT: "the guidelines on influencers of the Italian communications authority (AGCOM) and the Digital "
    "Chart of the Istituto dell'Autodisciplina Pubblicitaria",
    Jurisdiction.EU: "article 7(2) and Annex I, point 11, of Directive 2005/29/EC on unfair commercial practices, as "
    "transposed in the audience's country",
}
"""Under what the duty to disclose stands, in each jurisdiction; the sources are those of the disclosure check."""


def _disclosure(jurisdiction: Jurisdiction, brand: str) -> dict[str, str]:
    return {"law": LAWS[jurisdiction], "how": RULEBOOKS[jurisdiction].fix.format(partner=brand)}


def _cancellation(clause: Cancellation, fee: Money) -> dict[str, Any]:
    stages = {
        "before any draft has been submitted": clause.before_creation,
        "after a draft has been submitted": clause.created,
        "after a draft has been approved or a post has been published": clause.delivered,
    }
    return {
        "stages": [
            [when, wording.percent(ratio), wording.money(Money(amount=share(fee.amount, ratio), currency=fee.currency))]
            for when, ratio in stages.items()
        ],
        "cure": wording.counted(clause.cure_days, "day") if clause.cure_days else None,
    }


def contract_to_sign(occasion: Occasion) -> Draft:
    """The contract is ready; the creator reads it and signs."""
    event = occasion.of(ContractDrafted)
    task = next(task for task in event.tasks if task.name == signing_task(Role.CREATOR))
    assert occasion.work.fee is not None, "a contract has a fee"
    sheet = Sheet(Template.CONTRACT_TO_SIGN, occasion, fee=occasion.words.money(occasion.work.fee))
    service = SERVICES.get(occasion.work.agreed.terms.signature)
    if service is None:
        sheet.says("agreed")
    else:
        sheet.says("agreed_elsewhere", service=service)
    sheet.says("due", due=occasion.moment(task.due_at))
    sheet.button()
    sheet.says("checksum")
    sheet.shows(event.document)
    sheet.says("law", disclosure=occasion.disclosure_advice)
    return sheet.draft(documents=(event.document,))


def contract_concluded(occasion: Occasion) -> Draft:
    """Both have signed; the creator gets the sealed contract and the dates of what comes next."""
    event, state = occasion.of(ContractSealed), occasion.work
    sheet = Sheet(Template.CONTRACT_CONCLUDED, occasion)
    sheet.says("signed")
    _tell_signatures(occasion, sheet)
    assert state.fee is not None, "a contract has a fee"
    if upfront := share(state.fee.amount, state.agreed.terms.upfront):
        sheet.says("upfront", upfront=occasion.words.money(Money(amount=upfront, currency=state.fee.currency)))
    sheet.says("turn")
    drafts = [
        sheet.phrase("draft", what=occasion.deliverable(int(number)), due=occasion.moment(task.due_at))
        for task in state.tasks.values()
        for step, _, number in [task.name.partition("/")]
        if step == SUBMIT_DRAFT
    ]
    sheet.lists(*drafts)
    sheet.button()
    sheet.says("law", disclosure=occasion.disclosure_advice)
    return sheet.draft(documents=(event.sealed,))


def contract_copy(occasion: Occasion) -> Draft:
    """Both have signed; the brand's lawyers get the sealed contract for their files."""
    event, state = occasion.of(ContractSealed), occasion.work
    assert state.fee is not None, "a contract has a fee"
    sheet = Sheet(Template.CONTRACT_COPY, occasion)
    sheet.says("sealed")
    sheet.tells("fee", occasion.words.money(state.fee))
    _tell_signatures(occasion, sheet)
    sheet.says("checksum")
    sheet.shows(event.sealed)
    sheet.button()
    return sheet.draft(documents=(event.sealed,))


def _tell_signatures(occasion: Occasion, sheet: Sheet) -> None:
    for role, signature in sorted(occasion.work.signatures.items()):
        by = signature.typed_name if isinstance(signature, Signature) else SERVICES[signature.service]
        at = occasion.words.moment(signature.signed_at, occasion.zone)
        value = sheet.phrase("signature_is", by=wording.one_line(by), at=at)
        sheet.tells("signature", value, side=occasion.words.say("names", role.value))


def _sign(occasion: Occasion, side: str) -> str:
    party = wording.one_line(occasion.brief.brand) if side == Role.CREATOR else occasion.account
    return occasion.asks("sign_contract", party=party)


ASKS: Mapping[str, Asks] = {signing_task(Role.CREATOR).partition("/")[0]: _sign}
"""What the stage's tasks ask for, in words, by the first part of their name; the second part is who signs."""
