"""How often somebody may ask, on a clock that the tests move."""

import pytest

from api.access import rates
from api.access.rates import Limiter, Rate
from api.auth import TooManyRequests


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_no_more() -> None:
    limiter = Limiter(Rate(per_second=2, burst=3), Clock())
    left = [limiter.take("a")["RateLimit-Remaining"] for _ in range(3)]

    assert left == ["2", "1", "0"]
    with pytest.raises(TooManyRequests, match="wait 1 s") as refused:
        limiter.take("a")
    assert refused.value.facts == {"retry_after": 1}


def test_what_was_used_comes_back_with_time_and_never_above_the_burst() -> None:
    clock = Clock()
    limiter = Limiter(Rate(per_second=2, burst=3), clock)
    for _ in range(3):
        limiter.take("a")
    clock.now += 1
    assert limiter.take("a")["RateLimit-Remaining"] == "1"
    clock.now += 3_600
    assert limiter.take("a") == {"RateLimit-Limit": "3", "RateLimit-Remaining": "2", "RateLimit-Reset": "1"}


def test_who_waits_as_long_as_they_are_told_gets_in() -> None:
    clock = Clock()
    limiter = Limiter(Rate(per_second=0.1, burst=1), clock)
    limiter.take("a")
    with pytest.raises(TooManyRequests) as refused:
        limiter.take("a")
    clock.now += refused.value.facts["retry_after"]
    limiter.take("a")


def test_one_caller_does_not_use_up_anothers() -> None:
    limiter = Limiter(Rate(per_second=1, burst=1), Clock())
    limiter.take("a")
    limiter.take("b")
    with pytest.raises(TooManyRequests):
        limiter.take("a")


def test_whoever_was_not_seen_for_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory that strangers can take is bounded."""
    monkeypatch.setattr(rates, "REMEMBERED", 2)
    limiter = Limiter(Rate(per_second=0.001, burst=1), Clock())
    for who in ("a", "b", "c"):
        limiter.take(who)

    limiter.take("a")
    with pytest.raises(TooManyRequests):
        limiter.take("c")
