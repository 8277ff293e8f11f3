"""What a record says of how people behave, in place of assumptions."""

import pytest

from domain.behaviour import DEFAULT
from domain.behaviour_fit import fitted, total
from domain.benchmarks import Grade
from domain.track_record import Figures


def figures(**known: object) -> Figures:
    return Figures.model_validate({"answers_within": (0,) * 7, **known})


def test_without_a_record_the_assumptions_stand() -> None:
    assert fitted(DEFAULT, []) is DEFAULT
    assert fitted(DEFAULT, [figures()]) is DEFAULT


def test_a_long_record_replaces_the_assumption() -> None:
    """A thousand offers, six hundred of them unanswered, the others answered after one to two days."""
    seen = figures(
        offers=1000, accepted=300, declined=100, expired=600, answers=400, answers_within=(0, 0, 0, 400, 0, 0, 0)
    )
    found = fitted(DEFAULT, [seen])

    assert found.answer_offer.never == pytest.approx(0.59, abs=0.01)
    assert found.answer_offer.median_hours == pytest.approx(35, rel=0.06)
    assert found.answer_offer.spread < 0.4
    assert found.answer_offer.source.grade is Grade.RECORD
    assert found.version == f"{DEFAULT.version}, fitted to 1000 offers"


def test_a_short_record_only_moves_it() -> None:
    seen = figures(offers=2, expired=2)
    assert fitted(DEFAULT, [seen]).answer_offer.never == pytest.approx((20 * 0.2 + 2) / 22)


def test_who_says_yes_more_often_is_taken_to_be_more_interested() -> None:
    eager = fitted(DEFAULT, [figures(accepted=90, declined=10)])
    shy = fitted(DEFAULT, [figures(accepted=10, declined=90)])

    assert shy.interested.probability < DEFAULT.interested.probability < eager.interested.probability <= 1


def test_missed_posts_and_changes_are_shared_by_the_steps() -> None:
    found = fitted(DEFAULT, [figures(published=60, missed=40, changes=60)])

    assert found.submit_draft.never + found.publish.never == pytest.approx((20 * 0.03 + 40) / 120)
    assert found.requests_changes.probability == pytest.approx((20 * 0.25 + 60) / 140)


def test_records_add_up() -> None:
    one = figures(accepted=1, answers=1, answers_within=(1, 0, 0, 0, 0, 0, 0))
    two = figures(declined=2, answers=2, answers_within=(0, 0, 2, 0, 0, 0, 0))
    both = total([one, two])

    assert (both.accepted, both.declined, both.answers) == (1, 2, 3)
    assert both.answers_within == (1, 0, 2, 0, 0, 0, 0)
    assert total([]) == Figures()
