"""How the engine's own offers rise from the opening towards the cap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.concession import Concession, next_fee

OPENING, CAP = 200_00, 400_00

concessions = st.builds(
    Concession,
    rounds=st.integers(1, 10),
    exponent=st.floats(0.1, 10),
    up_to=st.floats(0.01, 1),
)


@pytest.mark.parametrize(
    ("exponent", "fees"),
    [(1.0, [250_00, 300_00, 350_00, 400_00]), (2.0, [212_50, 250_00, 312_50, 400_00]), (0.5, [300_00, 341_42])],
)
def test_the_exponent_shapes_the_way_to_the_cap(exponent: float, fees: list[int]) -> None:
    """Evenly at 1, firm first above it, yielding first below it."""
    curve = Concession(rounds=4, exponent=exponent)
    assert [curve.fee(nth, opening=OPENING, cap=CAP) for nth in range(1, len(fees) + 1)] == fees


def test_the_way_may_end_before_the_cap() -> None:
    """`up_to` keeps the rest of it for people."""
    assert Concession(rounds=1, up_to=0.5).fee(1, opening=OPENING, cap=CAP) == 300_00


def test_after_the_last_round_there_is_nothing_more_to_give() -> None:
    """Nor where the opening is the cap already."""
    curve = Concession(rounds=2)
    assert next_fee(curve, 1, ours=300_00, opening=OPENING, cap=CAP) == 400_00
    assert next_fee(curve, 2, ours=400_00, opening=OPENING, cap=CAP) is None
    assert next_fee(curve, 0, ours=CAP, opening=CAP, cap=CAP) is None


def test_a_round_that_a_person_has_overtaken_is_left_out() -> None:
    """Where the brand has offered 310 itself, the engine goes on above that."""
    assert next_fee(Concession(rounds=4), 0, ours=310_00, opening=OPENING, cap=CAP) == 350_00


@pytest.mark.parametrize(
    ("asked", "amount", "person"), [(400_00, None, False), (400_01, None, True), (300_00, 299_99, True)]
)
def test_what_is_far_above_our_offer_is_left_to_a_person(asked: int, amount: int | None, person: bool) -> None:
    """Above twice our last offer, or above an amount."""
    assert Concession(ask_above=2, ask_above_amount=amount).leaves_to_a_person(asked, 200_00) is person


@given(
    concession=concessions, opening=st.integers(0, 10**6), room=st.integers(0, 10**6), ours=st.integers(0, 2 * 10**6)
)
def test_offers_rise_stay_within_the_cap_and_come_to_an_end(
    concession: Concession, opening: int, room: int, ours: int
) -> None:
    """Whatever the curve and wherever a person has put our last offer."""
    cap, made, last = opening + room, 0, max(opening, ours)
    while (fee := next_fee(concession, made, ours=last, opening=opening, cap=cap)) is not None:
        assert last < fee <= cap
        last, made = fee, made + 1
    assert made <= concession.rounds
