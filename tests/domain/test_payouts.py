"""What is owed is scheduled once under its own id."""

import pytest

from domain.payouts import Payout, PayoutPurpose, PayoutScheduled, schedule
from tests.domain.given import usd


@pytest.mark.parametrize("purpose", PayoutPurpose)
def test_a_payout_is_known_by_its_purpose(purpose: PayoutPurpose) -> None:
    """The id, which is the transfer's idempotency key, follows from collaboration and purpose alone."""
    payout = Payout(id=f"collab-1/{purpose}", purpose=purpose, amount=usd(100_00))
    assert list(schedule("collab-1", purpose, 100_00, "USD")) == [PayoutScheduled(payout=payout)]
    assert payout.reference is None


def test_nothing_is_scheduled_for_nothing() -> None:
    """An amount of zero is no payout."""
    assert list(schedule("collab-1", PayoutPurpose.UPFRONT, 0, "USD")) == []
