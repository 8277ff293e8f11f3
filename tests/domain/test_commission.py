"""Commission on tracked sales: owed once the work is over, after refunds, never more than was committed for it."""

from typing import Any

import pytest

from domain.clauses import Commission, Terms
from domain.collaboration import CancelCollaboration, CollaborationCancelled
from domain.commission import CommissionSettled, SettleCommission, agreed_commission, commission_is_due
from domain.content_approval import SubmitDraft
from domain.decider import Role
from domain.errors import NothingToDecide, NotYourTurn
from domain.outcomes import CollaborationClosing, CollaborationEnded, Outcome
from domain.payouts import Payout, PayoutMade, PayoutPurpose, PayoutScheduled, RecordPayout
from tests.domain.given import (
    BRAND,
    CREATOR,
    DISCLOSED,
    a_signature,
    an_assignment,
    commissioned,
    concluded,
    drafted,
    usd,
)


def test_the_end_waits_for_the_commission() -> None:
    """With everything measured and paid, the collaboration is not over before its sales have been reckoned."""
    state = commissioned().state
    assert not state.ended
    assert commission_is_due(state)
    assert state.committed == 30_00


@pytest.mark.parametrize(("revenue", "owed"), [(240_00, 24_00), (300_09, 30_00), (9_000_00, 30_00)])
def test_a_share_of_the_sales_is_owed_up_to_the_cap(revenue: int, owed: int) -> None:
    """As a payout of its own, which the end then waits for; what is left of the cap returns to the budget."""
    story = commissioned().does(SettleCommission(orders=3, revenue=revenue))
    settled, scheduled = story.past[-2:]
    assert settled == CommissionSettled(orders=3, revenue=revenue, ratio=0.1, cap=30_00, amount=usd(owed))
    payout = Payout(id="collab-1/commission", purpose=PayoutPurpose.COMMISSION, amount=usd(owed))
    assert scheduled == PayoutScheduled(payout=payout)
    paid, ended = story.when(RecordPayout(payout_id="collab-1/commission", reference="tr_9")).events
    assert isinstance(paid, PayoutMade)
    assert isinstance(ended, CollaborationEnded)
    assert (ended.outcome, ended.released_committed) == (Outcome.COMPLETED, 30_00 - owed)


def test_nothing_sold_is_nothing_owed() -> None:
    """The settlement is in the record, no payout is made, and the collaboration is over."""
    decision = commissioned().when(SettleCommission(orders=0, revenue=0))
    decision.then_types(CommissionSettled, CollaborationEnded)
    assert decision.state.outcome is Outcome.COMPLETED


def test_it_is_settled_once_and_by_the_engine() -> None:
    """Neither side says what was sold, and nobody reckons it twice or too early."""
    story = commissioned()
    settle = SettleCommission(orders=1, revenue=50_00)
    story.when(settle, by=BRAND).refused(NotYourTurn)
    story.does(settle).when(settle).refused(NothingToDecide)
    drafted().when(settle).refused(NothingToDecide)


def with_commission() -> Any:
    return an_assignment(terms=Terms(commission=Commission(ratio=0.1, cap=30_00)), tracks_sales=True)


def test_a_cancelled_collaboration_still_owes_what_was_sold() -> None:
    """Beside the kill fee, and once that has been paid; before a contract there is nothing to owe."""
    story = concluded(with_commission()).does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR)
    for payout in story.state.owed:
        story = story.does(RecordPayout(payout_id=payout.id, reference="tr_1"))
    decision = story.when(CancelCollaboration(reason="recall"), by=BRAND)
    decision.then_types(CollaborationCancelled)
    assert commission_is_due(decision.state)
    early = drafted(with_commission())
    early.when(CancelCollaboration(reason="recall"), by=BRAND).then_types(CollaborationCancelled, CollaborationEnded)
    assert agreed_commission(early.state) is None
    signed = early.does(a_signature(), by=Role.CREATOR)
    assert agreed_commission(signed.state) is None


def test_without_a_commission_nothing_waits_for_one() -> None:
    """The usual contract has a fee only."""
    assert not concluded().state.owes_commission
    assert CollaborationClosing not in {type(event) for event in concluded().past}
