"""How often somebody may ask: buckets of tokens, one for each key and address, in the memory of the process."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from activities.latest import Latest
from api.auth import TooManyRequests

REMEMBERED = 10_000
"""So many buckets are kept; the one that was used longest ago goes first."""


@dataclass(frozen=True)
class Rate:
    """`burst` requests at once, and `per_second` more each second."""

    per_second: float
    burst: int


PER_KEY = Rate(per_second=100, burst=1_000)
"""For a key, a member or a creator."""
PER_STRANGER = Rate(per_second=2, burst=60)
"""For an address from which nobody is recognised: wrong keys, sign-ins, links."""


@dataclass
class _Bucket:
    tokens: float
    at: float


class Limiter:
    """The buckets of one rate. Each process has its own: behind several, the limit is as many times as high."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._buckets: Latest[_Bucket] = Latest(REMEMBERED)

    def take(self, who: str) -> dict[str, str]:
        """Counts a request; the headers that say how many more are allowed at once, and when all are (seconds).

        Raises:
            TooManyRequests: there have been too many; `retry_after` is in seconds.
        """
        now, rate = self._clock(), self.rate
        bucket = self._buckets.get(who) or _Bucket(rate.burst, now)
        self._buckets.put(who, bucket)
        bucket.tokens = min(rate.burst, bucket.tokens + (now - bucket.at) * rate.per_second)
        bucket.at = now
        if bucket.tokens < 1:
            raise TooManyRequests(retry_after=_up((1 - bucket.tokens) / rate.per_second))
        bucket.tokens -= 1
        return {
            "RateLimit-Limit": str(rate.burst),
            "RateLimit-Remaining": str(int(bucket.tokens)),
            "RateLimit-Reset": str(_up((rate.burst - bucket.tokens) / rate.per_second)),
        }


def _up(seconds: float) -> int:
    return max(1, -int(-seconds // 1))
