"""Money owed to a creator: scheduled by a decision, made exactly once under its own id, and owed again if it came back.

A payment order may count as paid at once, or wait until finance says that it was paid (`Policies.payment_orders`). What
a payment service has taken back is owed again; whether it is paid again, as a payout of its own, a person decides.
Neither lapses by silence: whoever is asked is asked again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from domain.brief import PaymentOrders
from domain.deadlines import Task, TaskExpired, Tasks, closed, open_task, opened
from domain.decider import Command, Context, Event, Role
from domain.errors import NothingToDecide, NotYet, NotYourTurn
from domain.money import Minor, Money
from domain.personal import PERSONAL
from domain.values import Line, Sha256, Text, Value

if TYPE_CHECKING:
    from domain.collaboration import Collaboration

CONFIRM_PAYMENT, SETTLE_REVERSAL = "confirm_payment", "settle_reversal"
ORDERED = "PO-"
"""What the reference of a payment order begins with: somebody is still to make the transfer."""


class ReversalReason(StrEnum):
    """Why money came back, as far as the payment service says it."""

    TRANSFER_REVERSED = "transfer_reversed"
    CHARGE_REFUNDED = "charge_refunded"


class PayoutPurpose(StrEnum):
    """What a payout is for."""

    UPFRONT = "upfront"
    BALANCE = "balance"
    KILL_FEE = "kill_fee"
    COMMISSION = "commission"


class Payout(Value):
    """An amount owed. `id` is the idempotency key of its transfer; `reference` names the transfer once it was made.

    Of each purpose there is one; each time that one came back and is paid again, there is another with a number.
    """

    id: Line
    purpose: PayoutPurpose
    amount: Money
    reference: Line | None = None
    order: Line | None = None
    """Of the payment order that finance was given, where that does not count as paid."""
    reversed: Minor = 0
    """How much of it the payment service has taken back, in minor units."""
    settled: Minor = 0
    """For how much of that somebody has decided whether it is paid again."""
    replaced: Minor = 0
    """How much of that is paid again, by another payout."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if not self.replaced <= self.settled <= self.reversed <= self.amount.amount:
            raise ValueError("a payout is replaced after it was settled, and settled after it was reversed")
        return self

    @property
    def name(self) -> str:
        """Its name within the collaboration: `upfront`, or `upfront-2` for the second one."""
        return self.id.rpartition("/")[2]

    @property
    def paid(self) -> int:
        """What has reached the creator and stayed there, in minor units."""
        return 0 if self.reference is None else self.amount.amount - self.reversed

    @property
    def undecided(self) -> int:
        """What came back and waits for a person's decision, in minor units."""
        return self.reversed - self.settled

    @property
    def is_owed(self) -> bool:
        """Whether it has not been made, or came back."""
        return self.reference is None or self.undecided > 0


class RecordPayout(Command):
    """A scheduled payout was made, or the order to do so was made out, which its reference says."""

    payout_id: Line
    reference: Line


class ConfirmPayment(Command):
    """Finance has paid a payment order; `reference` is the bank's, `proof` the SHA-256 of what shows it."""

    payout_id: Line
    reference: Line
    paid_on: date
    proof: Sha256 | None = None


class RecordReversal(Command):
    """The payment service has taken money back: so much of the payout in all, in minor units."""

    payout_id: Line
    reversed_in_all: int = Field(gt=0)
    reason: ReversalReason


class SettleReversal(Command):
    """Pay what came back once more, or not."""

    payout_id: Line
    pay_again: bool
    note: Text = ""


class PayoutScheduled(Event):
    """An amount is owed from now on."""

    payout: Payout


class PaymentOrdered(Event):
    """Finance was told to transfer the amount, and is asked to say when that is done."""

    payout_id: Line
    amount: Money
    reference: Line
    task: Task
    to_finance: bool = False
    """Whether the brand's finance department is told of it."""


class PayoutMade(Event):
    """The amount was transferred, or the order to do so was made out."""

    payout_id: Line
    amount: Money
    reference: Line
    paid_on: date | None = None
    """As finance says it; None of a transfer of ours, and of an order that counts as paid."""
    proof: Sha256 | None = None
    to_finance: bool = False
    """Whether the brand's finance department is told of it."""

    @property
    def ordered(self) -> bool:
        """Whether a person is to make the transfer."""
        return self.reference.startswith(ORDERED) and self.paid_on is None


class PayoutReversed(Event):
    """Some or all of a payout came back, and is owed again. A person is asked whether it is paid once more."""

    payout_id: Line
    amount: Money
    reason: ReversalReason
    task: Task
    to_finance: bool = False
    """Whether the brand's finance department is asked; otherwise its manager is."""


class ReversalSettled(Event):
    """It was decided what becomes of money that came back. If it is not paid again, it returns to the budget."""

    payout_id: Line
    amount: Money
    paid_again: bool
    note: Annotated[Text, PERSONAL] = ""


class PayoutOverdue(Event):
    """Nobody did in time what a payout waits for. Money that is owed stays owed: they are asked again."""

    payout_id: Line
    task: Task


PayoutCommand = RecordPayout | ConfirmPayment | RecordReversal | SettleReversal
PayoutEvent = PayoutScheduled | PaymentOrdered | PayoutMade | PayoutReversed | ReversalSettled | PayoutOverdue


def schedule(collaboration_id: str, purpose: PayoutPurpose, amount: int, currency: str) -> Sequence[PayoutScheduled]:
    """The payout of `amount` minor units; nothing is scheduled for nothing."""
    if amount == 0:
        return []
    money = Money(amount=amount, currency=currency)
    return [PayoutScheduled(payout=Payout(id=f"{collaboration_id}/{purpose}", purpose=purpose, amount=money))]


def scheduled(payouts: Iterable[Payout], purpose: PayoutPurpose | None = None) -> int:
    """What has been scheduled, of one purpose or of all, in minor units; what is paid again counts once."""
    return sum(each.amount.amount - each.replaced for each in payouts if purpose in (None, each.purpose))


def still_asked(tasks: Tasks) -> Tasks:
    """The tasks about money, which a collaboration that closes still waits for."""
    return {name: task for name, task in tasks.items() if name.partition("/")[0] in (CONFIRM_PAYMENT, SETTLE_REVERSAL)}


def decide(command: PayoutCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Take the word of whoever pays, ourselves or finance, and of the payment service that takes back."""
    name, payout = type(command).__name__, state.payouts.get(command.payout_id)
    if isinstance(command, ConfirmPayment | SettleReversal) and context.actor.role is not Role.BRAND:
        raise NotYourTurn(command=name, needed=Role.BRAND, role=context.actor.role)
    if payout is None or not _awaits(command, payout):
        raise NothingToDecide(command=name, subject="the collaboration", open="no such payout waits for it")
    match command:
        case RecordPayout():
            return [_recorded(command, payout, state, context)]
        case ConfirmPayment():
            return [_confirmed(command, payout, context)]
        case RecordReversal():
            return _reversed(command, payout, state, context)
        case SettleReversal():
            return _settled(command, payout, state)


def _awaits(command: PayoutCommand, payout: Payout) -> bool:
    match command:
        case RecordPayout():
            return payout.reference is None and payout.order is None
        case ConfirmPayment():
            return payout.reference is None and payout.order is not None
        case RecordReversal():
            return payout.reference is not None
        case SettleReversal():
            return payout.undecided > 0


def _recorded(command: RecordPayout, payout: Payout, state: "Collaboration", context: Context) -> Event:
    reference, to_finance = command.reference, state.agreed.copies.finance
    waits = state.agreed.policies.payment_orders is PaymentOrders.WAIT_FOR_FINANCE
    if waits and reference.startswith(ORDERED):
        task = _task(CONFIRM_PAYMENT, payout, state, context)
        return PaymentOrdered(
            payout_id=payout.id, amount=payout.amount, reference=reference, task=task, to_finance=to_finance
        )
    return PayoutMade(payout_id=payout.id, amount=payout.amount, reference=reference, to_finance=to_finance)


def _confirmed(command: ConfirmPayment, payout: Payout, context: Context) -> Event:
    if command.paid_on > (context.at + timedelta(days=1)).date():  # tomorrow has begun somewhere
        raise NotYet(what="paid_on", date=command.paid_on.isoformat())
    return PayoutMade(
        payout_id=payout.id,
        amount=payout.amount,
        reference=command.reference,
        paid_on=command.paid_on,
        proof=command.proof,
    )


def _reversed(command: RecordReversal, payout: Payout, state: "Collaboration", context: Context) -> Sequence[Event]:
    """What is new of it: services tell of one reversal several times, and of several in any order."""
    more = min(command.reversed_in_all, payout.amount.amount) - payout.reversed
    if more <= 0:
        return []
    amount = Money(amount=more, currency=payout.amount.currency)
    task = _task(SETTLE_REVERSAL, payout, state, context)
    to_finance = state.agreed.copies.finance
    return [PayoutReversed(payout_id=payout.id, amount=amount, reason=command.reason, task=task, to_finance=to_finance)]


def _settled(command: SettleReversal, payout: Payout, state: "Collaboration") -> Sequence[Event]:
    amount = Money(amount=payout.undecided, currency=payout.amount.currency)
    settled = ReversalSettled(payout_id=payout.id, amount=amount, paid_again=command.pay_again, note=command.note)
    if not command.pay_again:
        return [settled]
    number = 1 + sum(each.purpose is payout.purpose for each in state.payouts.values())
    again = Payout(id=f"{state.id}/{payout.purpose}-{number}", purpose=payout.purpose, amount=amount)
    return [settled, PayoutScheduled(payout=again)]


def _task(step: str, payout: Payout, state: "Collaboration", context: Context) -> Task:
    policy, calendar = state.agreed.policies.payment, state.agreed.calendar
    return open_task(f"{step}/{payout.name}", Role.BRAND, policy, context.at, calendar=calendar)


def expire(expired: TaskExpired, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Nobody's silence pays anything, nor keeps it from a creator: the same is asked again."""
    step, _, name = expired.task.partition("/")
    payout = next(each for each in state.payouts.values() if each.name == name)
    return [PayoutOverdue(payout_id=payout.id, task=_task(step, payout, state, context))]


def evolve(state: "Collaboration", event: PayoutEvent) -> "Collaboration":
    """The collaboration after `event`."""
    if isinstance(event, PayoutScheduled):
        return replace(state, payouts={**state.payouts, event.payout.id: event.payout})
    payout = state.payouts[event.payout_id]
    match event:
        case PaymentOrdered():
            return _with(state, payout, {"order": event.reference}, tasks=opened(state.tasks, event.task))
        case PayoutMade():
            tasks = closed(state.tasks, f"{CONFIRM_PAYMENT}/{payout.name}")
            return _with(state, payout, {"reference": event.reference}, -event.amount.amount, tasks)
        case PayoutReversed():
            more = {"reversed": payout.reversed + event.amount.amount}
            return _with(state, payout, more, event.amount.amount, opened(state.tasks, event.task))
        case ReversalSettled():
            amount, tasks = event.amount.amount, closed(state.tasks, f"{SETTLE_REVERSAL}/{payout.name}")
            more = {"settled": payout.settled + amount}
            if event.paid_again:
                return _with(state, payout, {**more, "replaced": payout.replaced + amount}, tasks=tasks)
            return _with(state, payout, more, -amount, tasks)
        case PayoutOverdue():
            return replace(state, tasks=opened(state.tasks, event.task))


def _with(
    state: "Collaboration", payout: Payout, update: Mapping[str, object], committed: int = 0, tasks: Tasks | None = None
) -> "Collaboration":
    changed = payout.model_copy(update=update)
    return replace(
        state,
        payouts={**state.payouts, payout.id: changed},
        committed=state.committed + committed,
        tasks=state.tasks if tasks is None else tasks,
    )
