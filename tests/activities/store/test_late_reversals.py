"""Money that came back after the end: listed by workspace, once a transfer, until somebody has seen to it."""

import pytest

from activities.store.late_reversals import LateReversals, Paid
from activities.store.pool import Pool
from domain.errors import NotFound


def paid(number: int = 1, workspace: str = "default") -> Paid:
    """A payout that was made."""
    return Paid(payout_id=f"c{number}/upfront", collaboration_id=f"c{number}", campaign_id="tea", workspace=workspace)


async def test_each_transfer_is_listed_once_with_what_came_back_in_all(pool: Pool) -> None:
    """The same told again, or less, changes nothing; more of it does."""
    reversals = LateReversals(pool)
    for amount in (40, 40, 30, 55):
        await reversals.note(paid(), "tr_1", amount, "USD", "transfer_reversed")
    [one] = await reversals.waiting("default")
    assert (one.transfer_id, one.payout_id, one.amount, one.currency) == ("tr_1", "c1/upfront", 55, "USD")


async def test_pages_go_from_the_oldest_on_and_keep_to_their_workspace(pool: Pool) -> None:
    """Nobody is shown another's."""
    reversals = LateReversals(pool)
    for number in (1, 2, 3):
        await reversals.note(paid(number), f"tr_{number}", 5, "USD", "transfer_reversed")
    await reversals.note(paid(4, "theirs"), "tr_4", 5, "USD", "transfer_reversed")
    first = await reversals.waiting("default", limit=2)
    rest = await reversals.waiting("default", after=(first[-1].noted_at, first[-1].transfer_id))
    assert [each.transfer_id for each in (*first, *rest)] == ["tr_1", "tr_2", "tr_3"]
    assert [each.transfer_id for each in await reversals.waiting("theirs")] == ["tr_4"]


async def test_who_has_seen_to_one_is_kept_and_more_of_it_opens_it_again(pool: Pool) -> None:
    """The first word stands; another workspace's does not count."""
    reversals = LateReversals(pool)
    await reversals.note(paid(), "tr_1", 5, "USD", "transfer_reversed")
    with pytest.raises(NotFound, match="late reversal tr_1"):
        await reversals.settle("theirs", "tr_1", by="them")
    for person in ("finance", "somebody"):
        await reversals.settle("default", "tr_1", by=person)
    assert await pool.fetchval("select settled_by from late_reversals") == "finance"
    await reversals.note(paid(), "tr_1", 5, "USD", "transfer_reversed")
    assert await reversals.waiting("default") == []
    await reversals.note(paid(), "tr_1", 6, "USD", "charge_refunded")
    assert [each.reason for each in await reversals.waiting("default")] == ["charge_refunded"]


async def test_a_transfer_of_nobody_is_nobodys(pool: Pool) -> None:
    """Neither by its id nor by what it says."""
    assert await LateReversals(pool).payout_of("tr_1", None) is None
    assert await LateReversals(pool).payout_of("tr_1", "c1/upfront") is None
