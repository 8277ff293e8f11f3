"""What is usual among similar accounts: those of the same platform and of about the same size.

Figures of people's behaviour spread over powers of ten and have wild outliers, so the middle is a median of logarithms
and the spread a median deviation from it: neither moves for a few bought accounts in the sample.
"""

from collections.abc import Iterable
from math import exp, log
from statistics import median

from pydantic import Field

from domain.values import Value

_NORMAL = 0.6745
"""The median deviation of a normal distribution, in standard deviations (Iglewicz and Hoaglin 1993)."""
_LEAST_SPREAD = 0.05
"""Of the logarithm: accounts that are alike to the last comment do not make everybody else unusual."""


class Peers(Value):
    """Comments per like of some similar accounts: how many accounts, the median, and the spread of its logarithm."""

    accounts: int = Field(ge=1)
    comments_per_like: float = Field(gt=0)
    spread: float = Field(gt=0)

    def apart(self, comments_per_like: float) -> float:
        """How far an account is from the middle, in scaled median deviations; endlessly far without any comment."""
        if comments_per_like <= 0:
            return float("inf")
        return _NORMAL * abs(log(comments_per_like) - log(self.comments_per_like)) / self.spread


def peers_of(ratios: Iterable[float]) -> Peers | None:
    """What accounts with these comments per like have in common; those without comments or likes say nothing."""
    logs = [log(ratio) for ratio in ratios if ratio > 0]
    if not logs:
        return None
    middle = median(logs)
    spread = max(median(abs(each - middle) for each in logs), _LEAST_SPREAD)
    return Peers(accounts=len(logs), comments_per_like=exp(middle), spread=spread)
