"""What is usual among similar accounts, and how far from it an account is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.peers import peers_of

USUAL = [0.03, 0.04, 0.05, 0.06, 0.07]


def test_the_middle_is_the_median_and_accounts_that_say_nothing_are_left_out() -> None:
    """No comments at all is no ratio; it is not zero comments a like among the others."""
    peers = peers_of([*USUAL, 0.0, 0.0])
    assert peers is not None
    assert peers.accounts == 5
    assert peers.comments_per_like == pytest.approx(0.05)


def test_nobody_is_no_peers() -> None:
    """Without a single account there is nothing to be apart from."""
    assert peers_of([]) is None
    assert peers_of([0.0]) is None


def test_a_few_bought_accounts_do_not_move_the_middle() -> None:
    """That is why it is a median."""
    clean, spoiled = peers_of(USUAL * 4), peers_of([*USUAL * 4, 9.0, 9.0])
    assert clean is not None and spoiled is not None  # noqa: PT018 - one thought
    assert spoiled.comments_per_like == pytest.approx(clean.comments_per_like, rel=0.2)


@pytest.mark.parametrize(("ratio", "unusual"), [(0.05, False), (0.03, False), (0.0005, True), (2.0, True), (0.0, True)])
def test_what_is_far_from_the_others_is_apart(ratio: float, unusual: bool) -> None:
    """By more than three and a half scaled deviations of the logarithm, either way."""
    peers = peers_of(USUAL * 8)
    assert peers is not None
    assert (peers.apart(ratio) > 3.5) is unusual


@given(st.lists(st.floats(1e-4, 10), min_size=1, max_size=50))
def test_the_middle_itself_is_never_apart(ratios: list[float]) -> None:
    """Also where all accounts are alike, whose spread is taken for a small one."""
    peers = peers_of(ratios)
    assert peers is not None
    assert peers.apart(peers.comments_per_like) == pytest.approx(0, abs=1e-6)
