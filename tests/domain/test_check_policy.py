"""The figures of the checks: every signal has a family and a penalty, and what a band rests on is said."""

import pytest
from pydantic import ValidationError

from domain.benchmarks import Grade
from domain.check_policy import DEFAULT_POLICY, FAMILY, FLAGS, Band, Check, CheckPolicy, Signal


def test_every_signal_has_a_family_and_a_penalty_and_every_check_a_weight() -> None:
    """A signal that was forgotten would be raised and weigh nothing."""
    assert set(FAMILY) == set(DEFAULT_POLICY.penalties) == set(Signal)
    assert set(DEFAULT_POLICY.weights) == set(Check)


def test_a_flag_takes_nothing_off_and_everything_else_does() -> None:
    """What decides nothing has no penalty either."""
    assert {signal for signal, penalty in DEFAULT_POLICY.penalties.items() if penalty == 0} == FLAGS


def test_a_report_weighs_more_than_none_and_more_with_a_proof() -> None:
    """An answer is worth the asking."""
    without = DEFAULT_POLICY.weights[Check.PERFORMANCE_REPORT]
    assert without < DEFAULT_POLICY.reported_weight < DEFAULT_POLICY.proven_weight


def test_bands_say_where_they_come_from() -> None:
    """Each holds 1, which is a report that says what everybody sees, and has a source with a grade."""
    bands = [value for _, value in DEFAULT_POLICY if isinstance(value, Band)]
    assert len(bands) == 3
    assert all(band.low <= 1 <= band.high and band.source.grade is Grade.PLAYBOOK for band in bands)


@pytest.mark.parametrize("changed", [{"families_to_fail": 1}, {"peers_at_least": 2}, {"proven_weight": 0.0}])
def test_a_policy_that_would_judge_on_too_little_is_refused(changed: dict[str, float]) -> None:
    """One family cannot fail a creator, two accounts are no peers, and a weight is more than nothing."""
    with pytest.raises(ValidationError, match=next(iter(changed))):
        CheckPolicy(**changed)  # type: ignore[arg-type]  # the values are wrong on purpose
