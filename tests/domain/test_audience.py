"""The audience audit: what makes a follower suspect, and how sure the share of fakes is."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audience import DEFAULT, SMALLEST_SAMPLE, Account, Feature, Rate, audit, interval, suspicion
from domain.errors import AudienceSampleTooSmall

PERSON = Account(posts=120, following=400, followers=500, has_profile_picture=True)
BOUGHT = Account(posts=0, following=3_000, followers=20, has_profile_picture=True)
COUNTS = st.integers(0, 10**7)


def test_a_usual_person_is_not_suspect() -> None:
    assert suspicion(PERSON) < 0


def test_somebody_who_follows_thousands_and_has_neither_posts_nor_followers_is_suspect() -> None:
    assert suspicion(BOUGHT) > 0


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_following_more_never_makes_an_account_less_suspect(posts: int, followers: int, one: int, other: int) -> None:
    fewer, more = (
        suspicion(Account(posts=posts, followers=followers, following=following)) for following in sorted((one, other))
    )
    assert fewer <= more


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_posting_more_never_makes_an_account_more_suspect(following: int, followers: int, one: int, other: int) -> None:
    fewer, more = (
        suspicion(Account(posts=posts, followers=followers, following=following)) for posts in sorted((one, other))
    )
    assert fewer >= more


def test_having_no_picture_is_suspicious() -> None:
    assert suspicion(PERSON.model_copy(update={"has_profile_picture": False})) > suspicion(PERSON)


def test_an_unknown_picture_is_taken_for_granted() -> None:
    assert suspicion(PERSON.model_copy(update={"has_profile_picture": None})) == suspicion(PERSON)


def test_the_shipped_scorecard_looks_at_everything_but_bare_followers() -> None:
    assert set(DEFAULT.steps) == set(Feature) - {Feature.FOLLOWERS}


def test_suspects_are_corrected_for_misses_and_false_alarms() -> None:
    found = audit([PERSON] * 700 + [BOUGHT] * 300)
    caught, false = DEFAULT.caught.share, DEFAULT.false_alarms.share
    assert found.suspects == 300
    assert found.fake_share == pytest.approx((0.3 - false) / (caught - false), abs=1e-4)
    assert found.low < found.fake_share < found.high


def test_an_audience_with_fewer_suspects_than_false_alarms_has_no_fakes() -> None:
    found = audit([PERSON] * 500)
    assert (found.fake_share, found.low) == (0, 0)
    assert found.high < 0.05


def test_an_audience_of_suspects_only_is_all_fake() -> None:
    found = audit([BOUGHT] * 500)
    assert (found.fake_share, found.high) == (1, 1)


def test_a_larger_sample_is_surer() -> None:
    small, large = audit([PERSON] * 80 + [BOUGHT] * 20), audit([PERSON] * 8_000 + [BOUGHT] * 2_000)
    assert large.high - large.low < small.high - small.low


def test_too_few_followers_are_refused() -> None:
    with pytest.raises(AudienceSampleTooSmall) as refused:
        audit([PERSON] * (SMALLEST_SAMPLE - 1))
    assert str(refused.value) == "29 followers say too little of a whole audience: sample at least 30."


@pytest.mark.parametrize("truth", [0.05, 0.15, 0.30, 0.60])
def test_the_interval_holds_the_truth_as_often_as_it_says(truth: float) -> None:
    """With rates that are themselves only known from 98 fake and 877 real accounts, as the shipped ones are."""
    chance, caught, false = Random(20261123), 0.85, 0.10  # noqa: S311 - a simulation
    rounds = 1_000

    def counted(trials: int, share: float) -> Rate:
        return Rate(hits=sum(chance.random() < share for _ in range(trials)), trials=trials)

    held = 0
    for _ in range(rounds):
        suspected = counted(300, truth * caught + (1 - truth) * false)
        low, high = interval(suspected, counted(98, caught), counted(877, false))
        held += low <= truth <= high
    assert 0.93 <= held / rounds <= 0.99
