"""Fitting a scorecard: it finds what parts the two kinds, and says honestly how well."""

from random import Random

import pytest

from domain.audience import Account, Feature, audit, suspicion
from domain.audience_fit import RISES, Accuracy, Labelled, cross_validate, fit, measure


def a_sample(size: int, *, telling: bool = True) -> list[Labelled]:
    """A third are fake. Where it is `telling`, fakes follow many and post little; else labels say nothing."""
    chance = Random(size)  # noqa: S311 - a simulation
    sample = []
    for _ in range(size):
        is_fake = chance.random() < 1 / 3
        odd = is_fake if telling else chance.random() < 1 / 3
        account = Account(
            posts=int(chance.lognormvariate(1 if odd else 4, 1)),
            following=int(chance.lognormvariate(7.5 if odd else 6, 0.8)),
            followers=int(chance.lognormvariate(5, 1)),
            has_profile_picture=chance.random() < (0.8 if odd else 0.99),
        )
        sample.append(Labelled(account=account, is_fake=is_fake))
    return sample


@pytest.fixture(scope="module")
def sample() -> list[Labelled]:
    return a_sample(150)


@pytest.fixture(scope="module")
def held_out(sample: list[Labelled]) -> Accuracy:
    return cross_validate(sample)


def test_a_fitted_scorecard_tells_fake_from_real(sample: list[Labelled], held_out: Accuracy) -> None:
    card = fit(sample, "test 1", held_out)
    fresh = measure(a_sample(1_000), card)
    assert fresh.auc > 0.9
    assert fresh.caught.share > 0.7
    assert fresh.false_alarms.share < 0.25


def test_cross_validation_does_not_flatter(sample: list[Labelled], held_out: Accuracy) -> None:
    card = fit(sample, "test 1", held_out)
    assert held_out.auc < measure(sample, card).auc
    assert held_out.auc == pytest.approx(measure(a_sample(1_000), card).auc, abs=0.05)


def test_labels_that_say_nothing_give_a_coin_s_accuracy() -> None:
    assert cross_validate(a_sample(150, telling=False)).auc == pytest.approx(0.5, abs=0.12)


def test_the_same_sample_gives_the_same_scorecard(sample: list[Labelled], held_out: Accuracy) -> None:
    assert fit(sample, "test 1", held_out) == fit(sample, "test 1", held_out)


def test_directions_are_fixed_beforehand(sample: list[Labelled], held_out: Accuracy) -> None:
    """Even where the labels are turned round, following many is never a good sign."""
    turned = [one.model_copy(update={"is_fake": not one.is_fake}) for one in sample]
    card = fit(turned, "turned", held_out)
    for feature, steps in card.steps.items():
        if feature is not Feature.PROFILE_PICTURE:
            assert all(step.points * RISES[feature] >= 0 for step in steps)


def test_an_audit_by_a_fitted_scorecard_carries_its_version(sample: list[Labelled], held_out: Accuracy) -> None:
    card = fit(sample, "ours 7", held_out)
    found = audit([one.account for one in a_sample(1_000)], card)
    assert found.formula_version == "ours 7"
    assert found.fake_share == pytest.approx(1 / 3, abs=0.12)


def test_every_account_of_the_cross_validation_is_judged_once(sample: list[Labelled], held_out: Accuracy) -> None:
    fakes = sum(one.is_fake for one in sample)
    assert (held_out.caught.trials, held_out.false_alarms.trials) == (fakes, len(sample) - fakes)


def test_too_few_of_a_kind_are_refused(sample: list[Labelled]) -> None:
    with pytest.raises(ValueError, match="at least 10 fake and 10 real"):
        cross_validate([one for one in sample if not one.is_fake])


def test_ties_count_half() -> None:
    same = Account(posts=5, following=5, followers=5)
    alike = [Labelled(account=same, is_fake=is_fake) for is_fake in (True, False, False)]
    assert measure(alike).auc == 0.5
    assert suspicion(same) == suspicion(alike[0].account)
