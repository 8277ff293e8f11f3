"""Stage 4, negotiation: versioned offers, each needing the other side's consent, with the money for them reserved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from domain.claims import Claim, Scope, claims_of
from domain.deadlines import DeadlinePolicy, OnExpiry, Task, TaskExpired, closed, open_task, opened
from domain.decider import Authority, Command, Context, Event, Role
from domain.errors import (
    AboveCap,
    BudgetExceeded,
    CurrencyMismatch,
    ExclusivityClash,
    NothingToDecide,
    NotYourTurn,
    RefusedByLedger,
    RoundsExhausted,
    StaleVersion,
    WrongStage,
)
from domain.lifecycle import Stage
from domain.money import Minor, Money, share
from domain.outcomes import Outcome, end
from domain.personal import PERSONAL
from domain.values import Line, Text, Value

if TYPE_CHECKING:
    from domain.collaboration import Collaboration

ANSWER_OFFER = "answer_offer"
ANSWER_COUNTER_OFFER = "answer_counter_offer"


class Offer(Value):
    """One version of what is on the table. The side that did not make it answers it."""

    version: int = Field(ge=1)
    by: Role
    fee: Money
    message: Annotated[Text, PERSONAL] = ""


class MakeOffer(Command):
    """Put the opening offer before the creator."""


class WithholdOffer(Command):
    """End the negotiation because the budget does not cover it, or because another campaign holds the creator."""

    held: Text = ""
    """What keeps the creator from this campaign, in words that they may read; empty if it is the budget."""


class AcceptOffer(Command):
    """Agree to this version as it stands."""

    version: int = Field(ge=1)


class CounterOffer(Command):
    """Answer this version with another fee; the other side must then agree."""

    version: int = Field(ge=1)
    fee: Money
    message: Text = ""


class DeclineOffer(Command):
    """Refuse this version; the collaboration ends."""

    version: int = Field(ge=1)
    reason: Text = ""


class Shortfall(Value):
    """What the budget did not have: amounts in minor units of the campaign's currency."""

    needed: Minor
    available: Minor
    budget: Minor


class HeldElsewhere(Value):
    """What another campaign holds the creator in, and until when, as `ExclusivityClash` says it."""

    campaign: Line
    scope: Scope
    name: Line
    until: Line


class NoteBlocked(Command):
    """Record that the ledgers refused a person's answer to this version; once for each answer, version and reason."""

    version: int = Field(ge=1)
    by: Role
    answer: Literal["accept", "counter"]
    shortfall: Shortfall | None = None
    held: HeldElsewhere | None = None


class OfferMade(Event):
    """A version of the offer by the brand. `reserved` is how much more (or less) of the budget it holds."""

    offer: Offer
    reserved: int
    task: Task


class OfferCountered(Event):
    """A version of the offer by the creator."""

    offer: Offer
    task: Task


class OfferAccepted(Event):
    """Both sides agree. What was reserved is released, the fee committed in its place, and the creator claimed."""

    version: int
    fee: Money
    authority: Authority
    released: Minor
    claims: tuple[Claim, ...] = ()


class OfferDeclined(Event):
    """One side said no."""

    version: int
    by: Role
    authority: Authority
    reason: Annotated[Text, PERSONAL] = ""


class OfferBlocked(Event):
    """An answer to a version could not be taken: the budget does not reach, or another campaign holds the creator.

    Nothing else changes; the offer stays on the table. One of `shortfall` and `held` says why.
    """

    version: int
    by: Role
    answer: Literal["accept", "counter"]
    shortfall: Shortfall | None = None
    held: HeldElsewhere | None = None

    @property
    def about(self) -> str:
        """What is noted once: a button that is pressed again leaves no second note."""
        return f"{self.answer} {self.version} {'budget' if self.shortfall else 'exclusivity'}"


NegotiationCommand = MakeOffer | WithholdOffer | AcceptOffer | CounterOffer | DeclineOffer | NoteBlocked
NegotiationEvent = OfferMade | OfferCountered | OfferAccepted | OfferDeclined | OfferBlocked


def decide(command: NegotiationCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Offer once, then take answers to the current version from the side whose turn it is."""
    if state.stage is not Stage.NEGOTIATION:
        name = type(command).__name__
        raise WrongStage(command=name, needed="negotiation", subject="collaboration", stage=state.stage)
    match command:
        case MakeOffer():
            if state.offer is not None:
                raise NothingToDecide(command="MakeOffer", subject="the collaboration", open=state.open_tasks)
            return [_offer(state, context, version=1, fee=state.agreed.opening_fee)]
        case WithholdOffer():
            return _withhold(command, state)
        case AcceptOffer():
            return _accept(_current(command, state), state, context)
        case CounterOffer():
            return [_counter(command, _current(command, state), state, context)]
        case DeclineOffer():
            offer = _current(command, state)
            _must_be_other_side(command, offer, context)
            return _declined(state, offer, context.actor.role, Authority.PERSON, command.reason)
        case NoteBlocked():
            _current(command, state)
            blocked = OfferBlocked.model_validate(command.model_dump())
            return [] if blocked.about in state.blocked else [blocked]


def note_of(command: Command, by: Role, refusal: RefusedByLedger) -> NoteBlocked | None:
    """What is to be recorded of a person's command that the ledgers refused; None if it is none of a negotiation."""
    if not isinstance(command, AcceptOffer | CounterOffer):
        return None
    facts = refusal.facts
    return NoteBlocked(
        version=command.version,
        by=by,
        answer="accept" if isinstance(command, AcceptOffer) else "counter",
        shortfall=Shortfall.model_validate(_named(Shortfall, facts)) if isinstance(refusal, BudgetExceeded) else None,
        held=HeldElsewhere.model_validate(_named(HeldElsewhere, facts))
        if isinstance(refusal, ExclusivityClash)
        else None,
    )


def _named(kind: type[Value], facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in kind.model_fields}


def _withhold(command: WithholdOffer, state: "Collaboration") -> Sequence[Event]:
    if command.held:
        return end(state, Outcome.EXCLUSIVITY, command.held)
    outcome = Outcome.NO_BUDGET if state.offer is None else Outcome.DECLINED
    return end(state, outcome, "the campaign's budget does not cover this creator")


def _current(command: AcceptOffer | CounterOffer | DeclineOffer | NoteBlocked, state: "Collaboration") -> Offer:
    name = type(command).__name__
    if state.offer is None:
        raise NothingToDecide(command=name, subject="the collaboration", open=state.open_tasks)
    if command.version != state.offer.version:
        raise StaleVersion(command=name, given=command.version, current=state.offer.version)
    return state.offer


def _must_be_other_side(command: Command, offer: Offer, context: Context) -> None:
    needed = Role.CREATOR if offer.by is Role.BRAND else Role.BRAND
    if context.actor.role is not needed:
        raise NotYourTurn(command=type(command).__name__, needed=needed, role=context.actor.role)


def _offer(state: "Collaboration", context: Context, *, version: int, fee: int, message: str = "") -> OfferMade:
    money = Money(amount=fee, currency=state.agreed.currency)
    return OfferMade(
        offer=Offer(version=version, by=Role.BRAND, fee=money, message=message),
        reserved=fee - state.reserved,
        task=_task(ANSWER_OFFER, Role.CREATOR, state.agreed.policies.offer, state, context),
    )


def _accept(offer: Offer, state: "Collaboration", context: Context) -> Sequence[Event]:
    if context.actor.role is Role.ENGINE:
        if not within_policy(state):
            raise NotYourTurn(command="AcceptOffer", needed=Role.BRAND, role=Role.ENGINE)
        return [_accepted(offer, state, Authority.POLICY, context)]
    _must_be_other_side(AcceptOffer(version=offer.version), offer, context)
    if offer.fee.amount > state.agreed.fee_cap:
        raise AboveCap(amount=offer.fee.amount, currency=offer.fee.currency, cap=state.agreed.fee_cap)
    return [_accepted(offer, state, Authority.PERSON, context)]


def _accepted(offer: Offer, state: "Collaboration", authority: Authority, context: Context) -> OfferAccepted:
    agreed = state.agreed
    claims = claims_of(
        brand=agreed.brand,
        category=agreed.category,
        exclusivity=agreed.terms.exclusivity,
        window=agreed.posting_window,
        at=context.at,
    )
    return OfferAccepted(
        version=offer.version, fee=offer.fee, authority=authority, released=state.reserved, claims=claims
    )


def within_policy(state: "Collaboration") -> bool:
    """Whether the creator's counter-offer is one that the policy accepts without asking anybody."""
    offer, policy = state.offer, state.agreed.policies.negotiation
    if offer is None or offer.by is not Role.CREATOR:
        return False
    return offer.fee.amount <= min(share(state.reserved, policy.accept_up_to), state.agreed.fee_cap)


def _counter(command: CounterOffer, offer: Offer, state: "Collaboration", context: Context) -> Event:
    _must_be_other_side(command, offer, context)
    if command.fee.currency != state.agreed.currency:
        raise CurrencyMismatch(given=command.fee.currency, needed=state.agreed.currency)
    version = offer.version + 1
    if context.actor.role is Role.BRAND:
        if command.fee.amount > state.agreed.fee_cap:
            raise AboveCap(amount=command.fee.amount, currency=command.fee.currency, cap=state.agreed.fee_cap)
        return _offer(state, context, version=version, fee=command.fee.amount, message=command.message)
    allowed = state.agreed.policies.negotiation.rounds
    if state.counter_offers >= allowed:
        raise RoundsExhausted(what="counter-offers", allowed=allowed)
    return OfferCountered(
        offer=Offer(version=version, by=Role.CREATOR, fee=command.fee, message=command.message),
        task=_task(ANSWER_COUNTER_OFFER, Role.BRAND, state.agreed.policies.counter_offer, state, context),
    )


def _task(name: str, assignee: Role, policy: DeadlinePolicy, state: "Collaboration", context: Context) -> Task:
    """Every version is an offer of its own, with its whole time."""
    return open_task(name, assignee, policy, context.at, calendar=state.agreed.calendar)


def _declined(state: "Collaboration", offer: Offer, by: Role, authority: Authority, reason: str) -> Sequence[Event]:
    outcome = Outcome.EXPIRED if authority is Authority.TIMEOUT else Outcome.DECLINED
    because = reason or f"the {by} declined version {offer.version} of the offer"
    return [
        OfferDeclined(version=offer.version, by=by, authority=authority, reason=reason),
        *end(state, outcome, because),
    ]


def expire(expired: TaskExpired, state: "Collaboration", context: Context) -> Sequence[Event]:
    """The policy's answer: a counter-offer within the cap may be accepted, everything else lapses."""
    offer = state.offer
    assert offer is not None, "an offer's task is only open while an offer is"
    affordable = offer.by is Role.CREATOR and offer.fee.amount <= state.agreed.fee_cap
    if expired.answer is OnExpiry.APPROVE and affordable:
        return [_accepted(offer, state, Authority.TIMEOUT, context)]
    reason = f"the {expired.assignee} did not answer version {offer.version} of the offer in time"
    return _declined(state, offer, expired.assignee, Authority.TIMEOUT, reason)


def evolve(state: "Collaboration", event: NegotiationEvent) -> "Collaboration":
    """The collaboration after `event`."""
    match event:
        case OfferMade():
            tasks = opened(closed(state.tasks, ANSWER_COUNTER_OFFER), event.task)
            return replace(state, offer=event.offer, reserved=state.reserved + event.reserved, tasks=tasks)
        case OfferCountered():
            tasks = opened(closed(state.tasks, ANSWER_OFFER), event.task)
            return replace(state, offer=event.offer, counter_offers=state.counter_offers + 1, tasks=tasks)
        case OfferBlocked():
            return replace(state, blocked=(*state.blocked, event.about))
        case OfferAccepted():
            return _agreed(state, event)
        case OfferDeclined():
            return state  # the event that follows says what changes


def _agreed(state: "Collaboration", event: OfferAccepted) -> "Collaboration":
    return replace(
        state,
        stage=Stage.CONTRACT_SIGNING,
        fee=event.fee,
        claims=event.claims,
        reserved=state.reserved - event.released,
        committed=state.committed + event.fee.amount,
        tasks=closed(state.tasks, ANSWER_OFFER, ANSWER_COUNTER_OFFER),
    )
