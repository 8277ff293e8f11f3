"""How an amendment comes about: one proposal at a time, its document, both signatures, and what follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from domain.amendments import (
    Amendment,
    AmendmentCommand,
    AmendmentConcluded,
    AmendmentDeclined,
    AmendmentDrafted,
    AmendmentEvent,
    AmendmentLapsed,
    AmendmentProposed,
    AmendmentSealed,
    AmendmentSigned,
    AmendmentStatus,
    AmendmentWithdrawn,
    DeclineAmendment,
    DraftAmendment,
    Proposal,
    ProposeAmendment,
    RecordAmendmentSeal,
    SignAmendment,
    WithdrawAmendment,
    amendment_task,
)
from domain.changes import Changes, amended, claims_after, growth, in_force, must_be_possible, tasks_after
from domain.content_approval import SUBMIT_DRAFT, balance, content_task
from domain.contract_signing import must_be_signed_here
from domain.deadlines import TaskExpired, closed, open_task, opened
from domain.decider import Context, Event, Role
from domain.errors import CannotAmend, ConsentMissing, NothingToDecide, NotYourTurn, StaleVersion, WrongStage
from domain.lifecycle import Stage
from domain.signatures import AnySignature, Signature
from domain.work import Work

if TYPE_CHECKING:
    from domain.collaboration import Collaboration


def decide(command: AmendmentCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Take one proposal at a time, draft it, and take one signature from each side; the second concludes it."""
    if not state.works:
        name = type(command).__name__
        raise WrongStage(command=name, needed="a contract in force", subject="collaboration", stage=state.stage)
    if context.actor.role is Role.ENGINE and not isinstance(command, DraftAmendment | RecordAmendmentSeal):
        raise NotYourTurn(command=type(command).__name__, needed="brand or creator", role=Role.ENGINE)
    match command:
        case ProposeAmendment():
            return [_propose(command, state, context)]
        case RecordAmendmentSeal():
            return [_seal(command, state)]
        case DraftAmendment():
            return [_draft(command, _undecided(command, state), state, context)]
        case SignAmendment():
            return _sign(command, _undecided(command, state), state, context)
        case DeclineAmendment() | WithdrawAmendment():
            return [_give_up(command, _undecided(command, state), context)]


def _undecided(
    command: DraftAmendment | SignAmendment | DeclineAmendment | WithdrawAmendment, state: "Collaboration"
) -> Amendment:
    name, amendment = type(command).__name__, state.amendment
    if amendment is None:
        raise NothingToDecide(command=name, subject="the collaboration", open="no amendment is open")
    if command.number != amendment.number:
        raise StaleVersion(command=name, given=command.number, current=amendment.number)
    return amendment


def _propose(command: ProposeAmendment, state: "Collaboration", context: Context) -> AmendmentProposed:
    if state.amendment is not None:
        why = f"amendment {state.amendment.number} is open, and one is decided at a time"
        raise CannotAmend(what="The contract", why=why)
    assert state.fee is not None, "a contract in force has a fee"
    now, wanted = in_force(state.agreed, state.fee), command.changes.stated
    other = {name: value for name, value in wanted.items() if value != getattr(now, name)}
    if not other:
        raise CannotAmend(what="The contract", why="it says already what is proposed")
    before, after = Changes(**{name: getattr(now, name) for name in other}), Changes(**other)
    must_be_possible(after, state, context)
    by = context.actor.role
    proposal = Proposal(number=len(state.amendments) + 1, by=by, before=before, after=after, reason=command.reason)
    return AmendmentProposed(proposal=proposal, reserved=growth(after, state) if by is Role.BRAND else 0)


def _draft(command: DraftAmendment, amendment: Amendment, state: "Collaboration", context: Context) -> AmendmentDrafted:
    if amendment.document is not None:
        raise NothingToDecide(command="DraftAmendment", subject="the collaboration", open=state.open_tasks)
    assert state.document is not None, "a contract in force is a document"
    policies = state.agreed.policies
    deadlines = {Role.CREATOR: policies.creator_signature, Role.BRAND: policies.brand_signature}
    tasks = tuple(
        open_task(amendment_task(role), role, policy, context.at, calendar=state.calendar)
        for role, policy in deadlines.items()
    )
    return AmendmentDrafted(number=amendment.number, document=command.document, contract=state.document, tasks=tasks)


def _sign(command: SignAmendment, amendment: Amendment, state: "Collaboration", context: Context) -> Sequence[Event]:
    if command.document != amendment.document:
        why = f"it is for document {command.document}, but {amendment.document} is to be signed."
        raise ConsentMissing(why=why)
    must_be_signed_here(state)
    signature = Signature(typed_name=command.typed_name, document=command.document, signed_at=context.at)
    return signed(signature, amendment, state, context, command="SignAmendment")


def signed(
    signature: AnySignature, amendment: Amendment, state: "Collaboration", context: Context, *, command: str
) -> Sequence[Event]:
    """What follows from the signature of the command's giver; the second one puts the changes into force.

    Raises:
        NothingToDecide: this side has signed, or there is nothing to sign yet.
        AboveCap, CannotAmend: what was done and paid since the proposal leaves no room for it.
    """
    role, changes = context.actor.role, amendment.proposal.after
    if amendment_task(role) not in state.tasks:
        raise NothingToDecide(command=command, subject="the collaboration", open=state.open_tasks)
    must_be_possible(changes, state, context)
    held = growth(changes, state) - amendment.reserved if role is Role.BRAND else 0
    event = AmendmentSigned(number=amendment.number, role=role, signature=signature, reserved=held)
    if not amendment.signatures:
        return [event]
    return [event, *_conclude(amendment, amendment.reserved + held, state, context)]


def _conclude(amendment: Amendment, reserved: int, state: "Collaboration", context: Context) -> Sequence[Event]:
    changes = amendment.proposal.after
    assert amendment.document is not None, "signing follows a document"
    assert state.fee is not None, "a contract in force has a fee"
    agreed = amended(state.agreed, changes)
    listed = {each.number for each in agreed.deliverables}
    concluded = AmendmentConcluded(
        number=amendment.number,
        document=amendment.document,
        changes=changes,
        committed=changes.fee.amount - state.fee.amount if changes.fee else 0,
        released=reserved,
        tasks=tuple(tasks_after(changes, agreed, state, context)),
        dropped=tuple(content_task(SUBMIT_DRAFT, number) for number in state.works if number not in listed),
        claims=claims_after(changes, agreed, context),
    )
    after = evolve(state, concluded)
    return [concluded, *balance(after)] if after.stage is Stage.MONITORING is not state.stage else [concluded]


def _give_up(command: DeclineAmendment | WithdrawAmendment, amendment: Amendment, context: Context) -> Event:
    role, asked_by = context.actor.role, amendment.proposal.by
    other_side = Role.CREATOR if asked_by is Role.BRAND else Role.BRAND
    needed = asked_by if isinstance(command, WithdrawAmendment) else other_side
    if role is not needed:
        raise NotYourTurn(command=type(command).__name__, needed=needed, role=role)
    return given_up(amendment, role, command.reason)


def given_up(amendment: Amendment, by: Role, reason: str) -> AmendmentDeclined | AmendmentWithdrawn:
    """The end of an amendment that one side does not want, or wants no more."""
    kind = AmendmentWithdrawn if by is amendment.proposal.by else AmendmentDeclined
    return kind(number=amendment.number, by=by, reason=reason, released=amendment.reserved)


def _seal(command: RecordAmendmentSeal, state: "Collaboration") -> AmendmentSealed:
    amendment = state.unsealed_amendment
    if amendment is None or amendment.number != command.number:
        raise NothingToDecide(command="RecordAmendmentSeal", subject="the collaboration", open=state.open_tasks)
    assert amendment.document is not None, "a concluded amendment is a document"
    return AmendmentSealed(
        number=command.number, document=amendment.document, sealed=command.sealed, audit=command.audit
    )


def expire(expired: TaskExpired, state: "Collaboration") -> Sequence[Event]:
    """Silence never signs: the contract stays as it is, and the work goes on."""
    amendment = state.amendment
    assert amendment is not None, "the task is only open while an amendment is"
    return [AmendmentLapsed(number=amendment.number, role=expired.assignee, released=amendment.reserved)]


def evolve(state: "Collaboration", event: AmendmentEvent) -> "Collaboration":
    """The collaboration after `event`."""
    match event:
        case AmendmentProposed():
            proposed = Amendment(proposal=event.proposal, reserved=event.reserved)
            return replace(state, amendments=(*state.amendments, proposed), reserved=state.reserved + event.reserved)
        case AmendmentDrafted():
            drafted = _latest(state, status=AmendmentStatus.TO_SIGN, document=event.document)
            return replace(drafted, tasks=opened(state.tasks, *event.tasks))
        case AmendmentSigned():
            latest = state.amendments[-1]
            signatures = {**latest.signatures, event.role: event.signature}
            signed_by = _latest(state, signatures=signatures, reserved=latest.reserved + event.reserved)
            tasks = closed(state.tasks, amendment_task(event.role))
            return replace(signed_by, tasks=tasks, reserved=state.reserved + event.reserved)
        case AmendmentConcluded():
            return _concluded(state, event)
        case AmendmentSealed():
            return _latest(state, sealed=event.sealed, audit=event.audit)
        case AmendmentLapsed() | AmendmentDeclined() | AmendmentWithdrawn():
            over = _latest(state, status=_STATUS[type(event)], reserved=0)
            tasks = closed(state.tasks, *(amendment_task(role) for role in Role))
            return replace(over, tasks=tasks, reserved=state.reserved - event.released)


_STATUS: Mapping[type[Event], AmendmentStatus] = {
    AmendmentLapsed: AmendmentStatus.LAPSED,
    AmendmentDeclined: AmendmentStatus.DECLINED,
    AmendmentWithdrawn: AmendmentStatus.WITHDRAWN,
}


def _latest(state: "Collaboration", **facts: Any) -> "Collaboration":
    *earlier, latest = state.amendments
    return replace(state, amendments=(*earlier, replace(latest, **facts)))


def _concluded(state: "Collaboration", event: AmendmentConcluded) -> "Collaboration":
    agreed = amended(state.agreed, event.changes)
    works = {
        each.number: replace(state.works.get(each.number) or Work(deliverable=each), deliverable=each)
        for each in agreed.deliverables
    }
    return replace(
        _latest(state, status=AmendmentStatus.CONCLUDED, reserved=0),
        stage=Stage.MONITORING if all(work.is_live for work in works.values()) else state.stage,
        assignment=agreed,
        fee=event.changes.fee or state.fee,
        claims=event.claims or state.claims,
        works=works,
        tasks=opened(closed(state.tasks, *event.dropped), *event.tasks),
        committed=state.committed + event.committed,
        reserved=state.reserved - event.released,
    )
