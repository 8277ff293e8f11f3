"""Stage 5, contract signing: ten typed clauses, one document known by its hash, a signature from either side."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from domain.assignment import Assignment
from domain.clauses import ApprovalProcess, Clauses, Deadlines, Payment
from domain.content_approval import open_draft_tasks
from domain.deadlines import Task, TaskExpired, closed, open_task, opened
from domain.decider import Command, Context, Event, Role
from domain.errors import ConsentMissing, NothingToDecide, NotYourTurn, WrongStage
from domain.lifecycle import Stage
from domain.money import Money, share
from domain.offers import Offer
from domain.outcomes import Outcome, end
from domain.payouts import PayoutPurpose, schedule
from domain.pricing import parts_of
from domain.signatures import AnySignature, Signature, Signing
from domain.values import Line, Sha256
from domain.work import Work

if TYPE_CHECKING:
    from domain.collaboration import Collaboration


def signing_task(role: Role) -> str:
    """The name of the task in which `role` signs."""
    return f"sign_contract/{role}"


class DraftContract(Command):
    """Put the rendered document before both sides."""

    document: Sha256


class SignContract(Command):
    """Consent to the document by typing one's name."""

    typed_name: Line
    document: Sha256
    """Hash of the document that was read; another one is refused."""
    consent: Literal[True] = Field(description="I have read this document and agree to be bound by it.")


class RecordSeal(Command):
    """Both signatures are written behind the document, and the whole is sealed."""

    sealed: Sha256
    audit: Sha256 | None = None
    """The signature service's own record, where it was signed at one."""


class ContractDrafted(Event):
    """The document is ready to be signed."""

    document: Sha256
    tasks: tuple[Task, ...]


class ContractSigned(Event):
    """One side has signed."""

    role: Role
    signature: AnySignature


class ContractConcluded(Event):
    """Both sides have signed: the agreement is in force, work begins."""

    document: Sha256
    tasks: tuple[Task, ...]


class ContractSealed(Event):
    """The concluded contract, with the record of its signatures behind it, is a sealed file for both sides."""

    document: Sha256
    """What both sides signed: the sealed file begins with it."""
    sealed: Sha256
    audit: Sha256 | None = None
    """The signature service's own record; its file is then the sealed one."""
    to_legal: bool = False
    """Whether the brand's lawyers get a copy."""


class ContractLapsed(Event):
    """One side did not sign in time."""

    role: Role


ContractCommand = DraftContract | SignContract | RecordSeal
ContractEvent = ContractDrafted | ContractSigned | ContractConcluded | ContractSealed | ContractLapsed


def clauses(assignment: Assignment, fee: Money, offer: Offer | None = None) -> Clauses:
    """The ten clauses that an accepted offer makes of an assignment; what it gives beside the fee is in the first."""
    policies, terms = assignment.policies, assignment.terms
    return Clauses(
        payment=Payment(
            fee=fee,
            upfront=terms.upfront,
            parts=parts_of(fee.amount, assignment.quote),
            gifts=offer.gifts if offer is not None else (),
            commission=offer.commission if offer is not None else None,
        ),
        briefing=assignment.briefing,
        deliverables=assignment.deliverables,
        deadlines=Deadlines(
            draft_within=policies.draft.within,
            publish_within=policies.publication.within,
            metrics_within=policies.metrics.within,
        ),
        approval_process=ApprovalProcess(
            review_within=policies.review.within,
            final_review_within=policies.final_review_within,
            rounds_of_changes=policies.rounds_of_changes,
        ),
        length=terms.length,
        usage_rights=terms.usage_rights,
        exclusivity=terms.exclusivity,
        disclosure=terms.disclosure,
        cancellation=terms.cancellation,
    )


def decide(command: ContractCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Draft once, then take one signature from each side; the second concludes the contract, which is then sealed."""
    if isinstance(command, RecordSeal):
        return [_seal(command, state)]
    if state.stage is not Stage.CONTRACT_SIGNING:
        name = type(command).__name__
        raise WrongStage(command=name, needed="contract_signing", subject="collaboration", stage=state.stage)
    match command:
        case DraftContract():
            return [_draft(command, state, context)]
        case SignContract():
            return _sign(command, state, context)


def _seal(command: RecordSeal, state: "Collaboration") -> ContractSealed:
    if state.document is None or not state.works:
        raise WrongStage(
            command="RecordSeal", needed="a concluded contract", subject="collaboration", stage=state.stage
        )
    if state.sealed is not None:
        raise NothingToDecide(command="RecordSeal", subject="the collaboration", open=state.open_tasks)
    to_legal = state.agreed.copies.legal
    return ContractSealed(document=state.document, sealed=command.sealed, audit=command.audit, to_legal=to_legal)


def _draft(command: DraftContract, state: "Collaboration", context: Context) -> ContractDrafted:
    if state.document is not None:
        raise NothingToDecide(command="DraftContract", subject="the collaboration", open=state.open_tasks)
    policies = state.agreed.policies
    deadlines = {Role.CREATOR: policies.creator_signature, Role.BRAND: policies.brand_signature}
    calendar = state.agreed.calendar
    tasks = tuple(
        open_task(signing_task(role), role, policy, context.at, calendar=calendar) for role, policy in deadlines.items()
    )
    return ContractDrafted(document=command.document, tasks=tasks)


def _sign(command: SignContract, state: "Collaboration", context: Context) -> Sequence[Event]:
    role = context.actor.role
    if role is Role.ENGINE:
        raise NotYourTurn(command="SignContract", needed="brand or creator", role=role)
    if state.document is None or signing_task(role) not in state.tasks:
        raise NothingToDecide(command="SignContract", subject="the collaboration", open=state.open_tasks)
    if command.document != state.document:
        raise ConsentMissing(why=f"it is for document {command.document}, but {state.document} is to be signed.")
    must_be_signed_here(state)
    signature = Signature(typed_name=command.typed_name, document=command.document, signed_at=context.at)
    return signed(signature, state, context, command="SignContract")


def must_be_signed_here(state: "Collaboration") -> None:
    """Refuses a typed name where the terms say that a service takes the signatures.

    Raises:
        ConsentMissing
    """
    if state.agreed.terms.signature is not Signing.OWN:
        service = state.agreed.terms.signature
        raise ConsentMissing(why=f"it is signed at {service}, which has sent both sides a mail with the way to it.")


def signed(signature: AnySignature, state: "Collaboration", context: Context, *, command: str) -> Sequence[Event]:
    """What follows from the signature of the command's giver; the second one concludes the contract.

    Raises:
        NothingToDecide: this side has signed.
    """
    role = context.actor.role
    if signing_task(role) not in state.tasks:
        raise NothingToDecide(command=command, subject="the collaboration", open=state.open_tasks)
    event = ContractSigned(role=role, signature=signature)
    other_side_signed = any(signer is not role for signer in state.signatures)
    return [event, *_conclude(state, context)] if other_side_signed else [event]


def declined(event: Event, role: Role, state: "Collaboration") -> Sequence[Event]:
    """No contract: the side that does not want it ends the collaboration with that."""
    return [event, *end(state, Outcome.DECLINED, f"the {role} declined to sign the contract")]


def _conclude(state: "Collaboration", context: Context) -> Sequence[Event]:
    assert state.document is not None, "signing follows a document"
    assert state.fee is not None, "a document follows an agreed fee"
    concluded = ContractConcluded(document=state.document, tasks=open_draft_tasks(state.agreed, context.at))
    upfront = share(state.fee.amount, state.agreed.terms.upfront)
    return [concluded, *schedule(state.id, PayoutPurpose.UPFRONT, upfront, state.fee.currency)]


def expire(expired: TaskExpired, state: "Collaboration") -> Sequence[Event]:
    """No signature, no contract: silence never signs."""
    reason = f"the {expired.assignee} did not sign in time"
    return [ContractLapsed(role=expired.assignee), *end(state, Outcome.EXPIRED, reason)]


def evolve(state: "Collaboration", event: ContractEvent) -> "Collaboration":
    """The collaboration after `event`."""
    match event:
        case ContractDrafted():
            return replace(state, document=event.document, tasks=opened(state.tasks, *event.tasks))
        case ContractSigned():
            tasks = closed(state.tasks, signing_task(event.role))
            return replace(state, signatures={**state.signatures, event.role: event.signature}, tasks=tasks)
        case ContractConcluded():
            works = {d.number: Work(deliverable=d) for d in state.agreed.deliverables}
            tasks = opened(state.tasks, *event.tasks)
            return replace(state, stage=Stage.CONTENT_APPROVAL, works=works, tasks=tasks)
        case ContractSealed():
            return replace(state, sealed=event.sealed)
        case ContractLapsed():
            return state  # the event that follows says what changes
