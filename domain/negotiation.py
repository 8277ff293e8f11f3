"""Stage 4, negotiation: versioned offers, each needing the other side's consent, with the money for them reserved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from domain.claims import Claim, Scope, claims_of
from domain.clauses import Commission, Gift
from domain.concession import answering_fee
from domain.deadlines import DeadlinePolicy, OnExpiry, Task, TaskExpired, closed, open_task, opened
from domain.decider import Authority, Command, Context, Event, Role
from domain.errors import (
    AboveCap,
    BudgetExceeded,
    CurrencyMismatch,
    ExclusivityClash,
    NothingToDecide,
    NothingTracked,
    NotYourTurn,
    RefusedByLedger,
    RoundsExhausted,
    StaleVersion,
    WrongStage,
)
from domain.lifecycle import Stage
from domain.money import Minor, Money
from domain.offers import Offer
from domain.outcomes import Outcome, end
from domain.personal import PERSONAL
from domain.values import Line, Text, Value

if TYPE_CHECKING:
    from domain.collaboration import Collaboration

ANSWER_OFFER = "answer_offer"
ANSWER_COUNTER_OFFER = "answer_counter_offer"


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
    """Answer this version with another one; the other side must then agree. What is left out stays as it was."""

    version: int = Field(ge=1)
    fee: Money
    message: Text = ""
    gifts: tuple[Gift, ...] | None = Field(default=None, max_length=10)
    """All that is given beside the fee from now on; an empty list takes gifts off the table."""
    commission: Commission | None = None
    """On tracked sales; a ratio of 0 takes it off the table."""


class ConcedeOffer(Command):
    """Answer the creator's counter-offer with the next fee of the policy's curve."""

    version: int = Field(ge=1)


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
    authority: Authority | None = None
    """A policy's if the engine moved towards the creator by itself; None of an opening, and of what a person said."""


class OfferCountered(Event):
    """A version of the offer by the creator."""

    offer: Offer
    task: Task


class OfferAccepted(Event):
    """Both sides agree. What was reserved is released, the fee committed in its place, and the creator claimed.

    With the fee is committed what a commission can come to.
    """

    version: int
    fee: Money
    authority: Authority
    released: Minor
    claims: tuple[Claim, ...] = ()
    commission_cap: Minor = 0


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


NegotiationCommand = MakeOffer | WithholdOffer | AcceptOffer | CounterOffer | ConcedeOffer | DeclineOffer | NoteBlocked
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
            return [_made(_opening(state), state, context)]
        case WithholdOffer():
            return _withhold(command, state)
        case AcceptOffer():
            return _accept(_current(command, state), state, context)
        case CounterOffer():
            return [_counter(command, _current(command, state), state, context)]
        case ConcedeOffer():
            return [_concede(_current(command, state), state, context)]
        case DeclineOffer():
            offer = _current(command, state)
            _must_be_other_side(command, offer, context)
            return _declined(state, offer, context.actor.role, Authority.PERSON, command.reason)
        case NoteBlocked():
            _current(command, state)
            blocked = OfferBlocked.model_validate(command.model_dump())
            return [] if blocked.about in state.blocked else [blocked]


def note_of(command: Command, by: Role, refusal: RefusedByLedger) -> NoteBlocked | None:
    """What is to be recorded of a command that the ledgers refused; None if it is no answer to an offer."""
    if not isinstance(command, AcceptOffer | CounterOffer | ConcedeOffer):
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


def _current(
    command: AcceptOffer | CounterOffer | ConcedeOffer | DeclineOffer | NoteBlocked, state: "Collaboration"
) -> Offer:
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


def _opening(state: "Collaboration") -> Offer:
    agreed = state.agreed
    fee = Money(amount=agreed.opening_fee, currency=agreed.currency)
    return Offer(
        version=1, by=Role.BRAND, fee=fee, gifts=agreed.terms.gifts, commission=_if_due(agreed.terms.commission)
    )


def _if_due(commission: Commission | None) -> Commission | None:
    return commission if commission is not None and commission.is_due else None


def _made(offer: Offer, state: "Collaboration", context: Context, authority: Authority | None = None) -> OfferMade:
    return OfferMade(
        offer=offer,
        reserved=offer.cost - state.reserved,
        task=_task(ANSWER_OFFER, Role.CREATOR, state.agreed.policies.offer, state, context),
        authority=authority,
    )


def _accept(offer: Offer, state: "Collaboration", context: Context) -> Sequence[Event]:
    if context.actor.role is Role.ENGINE:
        if answering_fee(state) != offer.fee.amount:
            raise NotYourTurn(command="AcceptOffer", needed=Role.BRAND, role=Role.ENGINE)
        return [_accepted(offer, state, Authority.POLICY, context)]
    _must_be_other_side(AcceptOffer(version=offer.version), offer, context)
    _must_be_within_cap(offer, state)
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
        version=offer.version,
        fee=offer.fee,
        authority=authority,
        released=state.reserved,
        claims=claims,
        commission_cap=offer.cost - offer.fee.amount,
    )


def engines_answer(state: "Collaboration") -> AcceptOffer | ConcedeOffer | None:
    """What the policy says to the creator's counter-offer without asking anybody; None leaves it to a person."""
    offer, fee = state.offer, answering_fee(state)
    if offer is None or fee is None:
        return None
    met = fee == offer.fee.amount
    return AcceptOffer(version=offer.version) if met else ConcedeOffer(version=offer.version)


def _concede(offer: Offer, state: "Collaboration", context: Context) -> OfferMade:
    fee = answering_fee(state)
    if fee is None or fee == offer.fee.amount:
        raise NotYourTurn(command="ConcedeOffer", needed=Role.BRAND, role=context.actor.role)
    money = Money(amount=fee, currency=state.agreed.currency)
    ours = offer.model_copy(update={"version": offer.version + 1, "by": Role.BRAND, "fee": money, "message": ""})
    return _made(ours, state, context, Authority.POLICY)


def _counter(command: CounterOffer, offer: Offer, state: "Collaboration", context: Context) -> Event:
    _must_be_other_side(command, offer, context)
    if command.fee.currency != state.agreed.currency:
        raise CurrencyMismatch(given=command.fee.currency, needed=state.agreed.currency)
    answer = Offer(
        version=offer.version + 1,
        by=context.actor.role,
        fee=command.fee,
        message=command.message,
        gifts=offer.gifts if command.gifts is None else command.gifts,
        commission=offer.commission if command.commission is None else _if_due(command.commission),
    )
    if answer.commission is not None and not state.agreed.tracks_sales:
        raise NothingTracked
    if context.actor.role is Role.BRAND:
        _must_be_within_cap(answer, state)
        return _made(answer, state, context)
    allowed = state.agreed.policies.negotiation.rounds
    if state.counter_offers >= allowed:
        raise RoundsExhausted(what="counter-offers", allowed=allowed)
    task = _task(ANSWER_COUNTER_OFFER, Role.BRAND, state.agreed.policies.counter_offer, state, context)
    return OfferCountered(offer=answer, task=task)


def _must_be_within_cap(offer: Offer, state: "Collaboration") -> None:
    if offer.cost > state.agreed.fee_cap:
        raise AboveCap(amount=offer.cost, currency=offer.fee.currency, cap=state.agreed.fee_cap)


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
    affordable = offer.by is Role.CREATOR and offer.cost <= state.agreed.fee_cap
    if expired.answer is OnExpiry.APPROVE and affordable:
        return [_accepted(offer, state, Authority.TIMEOUT, context)]
    reason = f"the {expired.assignee} did not answer version {offer.version} of the offer in time"
    return _declined(state, offer, expired.assignee, Authority.TIMEOUT, reason)


def evolve(state: "Collaboration", event: NegotiationEvent) -> "Collaboration":
    """The collaboration after `event`."""
    match event:
        case OfferMade():
            tasks = opened(closed(state.tasks, ANSWER_COUNTER_OFFER), event.task)
            conceded = state.conceded + (event.authority is Authority.POLICY)
            reserved = state.reserved + event.reserved
            return replace(_with(event.offer, state), reserved=reserved, conceded=conceded, tasks=tasks)
        case OfferCountered():
            tasks = opened(closed(state.tasks, ANSWER_OFFER), event.task)
            return replace(_with(event.offer, state), counter_offers=state.counter_offers + 1, tasks=tasks)
        case OfferBlocked():
            return replace(state, blocked=(*state.blocked, event.about))
        case OfferAccepted():
            return _agreed(state, event)
        case OfferDeclined():
            return state  # the event that follows says what changes


def _with(offer: Offer, state: "Collaboration") -> "Collaboration":
    earlier = state.earlier_offers if state.offer is None else (*state.earlier_offers, state.offer)
    return replace(state, offer=offer, earlier_offers=earlier)


def _agreed(state: "Collaboration", event: OfferAccepted) -> "Collaboration":
    return replace(
        state,
        stage=Stage.CONTRACT_SIGNING,
        fee=event.fee,
        claims=event.claims,
        reserved=state.reserved - event.released,
        committed=state.committed + event.fee.amount + event.commission_cap,
        tasks=closed(state.tasks, ANSWER_OFFER, ANSWER_COUNTER_OFFER),
    )
