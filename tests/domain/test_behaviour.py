"""How people usually behave: what is drawn is what the configuration says."""

from math import inf, log
from random import Random
from statistics import mean, quantiles

import pytest

from domain.behaviour import DEFAULT, Answering, Draw, Multiple, normal
from domain.benchmarks import Grade, Source

SOURCE = Source(grade=Grade.PLAYBOOK, origin="a test")


def draws(seed: int) -> Draw:
    return Random(seed).random  # noqa: S311 - reproducible draws, nothing secret


def test_response_times_have_the_quantiles_of_the_model() -> None:
    """Of five thousand answers, a tenth, a half and nine tenths have come when the model says so, within 6 %."""
    model, draw = Answering(median_hours=14, spread=1.2, never=0, source=SOURCE), draws(1)
    drawn = quantiles((model.seconds(draw) / 3_600 for _ in range(5_000)), n=10)

    for place, share in ((0, 0.1), (4, 0.5), (8, 0.9)):
        assert drawn[place] == pytest.approx(model.quantile_hours(share), rel=0.06)


def test_so_many_never_answer_as_the_model_says() -> None:
    model, draw = Answering(median_hours=14, spread=1.2, never=0.3, source=SOURCE), draws(1)
    never = mean(model.seconds(draw) == inf for _ in range(5_000))

    assert never == pytest.approx(0.3, abs=0.02)


def test_the_same_draws_are_the_same_people() -> None:
    first, again = draws(3), draws(3)
    assert [DEFAULT.asks.times(first) for _ in range(5)] == [DEFAULT.asks.times(again) for _ in range(5)]


def test_a_multiple_around_a_mean_has_that_mean() -> None:
    model, draw = Multiple.around_mean(0.45, 0.5, SOURCE), draws(2)

    assert model.mean == pytest.approx(0.45)
    assert mean(model.times(draw) for _ in range(20_000)) == pytest.approx(0.45, rel=0.02)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_the_ends_of_the_unit_interval_are_far_out_but_finite(end: float) -> None:
    assert 6 < abs(normal(lambda: end)) < 9


def test_every_assumption_is_listed_with_its_source() -> None:
    listed = {name: source for name, _, source in DEFAULT.rows()}

    assert listed.keys() == type(DEFAULT).model_fields.keys() - {"version"}
    assert all("own assumption: " in source.origin for source in listed.values())
    assert {source.grade for source in listed.values()} == {Grade.PLAYBOOK}


def test_each_task_of_a_person_has_a_response_time() -> None:
    assert DEFAULT.answering("review_draft/2") is DEFAULT.review_draft
    assert DEFAULT.answering("sign_contract/brand") is DEFAULT.brand_signature


def test_assumptions_can_be_replaced_under_a_version_of_their_own() -> None:
    mine = DEFAULT.with_({"asks": Multiple(median=2, spread=0, source=SOURCE)}, "mine")

    assert (mine.version, mine.asks.times(lambda: 0.3)) == ("mine", 2)
    assert log(DEFAULT.asks.mean) == pytest.approx(log(0.95))
