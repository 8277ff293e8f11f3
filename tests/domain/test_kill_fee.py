"""What a creator is owed when the brand stops."""

from domain.clauses import Cancellation, Terms
from domain.kill_fee import kill_fee, schedule_kill_fee
from domain.payouts import PayoutScheduled
from tests.domain.given import CREATOR, a_post, an_assignment, concluded, drafted, in_review, live, to_publish

FEE = 212_50


def test_the_kill_fee_grows_with_the_work() -> None:
    """25 % before creation, 50 % once a draft was made, 75 % once delivered, everything once all is live."""
    assert kill_fee(drafted().state) == 0
    assert kill_fee(concluded().state) == FEE // 4
    assert kill_fee(in_review().state) == FEE // 2
    assert kill_fee(to_publish().state) == FEE * 3 // 4
    assert kill_fee(to_publish().does(a_post(), by=CREATOR).state) == FEE * 3 // 4
    assert kill_fee(live().state) == FEE


def test_a_contract_may_have_other_kill_fees() -> None:
    """The kill fee is the contract's own clause."""
    terms = Terms(cancellation=Cancellation(before_creation=1))
    assert kill_fee(concluded(an_assignment(terms=terms)).state) == FEE


def test_what_was_scheduled_upfront_counts_towards_it() -> None:
    """Only the rest is scheduled; where the upfront share covers it, nothing is."""
    assert schedule_kill_fee(concluded().state) == []
    [scheduled] = schedule_kill_fee(to_publish().state)
    assert isinstance(scheduled, PayoutScheduled)
    assert scheduled.payout.amount.amount == FEE * 3 // 4 - FEE // 2
