"""Payouts: made once, ordered of finance where the policy waits for it, and owed again when they come back."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.brief import PaymentOrders, Policies
from domain.budget import moves
from domain.collaboration import CancelCollaboration, Collaboration
from domain.deadlines import OnExpiry, TaskEscalated, TaskExpired
from domain.errors import AlreadyEnded, NothingToDecide, NotYet, NotYourTurn
from domain.kill_fee import kill_fee
from domain.money import Money
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import (
    ConfirmPayment,
    PaymentOrdered,
    Payout,
    PayoutMade,
    PayoutOverdue,
    PayoutPurpose,
    PayoutReversed,
    PayoutScheduled,
    RecordPayout,
    RecordReversal,
    ReversalReason,
    ReversalSettled,
    SettleReversal,
    schedule,
    scheduled,
)
from tests.domain.given import BRAND, CREATOR, ENGINE, HOUR, T0, Story, a_policy, an_assignment, concluded, usd

UPFRONT, AGAIN = "collab-1/upfront", "collab-1/upfront-2"
PAID = RecordPayout(payout_id=UPFRONT, reference="tr_1")
ORDERED = RecordPayout(payout_id=UPFRONT, reference="PO-1")
CONFIRMED = ConfirmPayment(payout_id=UPFRONT, reference="SEPA 7", paid_on=T0.date(), proof="ab" * 32)
PATIENT = a_policy(OnExpiry.DECLINE, hours=400)
CONFIRM, SETTLE = "confirm_payment/upfront", "settle_reversal/upfront"


def waiting(**policies: Any) -> Story[Any, Collaboration]:
    """A collaboration whose upfront payment is owed, in a campaign in which orders wait for finance."""
    stated = Policies(payment_orders=PaymentOrders.WAIT_FOR_FINANCE, **policies)
    return concluded(an_assignment(policies=stated))


def paid() -> Story[Any, Collaboration]:
    """A collaboration whose upfront payment was transferred."""
    return concluded().does(PAID)


def taken_back(amount: int) -> RecordReversal:
    """The payment service's word that so much of it came back in all."""
    return RecordReversal(payout_id=UPFRONT, reversed_in_all=amount, reason=ReversalReason.TRANSFER_REVERSED)


def ledger(story: Story[Any, Collaboration]) -> dict[str, int]:
    """What the whole story has done to the campaign's ledger."""
    all_moves = moves(story.past, campaign_id="camp-1", currency="USD")
    return {name: sum(getattr(move, name) for move in all_moves) for name in ("reserved", "committed", "paid")}


def test_nothing_is_scheduled_for_nothing() -> None:
    """A share of 0 % makes no payout."""
    assert schedule("collab-1", PayoutPurpose.UPFRONT, 0, "USD") == []
    [one] = schedule("collab-1", PayoutPurpose.UPFRONT, 5, "USD")
    assert (one.payout.id, one.payout.amount) == (UPFRONT, usd(5))


@pytest.mark.parametrize(
    "figures", [{"reversed": 6}, {"reversed": 2, "settled": 3}, {"reversed": 2, "settled": 1, "replaced": 2}]
)
def test_a_payout_cannot_come_back_more_than_once(figures: dict[str, int]) -> None:
    """What was decided came back, and what came back was paid."""
    with pytest.raises(ValidationError, match="settled after it was reversed"):
        Payout(id=UPFRONT, purpose=PayoutPurpose.UPFRONT, amount=usd(5), **figures)  # type: ignore[arg-type]


def test_a_transfer_is_made_at_once_whatever_the_policy_says_of_orders() -> None:
    """It is finance that is waited for, and only where finance pays."""
    amount = concluded().state.payouts[UPFRONT].amount
    waiting().when(PAID).then(PayoutMade(payout_id=UPFRONT, amount=amount, reference="tr_1"))
    concluded().when(ORDERED).then(PayoutMade(payout_id=UPFRONT, amount=amount, reference="PO-1"))


def test_an_order_waits_for_finance_where_the_policy_says_so() -> None:
    """It is a task with a deadline, nothing counts as paid, and nobody pays it a second time."""
    decision = waiting().when(ORDERED)
    decision.then_types(PaymentOrdered)
    state = decision.state
    assert CONFIRM in state.tasks
    assert [payout.id for payout in state.owed] == [UPFRONT]
    assert state.payable == []
    assert ledger(waiting().does(ORDERED))["paid"] == 0
    waiting().does(ORDERED).when(ORDERED).refused(NothingToDecide)


def test_finance_says_that_it_was_paid() -> None:
    """With the bank's reference, the day and a proof; then it counts, and the task is gone."""
    story = waiting().does(ORDERED)
    decision = story.when(CONFIRMED, by=BRAND)
    amount = story.state.payouts[UPFRONT].amount
    decision.then(PayoutMade(payout_id=UPFRONT, amount=amount, reference="SEPA 7", paid_on=T0.date(), proof="ab" * 32))
    assert CONFIRM not in decision.state.tasks
    assert decision.state.owed == []
    assert ledger(story.does(CONFIRMED, by=BRAND))["paid"] == amount.amount


def test_only_the_brand_says_so_of_an_order_and_not_before_it_happened() -> None:
    """Not of a transfer, not of an order that counts already, not twice, and not of tomorrow's tomorrow."""
    ordered = waiting().does(ORDERED)
    ordered.when(CONFIRMED, by=CREATOR).refused(NotYourTurn)
    later = CONFIRMED.model_copy(update={"paid_on": T0.date() + timedelta(days=2)})
    ordered.when(later, by=BRAND).refused(NotYet, "2026-03-04")
    for story in (waiting(), concluded().does(ORDERED), paid(), ordered.does(CONFIRMED, by=BRAND)):
        story.when(CONFIRMED, by=BRAND).refused(NothingToDecide)


def test_silence_of_finance_pays_nothing_and_asks_again() -> None:
    """A second person first; then the same task anew, for ever."""
    story = waiting(payment=a_policy(OnExpiry.ESCALATE), draft=PATIENT).does(ORDERED)
    story.waits(until=T0 + 48 * HOUR).then_types(TaskEscalated)
    escalated = Story(story.decider, (*story.past, *story.waits(until=T0 + 48 * HOUR).events))
    again = escalated.waits(until=T0 + 72 * HOUR)
    again.then_types(TaskExpired, PayoutOverdue)
    assert again.state.tasks[CONFIRM].due_at == T0 + 120 * HOUR
    assert again.state.payouts[UPFRONT].is_owed


def test_a_closing_collaboration_still_waits_for_finance() -> None:
    """The end comes with the money, whoever has stopped the work."""
    closing = waiting().does(ORDERED).does(CancelCollaboration(reason="recall"), by=BRAND)
    assert CONFIRM in closing.state.tasks
    closing.when(CONFIRMED, by=BRAND).then_types(PayoutMade, CollaborationEnded)


def test_money_that_comes_back_is_owed_again_and_a_person_is_asked() -> None:
    """The ledger moves with the same events: what was paid is committed again."""
    before, amount = ledger(paid()), paid().state.payouts[UPFRONT].amount
    decision = paid().when(taken_back(amount.amount))
    decision.then_types(PayoutReversed)
    [event] = decision.events
    assert isinstance(event, PayoutReversed)
    assert (event.amount, event.reason) == (amount, "transfer_reversed")
    assert SETTLE in decision.state.tasks
    assert (decision.state.payouts[UPFRONT].paid, decision.state.payable) == (0, [])
    after = ledger(paid().does(taken_back(amount.amount)))
    assert after["paid"] == before["paid"] - amount.amount
    assert after["committed"] == before["committed"] + amount.amount
    assert decision.state.committed == after["committed"]


def test_what_is_told_again_or_late_of_a_reversal_changes_nothing() -> None:
    """Services tell of sums, several times and in any order; more than the payout does not come back."""
    whole = paid().state.payouts[UPFRONT].amount.amount
    story = paid().does(taken_back(100_00))
    for amount in (100_00, 40_00):
        assert story.when(taken_back(amount)).events == []
    more = story.does(taken_back(whole + 5))
    assert [event.amount for event in more.past if isinstance(event, PayoutReversed)] == [
        usd(100_00),
        usd(whole - 100_00),
    ]
    paid().when(taken_back(1), by=BRAND).refused(NotYourTurn)
    concluded().when(taken_back(1)).refused(NothingToDecide)


def test_it_is_paid_again_as_a_payout_of_its_own_once_a_person_says_so() -> None:
    """Under a new id, so that no service takes it for the first one; it is scheduled once in sum."""
    story = paid().does(taken_back(100_00))
    decision = story.when(SettleReversal(payout_id=UPFRONT, pay_again=True, note="new account"), by=BRAND)
    again = Payout(id=AGAIN, purpose=PayoutPurpose.UPFRONT, amount=usd(100_00))
    decision.then(
        ReversalSettled(payout_id=UPFRONT, amount=usd(100_00), paid_again=True, note="new account"),
        PayoutScheduled(payout=again),
    )
    state = decision.state
    assert SETTLE not in state.tasks
    assert state.payable == [again]
    assert scheduled(state.payouts.values()) == scheduled(paid().state.payouts.values())
    settled = story.does(SettleReversal(payout_id=UPFRONT, pay_again=True), by=BRAND)
    done = settled.does(RecordPayout(payout_id=AGAIN, reference="tr_2"))
    assert ledger(done) == ledger(paid())
    assert done.state.owed == []


def test_or_it_is_not_paid_again_and_returns_to_the_budget() -> None:
    """It is not owed any more, and does not come back with a kill fee."""
    story = paid().does(taken_back(100_00))
    settled = story.does(SettleReversal(payout_id=UPFRONT, pay_again=False, note="paid by hand"), by=BRAND)
    assert settled.state.owed == []
    assert ledger(settled)["committed"] == ledger(paid())["committed"]
    assert ledger(settled)["paid"] == ledger(paid())["paid"] - 100_00
    assert kill_fee(settled.state) == kill_fee(paid().state)
    assert scheduled(settled.state.payouts.values()) == scheduled(paid().state.payouts.values())
    story.when(SettleReversal(payout_id=UPFRONT, pay_again=False), by=CREATOR).refused(NotYourTurn)
    settled.when(SettleReversal(payout_id=UPFRONT, pay_again=True), by=BRAND).refused(NothingToDecide)


def test_an_end_waits_for_the_decision_about_money_that_came_back() -> None:
    """A cancelled collaboration stays open until somebody has decided; after its end nothing is taken any more."""
    closing = paid().does(taken_back(100_00)).does(CancelCollaboration(reason="recall"), by=BRAND)
    assert SETTLE in closing.state.tasks
    for payout in closing.state.payable:
        closing = closing.does(RecordPayout(payout_id=payout.id, reference="tr_3"))
    assert closing.state.outcome is None
    ended = closing.does(SettleReversal(payout_id=UPFRONT, pay_again=False), by=BRAND)
    assert ended.state.outcome is Outcome.CANCELLED
    assert (ledger(ended)["reserved"], ledger(ended)["committed"]) == (0, 0)
    ended.when(taken_back(150_00), by=ENGINE).refused(AlreadyEnded)


def test_silence_neither_pays_again_nor_lets_it_be() -> None:
    """Payouts that came back are asked about until somebody decides."""
    policies = Policies(payment=a_policy(OnExpiry.DECLINE), draft=PATIENT)
    story = concluded(an_assignment(policies=policies)).does(PAID).does(taken_back(100_00))
    late = story.waits(until=T0 + 48 * HOUR)
    late.then_types(TaskExpired, PayoutOverdue)
    assert late.state.tasks[SETTLE].due_at == T0 + 96 * HOUR


def test_amounts_are_money() -> None:
    """In the currency of the payout."""
    assert paid().state.payouts[UPFRONT].amount == Money(amount=106_25, currency="USD")
