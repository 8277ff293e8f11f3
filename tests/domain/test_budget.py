"""A campaign's money: what each event moves, and that however many creators agree at once it is never overspent."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from domain.budget import BudgetMove, moves
from domain.collaboration import CancelCollaboration
from domain.decider import Event
from domain.errors import BudgetExceeded
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.outcomes import CollaborationEnded
from domain.payouts import PayoutMade, RecordPayout
from tests.domain.given import BRAND, CREATOR, ENGINE, concluded, countered, live, offered, started, usd
from tests.domain.random_walk import Walk, lead_on, openings, step_on

OPENING = 212_50


@dataclass
class Ledger:
    """A campaign's ledger as a store keeps it: the moves of one append count by their sum, or the append is refused."""

    total: int = 0
    reserved: int = 0
    committed: int = 0
    paid: int = 0

    def append(self, events: Sequence[Event]) -> None:
        """Apply what events move."""
        found = moves(events, campaign_id="camp-1", currency="USD")
        total, reserved, committed, paid = (
            getattr(self, kind) + sum(getattr(move, kind) for move in found)
            for kind in ("total", "reserved", "committed", "paid")
        )
        if reserved + committed + paid > total:
            left = self.total - self.reserved - self.committed - self.paid
            raise BudgetExceeded(available=left, budget=self.total, needed=reserved + committed + paid)
        self.total, self.reserved, self.committed, self.paid = total, reserved, committed, paid

    def check(self, walks: Sequence[Walk]) -> None:
        """No pot is negative, together they never exceed the total, and they are what the collaborations hold."""
        assert min(self.reserved, self.committed, self.paid) >= 0
        assert self.reserved + self.committed + self.paid <= self.total
        assert self.reserved == sum(walk.state.reserved for walk in walks)
        assert self.committed == sum(walk.state.committed for walk in walks)
        made = (one.amount.amount for walk in walks for one in walk.events if isinstance(one, PayoutMade))
        assert self.paid == sum(made)


def moved(*events: Event) -> list[dict[str, int]]:
    """What events move, without the zeros."""
    found = moves(events, campaign_id="camp-1", currency="USD")
    assert all((move.campaign_id, move.currency) == ("camp-1", "USD") for move in found)
    kinds = ("total", "reserved", "committed", "paid")
    return [{kind: getattr(move, kind) for kind in kinds if getattr(move, kind)} for move in found]


def test_a_brief_opens_the_budget() -> None:
    """The start of a campaign sets the total."""
    assert moved(*started().past) == [{"total": 10_000_00}]


def test_an_offer_reserves_and_acceptance_commits() -> None:
    """A fee moves from reserved to committed when both sides agree."""
    assert moved(*offered().past) == [{"reserved": OPENING}]
    accepted = offered().when(AcceptOffer(version=1), by=CREATOR).events
    assert moved(*accepted) == [{"reserved": -OPENING, "committed": OPENING}]


def test_an_accepted_counter_offer_commits_its_own_fee() -> None:
    """The reservation of our last offer is released whatever fee was agreed."""
    accepted = countered(300_00).when(AcceptOffer(version=2), by=BRAND).events
    assert moved(*accepted) == [{"reserved": -OPENING, "committed": 300_00}]


@pytest.mark.parametrize(("fee", "delta"), [(250_00, 37_50), (200_00, -12_50)])
def test_another_offer_reserves_the_difference(fee: int, delta: int) -> None:
    """A later offer of ours adjusts the reservation, up or down."""
    assert moved(*countered().when(CounterOffer(version=2, fee=usd(fee)), by=BRAND).events) == [{"reserved": delta}]


def test_an_end_gives_back_what_it_held() -> None:
    """A declined offer returns its reservation; the end after a commitment returns what was not spent."""
    assert moved(*offered().when(DeclineOffer(version=1), by=CREATOR).events) == [{"reserved": -OPENING}]
    cancelled = concluded().does(RecordPayout(payout_id="collab-1/upfront", reference="tr_1"))
    assert moved(*cancelled.when(CancelCollaboration(reason="recall"), by=BRAND).events) == [{"committed": -106_25}]


def test_a_payout_is_spent() -> None:
    """A transfer moves from committed to paid."""
    made = live().when(RecordPayout(payout_id="collab-1/balance", reference="tr_1"), by=ENGINE).events
    assert moved(*made) == [{"committed": -106_25, "paid": 106_25}]


def test_most_events_move_nothing() -> None:
    """Events without money leave no move at all."""
    assert moved(*offered().past[:2], *live().past[-4:-2]) == []
    assert BudgetMove(campaign_id="camp-1", currency="USD") == BudgetMove(campaign_id="camp-1", currency="USD", paid=0)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 900_00))
def test_a_campaign_is_never_overspent(data: st.DataObject, budget: int) -> None:
    """Several collaborations that draw on one small budget never overdraw it, and all of them end with nothing held."""
    ledger = Ledger(total=budget)
    walks = [Walk(store=ledger.append) for _ in range(data.draw(st.integers(2, 4)))]
    for number, walk in enumerate(walks, start=1):
        walk.take(data.draw(openings(number)), ENGINE)
    for _ in range(data.draw(st.integers(0, 40))):
        walk = data.draw(st.sampled_from(walks))
        if data.draw(st.booleans()):
            lead_on(walk)
        else:
            step_on(data.draw, walk)
        ledger.check(walks)
    event(f"refused by the budget: {any(isinstance(s.refusal, BudgetExceeded) for w in walks for s in w.steps)}")
    for walk in walks:
        walk.finish()
        ledger.check(walks)
    assert (ledger.reserved, ledger.committed) == (0, 0)
    assert all(isinstance(walk.events[-1], CollaborationEnded) for walk in walks)
    assert 0 <= ledger.paid <= budget
