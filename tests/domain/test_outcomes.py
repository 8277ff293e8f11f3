"""The end of a collaboration waits for what is owed."""

import pytest

from domain.claims import Release
from domain.outcomes import Closing, CollaborationClosing, CollaborationEnded, Outcome, end
from domain.payouts import RecordPayout
from tests.domain.given import an_assignment, concluded, exclusively, offered, verified


@pytest.mark.parametrize("outcome", Outcome)
def test_with_a_payment_under_way_the_end_is_only_announced(outcome: Outcome) -> None:
    """As long as a scheduled payout has not been made, the collaboration closes but does not end."""
    closing = CollaborationClosing(closing=Closing(outcome=outcome, reason="why"))
    assert list(end(concluded().state, outcome, "why")) == [closing]


@pytest.mark.parametrize("outcome", Outcome)
def test_with_nothing_owed_it_ends_now(outcome: Outcome) -> None:
    """What was committed and not spent returns to the budget in the same event, and the creator is free."""
    paid = concluded().does(RecordPayout(payout_id="collab-1/upfront", reference="tr_1"))
    ended = CollaborationEnded(
        outcome=outcome,
        reason="why",
        released_committed=106_25,
        offered=True,
        released_claims=Release.ALL,
    )
    assert list(end(paid.state, outcome, "why")) == [ended]


@pytest.mark.parametrize("outcome", Outcome)
def test_exclusivity_goes_on_only_after_work_that_was_completed(outcome: Outcome) -> None:
    """Whoever has seen it through stays bound until the date; every other end frees the creator."""
    story = concluded(an_assignment(terms=exclusively(30)))
    [ended] = end(story.does(RecordPayout(payout_id="collab-1/upfront", reference="tr_1")).state, outcome, "why")
    assert isinstance(ended, CollaborationEnded)
    assert ended.released_claims == (Release.PRESENCE if outcome is Outcome.COMPLETED else Release.ALL)


def test_an_end_gives_back_the_reservation() -> None:
    """What was reserved for an offer returns; without an offer there is nothing to return and nobody to tell."""
    [ended] = end(offered().state, Outcome.DECLINED, "why")
    expected = CollaborationEnded(outcome=Outcome.DECLINED, reason="why", released_reserved=212_50, offered=True)
    assert ended == expected
    [early] = end(verified().state, Outcome.NO_BUDGET, "why")
    assert early == CollaborationEnded(outcome=Outcome.NO_BUDGET, reason="why")
