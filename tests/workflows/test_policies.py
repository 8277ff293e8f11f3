"""Timeouts and retries: nothing waits without a bound that somebody chose."""

from datetime import timedelta

import pytest

from workflows import policies

NAMED = {name: value for name, value in vars(policies).items() if name.isupper()}


@pytest.mark.parametrize("name", NAMED)
def test_every_policy_bounds_an_attempt_and_the_pause_between_attempts(name: str) -> None:
    """A stuck attempt is given up and a failing one does not hammer."""
    assert NAMED[name]["start_to_close_timeout"] > timedelta(0)
    assert NAMED[name]["retry_policy"].maximum_interval <= timedelta(hours=1)


def test_recording_is_tried_for_ever_and_soon() -> None:
    """A database that is down is waited for, and found again within seconds."""
    assert policies.RECORDING["retry_policy"].maximum_attempts == 0
    assert "schedule_to_close_timeout" not in policies.RECORDING
    assert policies.RECORDING["retry_policy"].maximum_interval <= timedelta(seconds=10)


def test_a_ranking_whose_worker_is_gone_is_begun_anew_within_seconds() -> None:
    """However long a ranking may take."""
    assert policies.ANALYSIS["heartbeat_timeout"] <= timedelta(seconds=15)


def test_a_long_activity_is_missed_within_a_minute() -> None:
    """Its heartbeat tells that its worker is gone."""
    assert policies.FAN_OUT["heartbeat_timeout"] <= timedelta(minutes=1)
